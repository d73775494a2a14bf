"""Waiting in tests: ask again until it is so, and fail with a name when time is up."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(
    question: Callable[[], T], what: str, deadline_s: float = 30.0, every_s: float = 0.02
) -> T:
    """The first answer that is true; ask seldom what costs whoever is asked."""
    give_up_at = time.monotonic() + deadline_s
    while not (answer := question()):
        assert time.monotonic() < give_up_at, f"not within {deadline_s:g} s: {what}"
        time.sleep(every_s)
    return answer
