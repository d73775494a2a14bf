"""Facts that agreements read, and facts that several departments tell of one subject."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from services.tracker.core.calendars.calendar import ALWAYS, Calendar
from services.tracker.core.durations import Duration, WallTime


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of what is known, as in `order.ship_by`, `refund.amount` or `event.channel`.

    `about` is a kind of subject, the noun of a natural key (`refund` for `refund_id`), or `event`;
    `name` is a field of events, `part` a path inside its value, as in `order.lines.quantity`.
    """

    about: str
    name: str
    part: str = ""

    def __str__(self) -> str:
        return ".".join(filter(None, (self.about, self.name, self.part)))


class Comparison(StrEnum):
    """How two tellings of a fact are held against each other."""

    MONEY = "money"
    DATE = "date"
    TEXT = "text"
    ADDRESS = "address"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Assertion:
    """Where a party tells the fact: a field of an event type, `finance.InvoiceIssued.total`."""

    event_type: str
    name: str

    @property
    def party(self) -> str:
        return self.event_type.partition(".")[0]


@dataclass(frozen=True)
class FactRule:
    """One fact that several departments tell: they have to agree on it once it has settled.

    `owner` answers for it. A difference is told of `settle` after the last telling that changed
    something, or at once when one of `gates` comes: an event that lets the customer see it.

    `each` is the noun of a natural key: with `refund`, the fact is told of every refund on its own,
    and what is told without a `refund_id` tells nothing of it. Without, there is one for the whole
    subject, whatever keys the events have: an order's total is also that of its invoice.
    `calendar` gives `settle` and days their meaning: a date on which it is closed is the working
    day after it.
    """

    name: str
    version: int
    owner: str
    because: str
    asserted_by: tuple[Assertion, ...]
    compare: Comparison
    settle: Duration
    gates: tuple[str, ...] = ()
    next_step: str = ""
    each: str = ""
    calendar: Calendar = ALWAYS

    @cached_property
    def told_in(self) -> Mapping[str, Assertion]:
        """Who tells the fact in which field, by event type."""
        return {each.event_type: each for each in self.asserted_by}

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Who tells the fact, the owner first, each once."""
        owner = self.owner.partition("/")[0]
        named = dict.fromkeys(each.party for each in self.asserted_by)
        return tuple(sorted(named, key=lambda party: party != owner))

    @cached_property
    def clock(self) -> Calendar:
        """In whose time it settles: `15 minutes` are elapsed time for everybody."""
        return ALWAYS if isinstance(self.settle, WallTime) else self.calendar
