"""Settled subjects that nobody has spoken of for long: moved out of Mongo, into files for ever.

What was told of an archived subject and comes again, late or twice, is over 37 days old and opens
nothing. What is news of it begins it anew, as a subject that was never heard of: it opens what such
an event opens, and evidence for what the archive has settled is found to be unasked. A declared
backfill may open what is settled again, in silence, and its evidence settles it again.
"""
