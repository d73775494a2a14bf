"""One subject as the tracker keeps it: its events, and what is folded from them."""

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.shared.clock import Instant
from services.tracker.core.facts import Fact
from services.tracker.core.promises import Promise, settled_state

EVENTS_LIMIT = 500
"""Events of one subject; one more is refused as `too_many_events`."""


@dataclass(frozen=True, slots=True)
class Event:
    """What the fold needs of an event.

    `content` is 4 bytes of its hash; `key` the natural key of the fact as (field, value) pairs;
    `fields` holds only what agreements name; `retracts` the id of the event it takes back;
    `promise_id` is that of a release; `traceparent` is W3C text, or empty.
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
    key: tuple[tuple[str, str], ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    retracts: bytes = b""
    promise_id: str = ""
    traceparent: str = ""

    def __lt__(self, other: "Event") -> bool:
        return (self.occurred_at, self.id) < (other.occurred_at, other.id)


class Counted(StrEnum):
    """What became of an event."""

    FOLDED = "folded"
    DUPLICATE = "duplicate"
    ID_CONFLICT = "id_conflict"
    TOO_MANY_EVENTS = "too_many_events"


class Skipped(StrEnum):
    """Why an opening event opened nothing under an agreement."""

    FACT_ABSENT = "fact_absent"
    DEADLINE_TOO_FAR = "deadline_too_far"


@dataclass(slots=True)
class Subject:
    """Everything the tracker keeps of one subject; `events` are distinct and in order of time.

    What follows them is folded from them. `retracted` are party and id of what was taken back;
    `told` those that said something new, by type and natural key or id; `skipped` the openings that
    opened nothing, by agreement and event id.
    """

    id: str
    events: list[Event] = field(default_factory=list)
    contents: dict[bytes, bytes] = field(default_factory=dict)
    retracted: set[tuple[str, bytes]] = field(default_factory=set)
    order: str = ""
    customer: str = ""
    case: str = ""
    told: dict[tuple[str, object], Event] = field(default_factory=dict)
    facts: dict[Fact, object] = field(default_factory=dict)
    promises: dict[str, Promise] = field(default_factory=dict)
    skipped: dict[tuple[str, bytes], Skipped] = field(default_factory=dict)

    def remember(self, event: Event) -> bool:
        """Put an event among the subject's events without folding it; true if it is the last."""
        self.contents[event.id] = event.content
        if in_order := not self.events or self.events[-1] < event:
            self.events.append(event)
        else:
            insort(self.events, event)
        return in_order

    @property
    def settled(self) -> bool:
        return all(settled_state(promise) for promise in self.promises.values())

    @property
    def customer_visible_by(self) -> Instant | None:
        """The earliest open date that the customer was given; None when there is none."""
        dates = (
            promise.due_by
            for promise in self.promises.values()
            if promise.agreement.owed_to == "customer" and not settled_state(promise)
        )
        return min(dates, default=None)
