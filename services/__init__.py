"""handoff: event-driven services that find a broken promise between departments early.

All of them load far more than they throw away: with Python's default thresholds its collector of
cycles takes a fifth of what a service needs to start, and finds nothing.
"""

import gc

gc.set_threshold(50_000)
