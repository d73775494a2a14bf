"""The steps that moved a promise's clock: its subject's events folded one by one once more.

Nothing is guessed: each step is the difference that the fold itself made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.shared.clock import Instant
from services.tracker.core.explanation.moves import Change, Move, PauseId, changes, pauses_of
from services.tracker.core.folding import one_by_one
from services.tracker.core.pausing import Pause, union
from services.tracker.core.promises import Promise, settled_state
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject

_ACCEPTED = Change(Move.DEEMED_ACCEPTED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a promise: `at` by the event's own time.

    `event` is None where time alone made the step. `worked` are the microseconds of the debtor's
    working time that were consumed since the step before, without those in which the clock stood.
    The first step has no `due_before`.
    """

    at: Instant
    event: Event | None
    changes: tuple[Change, ...]
    worked: int
    due_before: Instant | None
    due_after: Instant

    @property
    def moves(self) -> tuple[Move, ...]:
        return tuple(change.move for change in self.changes)


@dataclass(frozen=True, slots=True)
class _Turn:
    """The promise as it was right after a step."""

    at: Instant
    event: Event | None
    changes: tuple[Change, ...]
    promise: Promise


def steps(subject: Subject, promise: Promise, sets: AgreementSets, now: Instant) -> list[Step]:
    """Of a promise of the subject as it stands: from its opening to the last thing until `now`.

    The last step's `due_after` is the promise's due date.
    """
    turns = [*_turns(subject, promise.id, sets)]
    if not turns:
        turns = [*_taken_back(subject, promise)]
    elif ended := changes(turns[-1].promise, promise):  # by its creditor's silence since
        at = max(turns[-1].at, promise.course.accepted_by or turns[-1].at)
        turns.append(_Turn(at, None, ended, promise))
    return [*_measured(sorted([*turns, *_limits(turns, now)], key=lambda turn: turn.at))]


def worked(promise: Promise, start: Instant, end: Instant) -> int:
    """Working time from `start` to `end` by the promise's clock, without its pauses; never less
    than nothing."""
    clock = promise.agreement.clock
    inside = ((max(start, since), min(end, until)) for since, until in union(promise.course.pauses))
    stood = sum(clock.between(since, until) for since, until in inside if since < until)
    return max(clock.between(start, end) - stood, 0) if start < end else 0


def _turns(subject: Subject, promise_id: str, sets: AgreementSets) -> Iterator[_Turn]:
    again = Subject(subject.id, subject.events)
    before: Promise | None = None
    for event in one_by_one(again, sets):
        now = again.promises.get(promise_id)
        if now is None:
            continue
        after = replace(now)
        yield from _turns_of(event, changes(before, after, event.type), after)
        before = after


def _turns_of(event: Event, told: tuple[Change, ...], after: Promise) -> Iterator[_Turn]:
    """A silence that had lasted long enough was over before the event that showed it."""
    rest = tuple(each for each in told if each != _ACCEPTED)
    if rest != told and (accepted_by := after.course.accepted_by) is not None:
        yield _Turn(accepted_by, None, (_ACCEPTED,), after)
    if rest:
        yield _Turn(event.occurred_at, event, rest, after)


def _taken_back(subject: Subject, promise: Promise) -> Iterator[_Turn]:
    """It has no opening any more; what it was due by is all that is kept of it."""
    opening = subject.event(promise.opened_by)
    yield _Turn(promise.opened_at, opening, (Change(Move.OPENED),), promise)
    backs = [each for each in subject.events if each.retracts == promise.opened_by]
    back = backs[-1] if backs else None
    at = max(back.occurred_at, promise.opened_at) if back else promise.opened_at
    yield _Turn(at, back, (Change(Move.OPENING_TAKEN_BACK),), promise)


def _limits(turns: Sequence[_Turn], now: Instant) -> Iterator[_Turn]:
    """Pauses that ended by themselves while the promise was open."""
    known: dict[PauseId, Pause] = {}
    for turn in turns:
        known |= pauses_of(turn.promise)
    over = [turn.at for turn in turns if settled_state(turn.promise) is not None]
    for pause in known.values():
        by_itself = pause.ended_at is None or pause.ended_at > pause.limit
        if by_itself and pause.limit < min([now + 1, *over]):
            before = [turn.promise for turn in turns if turn.at <= pause.limit]
            change = Change(Move.PAUSE_LIMIT, pause.rule)
            yield _Turn(pause.limit, None, (change,), before[-1])


def _measured(turns: Sequence[_Turn]) -> Iterator[Step]:
    before: _Turn | None = None
    for turn in turns:
        counts = before is not None and settled_state(before.promise) is None
        yield Step(
            turn.at,
            turn.event,
            turn.changes,
            worked(before.promise, before.at, turn.at) if before and counts else 0,
            before.promise.due_by if before else None,
            turn.promise.due_by,
        )
        before = turn
