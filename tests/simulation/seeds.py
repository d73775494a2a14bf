"""Which seeds each of the two test modules runs, so that two processes share the work."""

SEEDS = 2_000
HALVES = (range(SEEDS // 2), range(SEEDS // 2, SEEDS))
