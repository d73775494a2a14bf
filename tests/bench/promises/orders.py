"""What the departments tell of orders that stay open for days, and of parcels that are due at once.

An order is placed, and a later date is promised: two events, each with its trace, and three open
promises, each with a date of its own. A parcel is owed from the payment on and due within seconds.
Pure; subjects are `order/<number>`, and each number is told of as one of the two only.
"""

import random
from collections.abc import Hashable, Iterator
from functools import cache

from services.shared.clock import SECOND, Instant, to_datetime
from services.shared.codec import encode_event
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.events.envelope import Envelope
from services.shared.events.finance import PaymentApproved
from services.shared.events.operations import ParcelHandedOver, PickStarted
from services.shared.events.sales import DeliveryPromised, OrderPlaced
from services.shared.subjects import TYPE_OF, partition_of
from tests.bench.peers.records import SOURCE, Placed, record, uuid7
from tests.bench.peers.workload import Told, subject_of

PROMISES_AN_ORDER = 3
EVENTS_AN_ORDER = 2
OWED_WITHIN: Instant = 8 * SECOND
"""As the agreement `hand-over-parcel` has it."""
HOUR: Instant = 3_600 * SECOND
DAY: Instant = 24 * HOUR
DATES = 48
"""So many delivery dates are promised, an hour from one to the next."""
_LINES = (Line("lamp", 1, Money(4_900, "EUR")),)
_HOME = Address("Hauptstr. 1", "10115", "Berlin", "DE")


class Orders:
    """Of topics with so many partitions; the same seed tells the same ids."""

    def __init__(self, partitions: int, seed: int = 1) -> None:
        self._partitions = partitions
        self._chance = random.Random(seed)
        self._told = 0

    def open(self, number: int, at: Instant) -> Iterator[Placed]:
        """Three promises, all of them for days."""
        promised_by = (at // DAY + 6) * DAY + number % DATES * HOUR
        yield self._record(_order_placed(promised_by), number, at)
        yield self._record(_delivery_promised(promised_by + DAY), number, at + 1)

    def pick(self, number: int, at: Instant) -> Placed:
        """One promise for days, of an order of which nothing else is told."""
        return self._record(_picked(), number, at)

    def owe(self, number: int, at: Instant) -> Placed:
        """A parcel has to be handed over within `OWED_WITHIN`."""
        return self._record(_paid(at // HOUR * HOUR), number, at)

    def keep(self, number: int, at: Instant) -> Placed:
        """The parcel that is owed is handed over."""
        return self._record(_handed_over(), number, at)

    def _record(self, told: tuple[type, bytes], number: int, at: Instant) -> Placed:
        event, body = told
        lot, type, subject = self._chance.getrandbits(128), TYPE_OF[event], subject_of(number)
        self._told += 1
        envelope = Envelope(
            id=uuid7(at, lot),
            type=type,
            party=type.partition(".")[0],
            source=SOURCE,
            subject=subject,
            occurred_at=at,
            sequence=self._told,
            channel="shop",
            order=str(number),
            customer=f"c-{number % 10_000}",
            body=body,
        )
        return record(envelope, lot, partition_of(subject, self._partitions))


def breach_of(number: int) -> Told:
    """The verdict on a parcel that nobody hands over."""
    return Told(subject_of(number), "hand-over-parcel", "breached")


def _encoded(event: Hashable) -> tuple[type, bytes]:
    return type(event), encode_event(event)


@cache
def _order_placed(promised_by: Instant) -> tuple[type, bytes]:
    date = to_datetime(promised_by)
    return _encoded(OrderPlaced(_LINES, Money(4_900, "EUR"), date, Priority.NORMAL, _HOME))


@cache
def _delivery_promised(promised_by: Instant) -> tuple[type, bytes]:
    return _encoded(DeliveryPromised(1, to_datetime(promised_by)))


@cache
def _picked() -> tuple[type, bytes]:
    return _encoded(PickStarted("west"))


@cache
def _paid(ship_by: Instant) -> tuple[type, bytes]:
    date = to_datetime(ship_by)
    return _encoded(PaymentApproved("p1", Money(4_900, "EUR"), date, "auto", "", 1))


@cache
def _handed_over() -> tuple[type, bytes]:
    return _encoded(ParcelHandedOver("p1", "dhl", _LINES, _HOME))
