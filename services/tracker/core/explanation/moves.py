"""What one step did to a promise, read off the promise before it and after it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from services.tracker.core.companions import UPDATE
from services.tracker.core.course import STRAIGHT
from services.tracker.core.interruptions import INCOMPLETE
from services.tracker.core.pausing import Pause
from services.tracker.core.promises import Promise, State, settled_state


class Move(StrEnum):
    """What befell the promise."""

    OPENED = "opened"
    RETURNED = "returned"
    COMPLETED = "completed"
    ACKNOWLEDGED = "acknowledged"
    PAUSED = "paused"
    RESUMED = "resumed"
    PAUSE_LIMIT = "pause_limit"
    AMENDED = "amended"
    HEARD_OF = "heard_of"
    MOVED_ALONG = "moved_along"
    DELIVERED = "delivered"
    REPORTED = "reported"
    DISPUTED = "disputed"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    DEEMED_ACCEPTED = "deemed_accepted"
    CANCELLED = "cancelled"
    RELEASED = "released"
    OPENING_TAKEN_BACK = "opening_taken_back"


class Change(NamedTuple):
    """A move, and the place of its rule among the agreement's pauses; -1 where it is none."""

    move: Move
    rule: int = -1


PauseId = tuple[bytes, int]
"""The event that began a pause, and its rule."""

_ENDS = {
    State.KEPT: Move.KEPT,
    State.KEPT_LATE: Move.KEPT_LATE,
    State.CANCELLED: Move.CANCELLED,
    State.RELEASED: Move.RELEASED,
}


def changes(before: Promise | None, after: Promise, event_type: str = "") -> tuple[Change, ...]:
    """In the order in which they are told; `before` is None where the step opened the promise."""
    opened = (Change(Move.OPENED),) if before is None else ()
    known = before or _blank(after)
    told = (*opened, *_of_pauses(known, after), *_of_course(known, after, event_type))
    moved_on = not told and known.due_by != after.due_by
    along = (Change(_drawn(after)),) if moved_on else ()
    return (*told, *along, *_of_end(known, after))


def pauses_of(promise: Promise) -> Mapping[PauseId, Pause]:
    return {(each.event, each.rule): each for each in promise.course.pauses}


def _blank(opened: Promise) -> Promise:
    """It before anything befell it."""
    return replace(
        opened, course=STRAIGHT, settled_at=None, settled_by=b"", ended_at=None, ended_as=None
    )


def _of_pauses(before: Promise, after: Promise) -> Iterator[Change]:
    known = pauses_of(before)
    for id, pause in pauses_of(after).items():
        incomplete = pause.rule == INCOMPLETE
        if id not in known:
            yield Change(Move.RETURNED if incomplete else Move.PAUSED, pause.rule)
        was_open = id not in known or known[id].ended_at is None
        if was_open and pause.ended_at is not None:
            yield Change(Move.COMPLETED if incomplete else Move.RESUMED, pause.rule)


def _of_course(before: Promise, after: Promise, event_type: str) -> Iterator[Change]:
    old, new = before.course, after.course
    if new.acknowledged_at != old.acknowledged_at:
        yield Change(Move.ACKNOWLEDGED)
    if new.version != old.version:
        amended = event_type == after.agreement.amends_on
        yield Change(Move.AMENDED if amended else _drawn(after))
    if sum(each.delivered for each in new.parts) != sum(each.delivered for each in old.parts):
        yield Change(Move.DELIVERED)
    if new.reported_at != old.reported_at and new.reported_at is not None:
        yield Change(Move.REPORTED)
    if new.disputes != old.disputes:
        yield Change(Move.DISPUTED)


def _drawn(promise: Promise) -> Move:
    """A deadline that neither a clause nor a pause of its own moved."""
    return Move.HEARD_OF if promise.agreement.name.endswith(f".{UPDATE}") else Move.MOVED_ALONG


def _of_end(before: Promise, after: Promise) -> Iterator[Change]:
    outcome = settled_state(after)
    if outcome is not None and outcome is not settled_state(before):
        accepted = after.course.deemed_accepted and not before.course.deemed_accepted
        yield Change(Move.DEEMED_ACCEPTED if accepted else _ENDS[outcome])
