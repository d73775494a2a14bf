"""From subjects that belong together to a customer's page, and to the neighbours of one. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from services.console.belonging import Belonging, SubjectSummary
from services.console.desk import Event
from services.console.standing import standing
from services.console.subject_view import Card, card
from services.console.timeline import Axis, axis
from services.console.times import Moment, maybe_moment, moment
from services.console.words import known_state, plain, state_word, subject_path

EVENTS_SHOWN = 25
"""The newest of all subjects, on a customer's page."""


@dataclass(frozen=True, slots=True)
class SubjectLane:
    """One subject with its promises; `more` are those that are not drawn."""

    subject: str
    path: str
    began: Moment | None
    cards: tuple[Card, ...]
    more: int
    findings: int
    events: int


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of any of the subjects."""

    at: Moment
    word: str
    party: str
    subject: str
    path: str


@dataclass(frozen=True, slots=True)
class CustomerView:
    """The page of one customer."""

    customer: str
    as_of: Moment
    axis: Axis
    tally: tuple[tuple[str, str, int], ...]
    lanes: tuple[SubjectLane, ...]
    events: tuple[TimelineEvent, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The subjects before and after one, among those that it belongs to; empty at the ends."""

    previous: str
    next: str
    place: int
    count: int


def customer_view(customer: str, belonging: Belonging) -> CustomerView:
    now = belonging.as_of
    promises = tuple(chain.from_iterable(each.promises for each in belonging.subjects))
    events = tuple(chain.from_iterable(each.events for each in belonging.subjects))
    counts = Counter(standing(each) for each in promises)
    shared = axis(promises, events, now)
    return CustomerView(
        customer=customer,
        as_of=moment(now, now),
        axis=shared,
        tally=tuple((known_state(s), state_word(s), counts[s]) for s in sorted(counts)),
        lanes=tuple(_lane(each, shared, now) for each in belonging.subjects),
        events=_newest(belonging.subjects, now),
        cut=belonging.cut,
    )


def neighbours(subject: str, belonging: Belonging) -> Neighbours | None:
    """None where it is alone, or not among them."""
    subjects = [each.subject for each in belonging.subjects]
    if subject not in subjects or len(subjects) == 1:
        return None
    place = subjects.index(subject)
    before, after = subjects[:place][-1:], subjects[place + 1 :][:1]
    return Neighbours("".join(before), "".join(after), place + 1, len(subjects))


def _lane(each: SubjectSummary, shared: Axis, now: datetime) -> SubjectLane:
    return SubjectLane(
        subject=each.subject,
        path=subject_path(each.subject),
        began=maybe_moment(each.began_at, now),
        cards=tuple(card(promise, None, shared, now) for promise in each.promises),
        more=each.promise_count - len(each.promises),
        findings=len(each.findings),
        events=each.event_count,
    )


def _newest(subjects: Sequence[SubjectSummary], now: datetime) -> tuple[TimelineEvent, ...]:
    told = [(event, each.subject) for each in subjects for event in each.events]
    told.sort(key=lambda pair: (pair[0].occurred_at, pair[0].id), reverse=True)
    return tuple(_event(event, subject, now) for event, subject in told[:EVENTS_SHOWN])


def _event(event: Event, subject: str, now: datetime) -> TimelineEvent:
    path = subject_path(subject)
    return TimelineEvent(
        moment(event.occurred_at, now), plain(event.type), event.party, subject, path
    )
