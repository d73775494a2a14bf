"""Facts that agreements read, and facts that several departments tell of one subject."""

from dataclasses import dataclass
from enum import StrEnum

from services.tracker.core.durations import Duration


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


@dataclass(frozen=True, slots=True)
class FactRule:
    """One fact that several departments tell: they have to agree on it once it has settled.

    `owner` answers for it. A difference is told of `settle` after the last telling, or at once when
    one of `gates` comes: an event that lets the customer see it.
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
