"""How promises turned out, as it is counted: kept or broken, each once, for the time it happened.

A promise remembers what was counted of it. Whatever is concluded otherwise since is taken back from
where it was counted, so that the counts are the outcomes of the promises as they are known now.
"""

from collections.abc import Iterable
from typing import NamedTuple

from services.shared.clock import SECOND, Instant
from services.tracker.core.course import Outcome
from services.tracker.core.promises import Promise, State

FIVE_MINUTES = 300 * SECOND


class Span(NamedTuple):
    """An agreement, and when the five minutes begin in which its promises turned out."""

    agreement: str
    begins: Instant


Outcomes = dict[Span, list[int]]
"""How many more promises were kept, and how many more broken; less where they are negative."""


def outcome_of(promise: Promise, active_from: Instant) -> Outcome | None:
    """None while it is open, and where it ended without being kept or broken.

    What is broken stays so if it is kept late, given up or moved to another date afterwards. Only
    promises of agreements with an objective count, and nothing that lay before the agreements were
    `active_from`, or before it was imported.
    """
    agreement = promise.agreement
    if agreement.objective is None or agreement.part_of or promise.opening_taken_back:
        return None
    missed = promise.mentioned.missed
    if promise.breached_at is not None or missed:
        standing = () if promise.breached_at is None else (promise.breached_at,)
        outcome = Outcome(min((*missed, *standing)), kept=False)
    elif promise.settled_at is not None and promise.concluded is State.KEPT:
        outcome = Outcome(promise.settled_at, kept=True)
    else:
        return None
    return outcome if outcome.at >= max(active_from, promise.silent_until) else None


def count(promises: Iterable[Promise], active_from: Instant, outcomes: Outcomes) -> None:
    """Add what is to be counted of them since the last time; they remember that it was."""
    for promise in promises:
        if promise.agreement.objective is None:
            continue
        outcome = outcome_of(promise, active_from)
        if outcome != promise.counted:
            name = promise.agreement.name
            if promise.counted:
                _add(outcomes, name, promise.counted, -1)
            if outcome:
                _add(outcomes, name, outcome, 1)
            promise.counted = outcome


def _add(outcomes: Outcomes, agreement: str, outcome: Outcome, more: int) -> None:
    span = Span(agreement, outcome.at - outcome.at % FIVE_MINUTES)
    outcomes.setdefault(span, [0, 0])[0 if outcome.kept else 1] += more
