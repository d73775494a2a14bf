"""One subject as the tracker keeps it: its events, and what is folded from them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec import field as struct_field

from services.shared.clock import Instant
from services.tracker.core.findings import Finding, Found
from services.tracker.core.promises import Promise, settled_state
from services.tracker.core.weight import weight

EVENTS_LIMIT = 500
"""Events of one subject; one more is refused as `too_many_events`."""

WEIGHT_LIMIT = 4 * 2**20
"""Bytes that the fields of a subject's events may take in its document, of the 16 MiB that Mongo
allows for all of it; what would exceed it is refused as `subject_too_large`."""

Key = tuple[tuple[str, str], ...]


class _Nothing(dict[Any, Any]):
    """An empty mapping that a dataclass takes as a default: it is never written to."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # a dict has none


NOTHING: Mapping[Any, Any] = _Nothing()
"""Most subjects have nothing of what is rare; who adds to it makes a mapping of its own."""


class Event(Struct, frozen=True, gc=False, array_like=True):
    """What the fold needs of an event.

    `content` is 4 bytes of its hash; `key` the natural key of the fact as (field, value) pairs;
    `fields` holds only what agreements and the rules of handoffs name, as plain values; `retracts`
    the id of the event it takes back; `promise_id` is that of a decision about a promise;
    `traceparent` is W3C text, or empty; `backfilled` is what a declared import tells of the past.
    One is made for each record: a frozen dataclass takes twenty times as long to make. It is packed
    as an array, in this order.
    """

    id: bytes
    type: str
    party: str
    occurred_at: Instant
    arrived_at: Instant
    order: str = ""
    customer: str = ""
    case: str = ""
    content: bytes = b""
    key: Key = ()
    fields: Mapping[str, object] = struct_field(default_factory=dict)
    retracts: bytes = b""
    promise_id: str = ""
    traceparent: str = ""
    channel: str = ""
    actor: str = ""
    backfilled: bool = False

    def __lt__(self, other: "Event") -> bool:
        return (self.occurred_at, self.id) < (other.occurred_at, other.id)


class Counted(StrEnum):
    """What became of an event."""

    FOLDED = "folded"
    DUPLICATE = "duplicate"
    ID_CONFLICT = "id_conflict"
    TOO_MANY_EVENTS = "too_many_events"
    SUBJECT_TOO_LARGE = "subject_too_large"


FOLDED = Counted.FOLDED
"""Python 3.11 takes 0.1 us to read a member off its class: what each event needs is read once."""


class Skipped(StrEnum):
    """Why an opening event opened nothing under an agreement."""

    FACT_ABSENT = "fact_absent"
    DEADLINE_TOO_FAR = "deadline_too_far"
    TOO_OLD = "too_old"
    CONDITION_UNKNOWN = "condition_unknown"
    OUTER_PROMISE_ABSENT = "outer_promise_absent"
    TOO_MANY_PROMISES = "too_many_promises"


@dataclass(frozen=True, slots=True)
class Rare:
    """What follows from the events of few subjects.

    `retracted` are party and id of what was taken back; `versions` the newest version of each fact
    that has one; `disputed` the disputed promises with the report that was meant; `skipped` the
    openings that opened nothing, by agreement and event id; `parked` the ids of those that no
    agreement matched; `unmatched` the evidence that kept no promise, by id; `late` what came for a
    promise that was cancelled or released.
    """

    retracted: frozenset[tuple[str, bytes]] = frozenset()
    versions: Mapping[tuple[str, Key], int] = NOTHING
    disputed: frozenset[tuple[str, bytes]] = frozenset()
    skipped: Mapping[tuple[str, bytes], Skipped] = NOTHING
    parked: frozenset[bytes] = frozenset()
    unmatched: Mapping[bytes, Event] = NOTHING
    late: Mapping[bytes, Event] = NOTHING


COMMON = Rare()
"""Most subjects have nothing of what is rare."""


@dataclass(slots=True)
class Subject:
    """Everything the tracker keeps of one subject; `events` are distinct and in order of time.

    What follows them is folded from them: `told` are those that said something new, the very same
    tuple where all did; `facts` the latest value of each fact, by what it is about and its field;
    `current` what is found as they stand, `weight` that of all their fields. `found` is history:
    every finding that was ever told, by its id.
    """

    id: str
    events: tuple[Event, ...] = ()
    told: tuple[Event, ...] = ()
    promises: dict[str, Promise] = field(default_factory=dict)
    facts: Mapping[tuple[str, str], object] = NOTHING
    rare: Rare = COMMON
    current: Mapping[str, Finding] = NOTHING
    found: Mapping[str, Found] = NOTHING
    weight: int = 0

    def remember(self, event: Event) -> None:
        """Put an event among the subject's events without folding it."""
        events = self.events
        self.events = (*events, event)
        if event.fields:
            self.weight += weight(event.fields)
        if not events or events[-1].occurred_at < event.occurred_at or events[-1] < event:
            return
        self.events = tuple(sorted(self.events))

    def can_hold(self, event: Event) -> bool:
        """Whether the document of the subject has room for what the event says."""
        return not event.fields or self.weight + weight(event.fields) <= WEIGHT_LIMIT

    def event(self, id: bytes) -> Event | None:
        """One of its events."""
        for event in self.events:
            if event.id == id:
                return event
        return None

    def first_told(self, type: str, key: Key) -> Event | None:
        """What said this first, of those that said something new."""
        for event in self.told:
            if event.type == type and event.key == key:
                return event
        return None

    @property
    def order(self) -> str:
        """The order it belongs to, as was told first; empty while nobody told."""
        return next((each.order for each in self.told if each.order), "")

    @property
    def customer(self) -> str:
        """Whose it is, as was told first."""
        return next((each.customer for each in self.told if each.customer), "")

    @property
    def case(self) -> str:
        """The case it belongs to, as was told first."""
        return next((each.case for each in self.told if each.case), "")

    def begin_again(self) -> None:
        """Forget what was folded; events and history stay."""
        self.told, self.promises, self.facts = (), {}, NOTHING
        self.rare, self.current = COMMON, NOTHING

    def of_agreements(self, names: Collection[str]) -> list[Promise]:
        """Its promises under agreements of these names, in order of their opening.

        One whose opening was taken back is kept for its history alone.
        """
        return [
            each
            for each in self.promises.values()
            if each.agreement.name in names and (each.ended_as is None or each.settled_by)
        ]

    def told_in(self, types: Collection[str]) -> list[Event]:
        """What said something new in events of these types, in order of time."""
        return [event for event in self.told if event.type in types]

    @property
    def settled(self) -> bool:
        """Nothing of it can change by time alone."""
        return all(settled_state(each) for each in self.promises.values()) and all(
            id in self.found and self.found[id].cleared_at is None for id in self.current
        )

    @property
    def customer_visible_by(self) -> Instant | None:
        """The earliest open date that the customer was given; None when there is none."""
        dates = (
            promise.due_by
            for promise in self.promises.values()
            if promise.agreement.owed_to == "customer"
            and not promise.agreement.part_of
            and not settled_state(promise)
        )
        return min(dates, default=None)
