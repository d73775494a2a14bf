"""Python's collector of cyclic garbage, told that the tracker's objects live long.

As it comes it walks over every open promise again and again, and holds everything up meanwhile;
`make bench` shows what that costs. Nothing that the core keeps is part of a cycle: what is settled
is freed without it. So it is switched off and called now and then, for what others leave behind,
and what it has found to be no garbage it never walks over again.
"""

import asyncio
import gc

TIDY_EVERY_S = 30.0
"""What comes and goes within this time is never walked over."""


def expect_long_lives() -> None:
    """For the whole process, before anything is loaded."""
    gc.disable()


def spare_what_is_there() -> None:
    """Never walk over what is there by now, as after a partition was loaded."""
    gc.freeze()


def tidy() -> None:
    """Free the garbage since the last time, and spare the rest."""
    gc.collect()
    spare_what_is_there()


async def tidy_now_and_then() -> None:
    """Until it is cancelled."""
    while True:
        await asyncio.sleep(TIDY_EVERY_S)
        tidy()
