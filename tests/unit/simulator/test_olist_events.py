"""One order of the data as the events of four departments."""

from datetime import UTC, datetime
from typing import Any

from services.shared.clock import Instant, iso, to_datetime, to_instant
from services.shared.codec import decode_event, encode_event
from services.shared.events.common import Line, Money
from services.shared.events.finance import PaymentApproved
from services.shared.events.operations import ParcelHandedOver
from services.shared.events.sales import OrderPlaced
from services.simulator.importers.history import History, Told
from services.simulator.importers.olist_events import Order, Review, moments_of


def at(text: str) -> Instant:
    return to_instant(datetime.fromisoformat(text).replace(tzinfo=UTC))


def an_order(**changes: Any) -> Order:  # noqa: ANN401 - any of its fields
    """Bought on Monday, approved on Tuesday, sent on Wednesday, there on Friday, no review."""
    fields: dict[str, Any] = {
        "id": "4711",
        "customer": "ada",
        "postcode": "100",
        "purchased_at": at("2017-11-06T10:00"),
        "approved_at": at("2017-11-07T10:00"),
        "handed_over_at": at("2017-11-08T10:00"),
        "delivered_at": at("2017-11-10T10:00"),
        "promised_by": at("2017-11-21"),
        "ship_by": at("2017-11-09T10:00"),
        "lines": (Line("chair", 1, Money(5_000, "BRL")),),
        "total": Money(6_000, "BRL"),
        "reviews": (),
    }
    return Order(**(fields | changes))


def told(order: Order) -> list[Told]:
    return list(History.of(moments_of(order)))


def types(order: Order) -> list[str]:
    return [envelope.type for envelope, _ in told(order)]


def test_each_step_of_an_order_is_said_by_its_department_at_its_own_time() -> None:
    said = [
        (envelope.party, envelope.type, iso(envelope.occurred_at))
        for envelope, _ in told(an_order())
    ]
    assert said == [
        ("sales", "sales.OrderPlaced", "2017-11-06T10:00:00Z"),
        ("finance", "finance.PaymentApproved", "2017-11-07T10:00:00Z"),
        ("operations", "operations.ParcelHandedOver", "2017-11-08T10:00:00Z"),
        ("operations", "operations.ParcelDelivered", "2017-11-10T10:00:00Z"),
    ]


def test_steps_that_never_happened_are_not_said() -> None:
    order = an_order(approved_at=None, handed_over_at=None, delivered_at=None)
    assert types(order) == ["sales.OrderPlaced"]


def test_a_parcel_that_left_before_the_approval_stays_so() -> None:
    order = an_order(handed_over_at=at("2017-11-07T09:00"))
    assert types(order).index("operations.ParcelHandedOver") == 1


def test_the_order_tells_its_lines_its_total_and_the_customers_date() -> None:
    _, placed = told(an_order())[0]
    assert isinstance(placed, OrderPlaced)
    assert placed.lines == an_order().lines
    assert placed.total == Money(6_000, "BRL")
    assert placed.promised_by == to_datetime(at("2017-11-21"))
    assert placed.ship_to.postcode == "100"


def test_the_approval_tells_by_when_to_ship_or_that_nobody_knows() -> None:
    _, approved = told(an_order())[1]
    _, without = told(an_order(ship_by=None))[1]
    assert isinstance(approved, PaymentApproved)
    assert isinstance(without, PaymentApproved)
    assert approved.ship_by == to_datetime(at("2017-11-09T10:00"))
    assert without.ship_by is None


def test_the_parcel_has_the_orders_lines() -> None:
    _, parcel = told(an_order())[2]
    assert isinstance(parcel, ParcelHandedOver)
    assert parcel.lines == an_order().lines


def test_a_review_is_of_the_case_that_takes_the_orders_id() -> None:
    review = Review("r1", 2, at("2017-11-11"), at("2017-11-12T08:00"))
    envelopes = [envelope for envelope, _ in told(an_order(reviews=(review,)))][-2:]
    assert [envelope.type for envelope in envelopes] == [
        "support.ReviewReceived",
        "support.ReviewAnswered",
    ]
    assert {(e.subject, e.case, e.order) for e in envelopes} == {("case/4711", "4711", "4711")}


def test_each_review_of_an_order_is_said_and_one_without_answer_has_none() -> None:
    reviews = (Review("r1", 2, at("2017-11-11"), None), Review("r2", 5, at("2017-11-11"), None))
    assert types(an_order(reviews=reviews))[-2:] == ["support.ReviewReceived"] * 2
    ids = {envelope.id for envelope, _ in told(an_order(reviews=reviews))}
    assert len(ids) == 6


def test_the_events_are_about_the_order_and_have_the_same_ids_on_every_reading() -> None:
    envelopes = [envelope for envelope, _ in told(an_order())]
    assert {(e.subject, e.order, e.customer) for e in envelopes} == {("order/4711", "4711", "ada")}
    assert envelopes == [envelope for envelope, _ in told(an_order())]
    assert [e.id for e in envelopes] == sorted(e.id for e in envelopes)


def test_what_is_said_of_two_orders_has_different_ids() -> None:
    one = {envelope.id for envelope, _ in told(an_order())}
    other = {envelope.id for envelope, _ in told(an_order(id="4712"))}
    assert not one & other


def test_every_event_survives_the_wire() -> None:
    review = Review("r1", 2, at("2017-11-11"), at("2017-11-12T08:00"))
    for envelope, event in told(an_order(reviews=(review,), ship_by=None)):
        assert decode_event(envelope.type, encode_event(event)) == event
