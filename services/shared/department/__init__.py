"""What the four departments have in common, written once: rules, handler, store, servicer, run.

A department's own files say only what is special about it.
"""
