"""How promises turned out, as it is counted: kept or broken, each once, for the time it happened.

A promise remembers what was counted of it. Whatever is concluded otherwise since is taken back from
where it was counted, so that the counts are the outcomes of the promises as they are known now.
"""

from collections.abc import Iterable
from typing import NamedTuple

from services.shared.clock import SECOND, Instant
from services.tracker.core.course import NOTHING, Outcome
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
    agreement, breached_at = promise.agreement, promise.breached_at
    if agreement.objective is None or agreement.part_of:
        return None
    if breached_at is None and not promise.mentioned.missed:
        at, kept = promise.settled_at, True
        if promise.concluded is not State.KEPT or at is None:
            return None
    elif promise.opening_taken_back:
        return None
    else:
        standing = () if breached_at is None else (breached_at,)
        at, kept = min((*promise.mentioned.missed, *standing)), False
    if at < active_from or at < promise.silent_until:
        return None
    return Outcome(at, kept)


def count(promises: Iterable[Promise], active_from: Instant, outcomes: Outcomes) -> None:
    """Add what is to be counted of them since the last time; they remember that it was."""
    for promise in promises:
        counted = promise.counted
        if counted is None and _is_open(promise):
            continue
        outcome = outcome_of(promise, active_from)
        if outcome != counted:
            name = promise.agreement.name
            if counted:
                _add(outcomes, name, counted, -1)
            if outcome:
                _add(outcomes, name, outcome, 1)
            promise.counted = outcome


def _is_open(promise: Promise) -> bool:
    """As most are, with nothing concluded that could count."""
    return (
        promise.concluded is None and promise.breached_at is None and promise.mentioned is NOTHING
    )


def _add(outcomes: Outcomes, agreement: str, outcome: Outcome, more: int) -> None:
    span = Span(agreement, outcome.at - outcome.at % FIVE_MINUTES)
    outcomes.setdefault(span, [0, 0])[0 if outcome.kept else 1] += more
