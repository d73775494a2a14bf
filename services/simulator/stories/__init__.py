"""Stories of departments that fail each other: what happens, and exactly what people hear of it.

A story is a function that tells its lines in order of time; the same lines are played on the real
stack and in one process. Everything here is pure: carrying an act out is the player's stage.
"""
