"""The past folded again with the tracker's core alone: what became of every promise by a moment,
and what was found on the way.

Every party counts as complete up to the event at hand. The events come in order of time from
whoever reads them; nothing is published and nobody is alerted.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from services.insights.findings import FindingRow, rows_of
from services.shared.clock import Instant
from services.shared.events.envelope import Envelope
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.promises import Promise, State, settled_state
from services.tracker.core.reading import event_of, reading_of, said_in
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Counted, Event, Skipped, Subject
from services.tracker.core.table import Marks, Table

Told = tuple[Envelope, Hashable]

TELL_EVERY = 1_000
"""Events between two signs of progress."""


class Outcome(StrEnum):
    """What became of a promise; released by its creditor counts as cancelled."""

    KEPT = "kept"
    KEPT_LATE = "kept_late"
    BREACHED = "breached"
    OPEN = "open"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise as it stood at the end; `subject` is with its kind, as in `order/4711`."""

    subject: str
    agreement: str
    debtor: str
    creditor: str
    opened_at: Instant
    due_by: Instant
    settled_at: Instant | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Replayed:
    """Every promise in order of its opening, every finding in order of time, and what was counted.

    `findings` are None where nobody looked for them. `skipped` are the opening events that opened
    nothing, by agreement and reason; `left_out` the events that the core refused.
    """

    rows: tuple[PromiseRow, ...]
    until: Instant
    events: int
    skipped: Counter[tuple[str, Skipped]] = field(default_factory=Counter)
    left_out: Counter[Counted] = field(default_factory=Counter)
    findings: tuple[FindingRow, ...] | None = None


def replay(
    history: Iterable[Told],
    agreements: AgreementSet,
    until: Instant,
    folded: Callable[[int], object] = lambda events: None,
) -> Replayed:
    """Fold `history`, whose events arrive as they happen, in order and not beyond `until`.

    `folded` hears how many more.
    """
    sets = AgreementSets((agreements,))
    return fold(_arriving(history, sets), sets, until, folded)


def fold(
    events: Iterable[tuple[str, Event]],
    sets: AgreementSets,
    until: Instant,
    folded: Callable[[int], object] = lambda events: None,
) -> Replayed:
    """Fold events, each with its subject, in the order in which they arrived before `until`."""
    parties = sets.parties
    table, marks, counted = Table(sets), Marks(), Counter[Counted]()
    for number, (subject, event) in enumerate(events, start=1):
        now = event.arrived_at
        _pass_time(table, marks, parties, now)
        counted[table.apply(subject, event, now)[0]] += 1
        if number % TELL_EVERY == 0:
            folded(TELL_EVERY)
    _pass_time(table, marks, parties, until)
    return Replayed(
        in_order(row_of(s, p) for s in table.subjects.values() for p in s.promises.values()),
        until,
        counted.total(),
        _skipped(table.subjects.values()),
        counted - Counter({Counted.FOLDED: counted[Counted.FOLDED]}),
        rows_of(table.subjects.values()),
    )


def _arriving(history: Iterable[Told], sets: AgreementSets) -> Iterator[tuple[str, Event]]:
    for envelope, event in history:
        reading = reading_of(envelope.type, sets.fields_of(envelope.type))
        yield (
            envelope.subject,
            event_of(envelope, said_in(event), envelope.occurred_at, reading),
        )


def in_order(rows: Iterable[PromiseRow]) -> tuple[PromiseRow, ...]:
    """The order in which rows are told: that of opening, whoever found them."""
    return tuple(
        sorted(rows, key=lambda row: (row.opened_at, row.subject, row.agreement, row.due_by))
    )


def row_of(subject: Subject, promise: Promise) -> PromiseRow:
    agreement = promise.agreement
    return PromiseRow(
        subject.id,
        agreement.name,
        agreement.owed_by,
        agreement.owed_to,
        promise.opened_at,
        promise.due_by,
        promise.settled_at or promise.ended_at,
        _outcome(promise),
    )


def _outcome(promise: Promise) -> Outcome:
    match settled_state(promise):
        case State.KEPT:
            return Outcome.KEPT
        case State.KEPT_LATE:
            return Outcome.KEPT_LATE
        case None:
            return Outcome.OPEN if promise.breached_at is None else Outcome.BREACHED
        case _:
            return Outcome.CANCELLED


def _pass_time(table: Table, marks: Marks, parties: Iterable[str], now: Instant) -> None:
    marks.caught_up_at = now
    for party in parties:
        marks.complete_through[party] = marks.heard_at[party] = now
    table.advance(now, marks)


def _skipped(subjects: Iterable[Subject]) -> Counter[tuple[str, Skipped]]:
    return Counter(
        (agreement, reason)
        for subject in subjects
        for (agreement, _), reason in subject.rare.skipped.items()
    )
