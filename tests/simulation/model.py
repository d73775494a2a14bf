"""What is true of a subject's promises, said a second time and in another way than the tracker's.

It looks at all events at once and asks of each promise: which event opened it, and which is the
first that ends it? It knows the agreements of the simulator and no others: each has one promise an
order, or one a key that its evidence carries too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.shared.clock import Instant
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Agreement
from services.tracker.core.durations import BusinessTime, WallTime
from services.tracker.core.subject import Event


class Outcome(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Truth:
    """One promise: what opened it, when it was due, and how it stands after all those events."""

    agreement: Agreement
    opened_by: bytes
    opened_at: Instant
    due_by: Instant
    outcome: Outcome
    ended_at: Instant | None = None


def truths(
    subject: str, events: Iterable[Event], sets: Sequence[AgreementSet]
) -> Mapping[str, Truth]:
    """Every promise of the subject by its id; `events` have different ids."""
    said = _said(list(events))
    promises: dict[str, Truth] = {}
    for place, event in enumerate(said):
        for agreement in _active(sets, event.arrived_at).agreements:
            if agreement.opens_on != event.type:
                continue
            id = "~".join((subject, agreement.name, *(f"{a}={b}" for a, b in event.key)))
            due_by = _due_by(agreement, event, said[: place + 1])
            if id not in promises and due_by is not None:
                promises[id] = _followed(agreement, place, due_by, said)
    return promises


def _said(events: list[Event]) -> list[Event]:
    """In order of their own times: each fact once, and no version older than one before it.

    What was taken back is as if it had not been.
    """
    taken_back: set[tuple[str, bytes]] = set()
    for event in sorted(events, key=_order, reverse=True):
        if event.retracts and (event.party, event.id) not in taken_back:
            taken_back.add((event.party, event.retracts))
    facts: dict[tuple[object, ...], Event] = {}
    for event in sorted(events, key=_order):
        if (event.party, event.id) not in taken_back:
            facts.setdefault((event.type, event.key), event)
    said: list[Event] = []
    for event in facts.values():
        older = (each for each in said if each.type == event.type)
        if all(_version(each) < _version(event) for each in older if _version(each) >= 0):
            said.append(event)
    return said


def _version(event: Event) -> int:
    return int(dict(event.key).get("version", "-1"))


def _order(event: Event) -> tuple[Instant, bytes]:
    return event.occurred_at, event.id


def _active(sets: Sequence[AgreementSet], arrived_at: Instant) -> AgreementSet:
    begun = [each for each in sets if each.active_from <= arrived_at]
    return max(begun, key=lambda each: each.active_from) if begun else sets[0]


def _due_by(agreement: Agreement, opening: Event, until: list[Event]) -> Instant | None:
    if agreement.within is not None:
        return agreement.calendar.add(opening.occurred_at, agreement.within)
    dates = [each.fields["promised_by"] for each in until if "promised_by" in each.fields]
    date = dates[-1] if dates else None
    assert date is None or isinstance(date, int)
    return date


def _followed(agreement: Agreement, place: int, due_by: Instant, said: list[Event]) -> Truth:
    """What ends it is the first of those that could, before its opening or after."""
    opening = said[place]
    others = [each for each in said if each is not opening and _agree(each, opening)]
    ending = (*agreement.cancels_on, *agreement.evidence)
    end = next((at for at, each in enumerate(others) if each.type in ending), len(others))
    due_by = _delayed(agreement, opening, due_by, _that_delay(agreement, opening, others, end))
    opened = (agreement, opening.id, opening.occurred_at, due_by)
    if end == len(others):
        return Truth(*opened, Outcome.OPEN)
    if others[end].type in agreement.cancels_on:
        return Truth(*opened, Outcome.CANCELLED, max(others[end].occurred_at, opening.occurred_at))
    ended_at = others[end].occurred_at
    return Truth(*opened, Outcome.KEPT if ended_at <= due_by else Outcome.KEPT_LATE, ended_at)


def _that_delay(agreement: Agreement, opening: Event, others: list[Event], end: int) -> list[Event]:
    """What happened before its end; that a pause was over before its opening is known as well."""
    over = {rule.ends_on for rule in agreement.pauses}
    before = (each for each in others[end:] if each.occurred_at <= opening.occurred_at)
    return [*others[:end], *(each for each in before if each.type in over)]


def _delayed(agreement: Agreement, opening: Event, due_by: Instant, events: list[Event]) -> Instant:
    """Later by the working time that pauses took, each moment of it once."""
    for since, until in _apart(_pauses(agreement, opening, events)):
        if since < due_by and until > since:
            lost = BusinessTime(agreement.calendar.between(since, until))
            due_by = agreement.calendar.add(due_by, lost) if lost.micros else due_by
    return due_by


def _pauses(
    agreement: Agreement, opening: Event, events: list[Event]
) -> Iterator[tuple[Instant, Instant]]:
    """What ends a thing's pause ends it, also where that is said to have been before it began."""
    for rule in agreement.pauses:
        assert isinstance(rule.at_most, WallTime)
        for event in events:
            if event.type == rule.starts_on:
                limit = agreement.calendar.add(event.occurred_at, rule.at_most)
                ends = (each for each in events if each.type == rule.ends_on)
                until = min((each.occurred_at for each in ends if each.key == event.key), default=0)
                since = max(event.occurred_at, opening.occurred_at)
                yield since, min(until or limit, limit)


def _apart(pauses: Iterator[tuple[Instant, Instant]]) -> list[tuple[Instant, Instant]]:
    apart: list[tuple[Instant, Instant]] = []
    for since, until in sorted(pause for pause in pauses if pause[1] > pause[0]):
        if apart and since <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(until, apart[-1][1]))
        else:
            apart.append((since, until))
    return apart


def _agree(event: Event, opening: Event) -> bool:
    """They speak of the same refund, parcel...: where both name a field, it is the same."""
    theirs = dict(opening.key)
    return all(theirs.get(name, value) == value for name, value in event.key)
