"""Python's cyclic garbage collector, told that the tracker's objects live long.

With its default thresholds it walks over every open promise again and again, and holds everything
up meanwhile; `make bench` shows what that costs. Nothing that the core keeps is part of a cycle, so
that what is settled is freed without it.
"""

import gc

THRESHOLDS = (20_000, 10, 1_000)
"""New objects before the youngest are walked over, and how many such rounds before older ones."""


def expect_long_lives() -> None:
    """For the whole process, before anything is loaded."""
    gc.set_threshold(*THRESHOLDS)


def spare_what_is_there() -> None:
    """Never walk over what is there by now, as after a partition was loaded."""
    gc.freeze()
