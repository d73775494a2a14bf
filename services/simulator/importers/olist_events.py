"""Which department says what of one Olist order, and when: the order as events.

Only what was known at an event's own time is in it.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.shared.clock import Instant, to_datetime
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.events.envelope import Envelope
from services.shared.events.finance import PaymentApproved
from services.shared.events.operations import ParcelDelivered, ParcelHandedOver
from services.shared.events.sales import OrderPlaced
from services.shared.events.support import ReviewAnswered, ReviewReceived
from services.shared.subjects import EVENT_TYPES, TYPE_OF, Kind
from services.simulator.importers.history import Moment, Told, event_id

SOURCE = "olist"
COUNTRY = "BR"


@dataclass(frozen=True, slots=True)
class Review:
    id: str
    score: int
    at: Instant
    answered_at: Instant | None


@dataclass(frozen=True, slots=True)
class Order:
    """All that the files say of one order, whenever it became known."""

    id: str
    customer: str
    postcode: str
    purchased_at: Instant
    approved_at: Instant | None
    handed_over_at: Instant | None
    delivered_at: Instant | None
    promised_by: Instant
    ship_by: Instant | None
    lines: tuple[Line, ...]
    total: Money
    reviews: tuple[Review, ...]


def moments_of(order: Order) -> Iterator[Moment]:
    """What the departments say of one order, each at its own time."""
    of_order = (order.purchased_at, order.approved_at, order.handed_over_at, order.delivered_at)
    for rank, at in enumerate(of_order):
        if at is not None:
            yield Moment(at, rank, order.id, partial(_tell, rank, at, order, order))
    for review in order.reviews:
        of_review = (review.at, review.answered_at)
        for rank, at in enumerate(of_review, start=len(of_order)):
            if at is not None:
                about = f"{order.id}/{review.id}"
                yield Moment(at, rank, about, partial(_tell, rank, at, order, review))


def _tell(rank: int, at: Instant, order: Order, what: Order | Review) -> Told:
    event = _MAKE[rank](what)
    type = TYPE_OF[event.__class__]
    row = EVENT_TYPES[type]
    about = f"{row.kind}/{order.id}"
    envelope = Envelope(
        id=event_id(at, rank, type, about, what.id),
        type=type,
        party=type.partition(".")[0],
        source=SOURCE,
        subject=about,
        occurred_at=at,
        order=order.id,
        customer=order.customer,
        case=order.id if row.kind is Kind.CASE else "",
    )
    return envelope, event


def _placed(order: Order) -> OrderPlaced:
    promised_by = to_datetime(order.promised_by)
    return OrderPlaced(order.lines, order.total, promised_by, Priority.NORMAL, _ship_to(order))


def _approved(order: Order) -> PaymentApproved:
    ship_by = None if order.ship_by is None else to_datetime(order.ship_by)
    return PaymentApproved(order.id, order.total, ship_by, policy="", reason_code="", level=0)


def _handed_over(order: Order) -> ParcelHandedOver:
    return ParcelHandedOver(order.id, "", order.lines, _ship_to(order))


def _delivered(order: Order) -> ParcelDelivered:
    return ParcelDelivered(order.id, carrier="")


def _received(review: Review) -> ReviewReceived:
    return ReviewReceived(review.id, review.score)


def _answered(review: Review) -> ReviewAnswered:
    return ReviewAnswered(review.id)


def _ship_to(order: Order) -> Address:
    """The data names the beginning of the postcode and no more."""
    return Address(street="", postcode=order.postcode, city="", country=COUNTRY)


_MAKE: tuple[Callable[[Any], Hashable], ...] = (
    _placed,
    _approved,
    _handed_over,
    _delivered,
    _received,
    _answered,
)
"""What is said, by rank: of an order first, then of a review."""
