"""Whether every event that was written is in Kafka, and every one there was applied or refused.

Pure: the counts of outboxes, Kafka, the tracker and the dead letters are handed in.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.insights.holdings import Held
from services.shared.clock import Instant
from services.shared.source_hours import SourceHour, Tally


@dataclass(frozen=True, slots=True)
class Accounts:
    """What each of them says, by source and hour.

    `waiting` was written and is not in Kafka yet. `whole_from` is for each party the moment since
    when Kafka holds all of its events; 0 where none was ever deleted.
    """

    written: Mapping[SourceHour, int]
    waiting: Mapping[SourceHour, int]
    held: Mapping[SourceHour, Held]
    tallied: Mapping[SourceHour, Tally]
    whole_from: Mapping[str, Instant]


@dataclass(frozen=True, slots=True)
class Line:
    """One hour of a source; `written` is None where no outbox of ours counts for it.

    An hour that is not `whole` has lost events to Kafka's retention, and is not compared.
    """

    of: SourceHour
    written: int | None
    waiting: int
    held: Held
    tally: Tally
    whole: bool
    differences: tuple[str, ...]


def reconcile(accounts: Accounts, wanted: Callable[[SourceHour], bool]) -> tuple[Line, ...]:
    """A line for each hour that anybody knows of, in order of time."""
    counted = {(of.party, of.source) for of in accounts.written}
    known = accounts.written.keys() | accounts.held.keys() | accounts.tallied.keys()
    lines = []
    for of in sorted(filter(wanted, known), key=lambda of: (of.hour, of.party, of.source)):
        ours = (of.party, of.source) in counted
        written = accounts.written.get(of, 0) if ours else None
        waiting = accounts.waiting.get(of, 0)
        held = accounts.held.get(of, Held())
        tally = accounts.tallied.get(of, Tally())
        whole = of.hour >= accounts.whole_from.get(of.party, 0)
        found = (*_on_the_way(written, waiting, held), *_in_the_tracker(held, tally))
        lines.append(Line(of, written, waiting, held, tally, whole, found if whole else ()))
    return tuple(lines)


def _on_the_way(written: int | None, waiting: int, held: Held) -> Iterator[str]:
    """From the outbox to Kafka."""
    if written is None:
        return
    lost = written - waiting - (held.events - held.later)
    if lost > 0:
        yield f"{_events(lost)} written to the outbox {_are(lost)} not in Kafka"
    if lost < 0:
        yield f"{_events(-lost)} in Kafka {_are(-lost)} not counted by the outbox"


def _in_the_tracker(held: Held, tally: Tally) -> Iterator[str]:
    """From Kafka to what the tracker applied or refused."""
    lost_letters = tally.refused - held.refusals
    unapplied = held.taken - tally.applied - max(lost_letters, 0)  # which are taken for read
    if lost_letters > 0:
        yield f"{_events(lost_letters)} refused {_are(lost_letters)} not among the dead letters"
    if lost_letters < 0:
        yield f"{_events(-lost_letters)} among the dead letters {_are(-lost_letters)} not refused"
    if unapplied > 0:
        yield f"{_events(unapplied)} read {_are(unapplied)} neither applied nor refused"
    if unapplied < 0 and lost_letters <= 0:
        yield f"{_events(-unapplied)} applied {_are(-unapplied)} not in Kafka"
    if not (lost_letters or unapplied) and sum(tally) != held.records:
        yield f"{held.records} records were read and {sum(tally)} counted"


def _events(count: int) -> str:
    return f"{count} event" if count == 1 else f"{count} events"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
