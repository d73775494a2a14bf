"""Settled subjects that nobody has spoken of for long: moved out of Mongo, into files for ever."""
