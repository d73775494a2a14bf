"""Traces that can be read without a trace server: what services sent, kept for three days.

Whoever can reach the console's gRPC port may write; it listens where the pages do, on loopback
alone while there is no login. What is kept is a claim of its sender: it decides nothing, its size
is limited, and of its attributes only those of the registry are kept.
"""
