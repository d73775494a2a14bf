"""What the fold takes from an envelope and its body, and how it tells two contents apart."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from msgspec import structs

from services.shared.clock import SECOND, Instant
from services.shared.events.common import Line, Money, Priority
from services.shared.events.envelope import Envelope, Facts, Retracted
from services.shared.events.finance import PaymentApproved
from services.shared.events.oncall import PromiseConfirmed, PromiseDisputed, PromiseReleased
from services.shared.events.operations import CapacityDeclared
from services.shared.events.sales import OrderPlaced
from services.tracker.core import reading as reading_module
from services.tracker.core.reading import (
    DEPTH_LIMIT,
    ENTRIES_LIMIT,
    FUTURE_LIMIT,
    TEXT_LIMIT,
    Wanted,
    bounded,
    content_of,
    reading_of,
    said_in,
)
from services.tracker.core.subject import Event
from tests.builders import an_address
from tests.promising import ORDER, at, sets_of

ENVELOPE = Envelope(
    id=bytes(range(16)),
    type="finance.PaymentApproved",
    party="finance",
    source="finance-1",
    subject=ORDER,
    occurred_at=at("09:00"),
    order="4711",
    customer="c-1",
    case="k-1",
    body=b"body",
)
APPROVED = PaymentApproved(
    "p-1", Money(100, "EUR"), datetime(2026, 11, 2, 17, tzinfo=UTC), "auto", "ok", 1
)
ENVELOPE_OF_ORDER = structs.replace(ENVELOPE, type="sales.OrderPlaced")


def event_of(
    envelope: Envelope,
    body: object,
    arrived_at: Instant,
    wanted: Wanted,
    traceparent: str = "",
) -> Event:
    """As a decoded body is folded."""
    reading = reading_of(envelope.type, tuple(wanted(envelope.type)))
    return reading_module.event_of(envelope, said_in(body), arrived_at, reading, traceparent)


def keep(*names: str) -> Wanted:
    """These fields of every type."""
    return lambda event_type: names


def test_an_event_is_what_its_envelope_says() -> None:
    event = event_of(ENVELOPE, APPROVED, at("09:01"), keep("ship_by"), "00-trace")
    assert (event.id, event.type, event.party) == (ENVELOPE.id, ENVELOPE.type, "finance")
    assert (event.occurred_at, event.arrived_at) == (at("09:00"), at("09:01"))
    assert (event.order, event.customer, event.case) == ("4711", "c-1", "k-1")
    assert event.traceparent == "00-trace"


def test_the_natural_key_is_that_of_the_types_table() -> None:
    event = event_of(ENVELOPE, APPROVED, at("09:01"), keep())
    assert event.key == (("payment_id", "p-1"),)


def test_a_natural_key_may_hold_moments_numbers_and_ids() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    envelope = structs.replace(ENVELOPE, type="operations.CapacityDeclared")
    declared = event_of(envelope, CapacityDeclared("pick", noon, noon, 40), 0, keep())
    moment = "2026-11-02T12:00:00Z"
    assert declared.key == (
        ("process", "pick"),
        ("from_at", moment),
        ("until_at", moment),
        ("orders", "40"),
    )
    retracted = event_of(
        structs.replace(ENVELOPE, type="handoff.Retracted"), Retracted(b"\x01", "x"), 0, keep()
    )
    assert retracted.key == (("event_id", "01"),)


def test_only_the_fields_that_agreements_name_are_kept() -> None:
    event = event_of(ENVELOPE, APPROVED, 0, keep("ship_by", "promised_by"))
    assert event.fields == {"ship_by": at("17:00")}


def test_a_field_that_is_absent_is_not_kept() -> None:
    assert event_of(ENVELOPE, replace(APPROVED, ship_by=None), 0, keep("ship_by")).fields == {}


def test_a_type_that_no_class_knows_gives_its_facts_and_has_no_key() -> None:
    envelope = structs.replace(ENVELOPE, type="carrier.ParcelAccepted")
    body = Facts({"ship_by": "2026-11-02T17:00:00Z", "weight": 2.0})
    event = event_of(envelope, body, 0, keep("ship_by"))
    assert (event.key, event.fields) == ((), {"ship_by": "2026-11-02T17:00:00Z"})


def test_a_long_key_is_kept_as_its_hash() -> None:
    approved = [replace(APPROVED, payment_id="p" * length) for length in (120, 121, 60_000)]
    texts = [event_of(ENVELOPE, body, 0, keep()).key[0][1] for body in approved]
    assert texts[0] == "p" * 120
    assert [len(text) for text in texts[1:]] == [64, 64]
    assert texts[1] != texts[2]


def kept(value: object) -> object:
    """What is kept of a field that a party of the settings gives this value."""
    envelope = structs.replace(ENVELOPE, type="carrier.ParcelAccepted")
    return event_of(envelope, Facts({"said": value}), 0, keep("said")).fields.get("said")


def nested(depth: int) -> object:
    return "deep" if depth == 0 else [nested(depth - 1)]


@pytest.mark.parametrize(
    "value",
    [
        "x" * TEXT_LIMIT,
        7.5,
        True,
        ["a"] * ENTRIES_LIMIT,
        [],
        {"at": {"minor": 4900}},
        {"k" * TEXT_LIMIT: 1},
        {str(number): number for number in range(ENTRIES_LIMIT)},
        nested(DEPTH_LIMIT),
    ],
)
def test_a_plain_value_within_the_limits_is_kept_as_it_is(value: object) -> None:
    assert kept(value) == value


@pytest.mark.parametrize(
    "value",
    [
        None,
        "x" * (TEXT_LIMIT + 1),
        ["a"] * (ENTRIES_LIMIT + 1),
        ["a", "x" * (TEXT_LIMIT + 1)],
        ["a", None],
        {"k" * (TEXT_LIMIT + 1): 1},
        {"a\x00b": 1},
        {str(number): number for number in range(ENTRIES_LIMIT + 1)},
        {"street": "x" * (TEXT_LIMIT + 1), "city": "Berlin"},
        nested(DEPTH_LIMIT + 1),
        b"bytes",
    ],
)
def test_a_value_of_which_a_part_is_over_its_limit_is_left_out_whole(value: object) -> None:
    assert kept(value) is None


def test_what_a_message_leaves_open_is_no_part_of_it() -> None:
    assert kept({"sku": "lamp", "price": None}) == {"sku": "lamp"}


def test_an_order_is_kept_as_moments_money_lines_and_words() -> None:
    promised_by = datetime(2026, 11, 2, 17, tzinfo=UTC)
    lines = (Line("lamp", 2, Money(2450, "EUR")), Line("bulb", 1))
    order = OrderPlaced(lines, Money(4900, "EUR"), promised_by, Priority.LOW, an_address())
    wanted = keep("lines", "total", "promised_by", "priority")
    assert event_of(ENVELOPE_OF_ORDER, order, 0, wanted).fields == {
        "lines": [
            {"sku": "lamp", "quantity": 2, "price": {"minor": 2450, "currency": "EUR"}},
            {"sku": "bulb", "quantity": 1},
        ],
        "total": {"minor": 4900, "currency": "EUR"},
        "promised_by": at("17:00"),
        "priority": "low",
    }


def test_an_enum_is_kept_as_plain_text() -> None:
    order = OrderPlaced(
        (), Money(1, "EUR"), datetime(2026, 11, 2, tzinfo=UTC), Priority.LOW, an_address()
    )
    kept = event_of(ENVELOPE_OF_ORDER, order, 0, keep("priority")).fields["priority"]
    assert type(kept) is str


def test_each_type_keeps_its_own_fields() -> None:
    wanted = {"finance.PaymentApproved": ["ship_by"], "sales.OrderPlaced": ["policy"]}
    assert event_of(ENVELOPE, APPROVED, 0, wanted.__getitem__).fields == {"ship_by": at("17:00")}


def test_party_channel_and_customer_are_the_envelopes_where_the_body_has_none() -> None:
    envelope = structs.replace(ENVELOPE, channel="phone")
    wanted = keep("party", "channel", "customer")
    said = {"party": "finance", "channel": "phone", "customer": "c-1"}
    assert event_of(envelope, APPROVED, 0, wanted).fields == said
    assert event_of(ENVELOPE, APPROVED, 0, keep("channel")).fields == {}
    own = structs.replace(envelope, type="carrier.ParcelAccepted")
    assert event_of(own, Facts({"channel": "van"}), 0, wanted).fields == {**said, "channel": "van"}


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("oncall.PromiseReleased", PromiseReleased("order/1~a", "x")),
        ("oncall.PromiseConfirmed", PromiseConfirmed("order/1~a", "sales", "x")),
        ("oncall.PromiseDisputed", PromiseDisputed("order/1~a", "sales", "x")),
    ],
)
def test_a_decision_says_which_promise_it_is_about(type: str, body: object) -> None:
    decision = event_of(structs.replace(ENVELOPE, type=type), body, 0, sets_of().fields_of)
    assert (decision.retracts, decision.promise_id) == (b"", "order/1~a")
    said_by = {"by_party": "sales"} if type.endswith("Disputed") else {}
    assert decision.fields == said_by


def test_who_told_an_event_and_how_is_kept() -> None:
    told = event_of(
        structs.replace(ENVELOPE, channel="phone", actor="shift-lead"), APPROVED, 0, keep()
    )
    assert (told.channel, told.actor) == ("phone", "shift-lead")


def test_a_retraction_says_what_it_is_about() -> None:
    retraction = event_of(
        structs.replace(ENVELOPE, type="handoff.Retracted"), Retracted(b"id", "x"), 0, keep()
    )
    assert (retraction.retracts, retraction.promise_id) == (b"id", "")


@pytest.mark.parametrize(
    "other",
    [
        structs.replace(ENVELOPE, type="finance.PaymentDeclined"),
        structs.replace(ENVELOPE, subject="order/4712"),
        structs.replace(ENVELOPE, occurred_at=ENVELOPE.occurred_at + 1),
        structs.replace(ENVELOPE, body=b"ybod"),
        structs.replace(ENVELOPE, body=b""),
    ],
)
def test_what_an_event_says_is_its_content(other: Envelope) -> None:
    assert content_of(other) != content_of(ENVELOPE)


def test_how_an_event_travelled_is_not_its_content() -> None:
    again = structs.replace(ENVELOPE, sequence=9, channel="phone", actor="anna", source="finance-2")
    assert content_of(again) == content_of(ENVELOPE)
    assert len(content_of(ENVELOPE)) == 4


@pytest.mark.parametrize(
    ("ahead", "counts"),
    [
        (-(10**18), -(10**18)),
        (0, 0),
        (FUTURE_LIMIT - 1, FUTURE_LIMIT - 1),
        (FUTURE_LIMIT, FUTURE_LIMIT),
        (FUTURE_LIMIT + 1, 0),
        (2**60, 0),
    ],
)
def test_a_time_too_far_in_the_future_is_the_brokers(ahead: int, counts: int) -> None:
    arrived_at = at("12:00")
    assert bounded(arrived_at + ahead, arrived_at) == arrived_at + counts


def test_a_claim_about_the_future_that_comes_twice_is_the_same_event() -> None:
    ahead = structs.replace(ENVELOPE, occurred_at=at("18:00"))
    first = event_of(ahead, APPROVED, at("09:00"), keep())
    again = event_of(ahead, APPROVED, at("09:00") + SECOND, keep())
    assert (first.occurred_at, again.occurred_at) == (at("09:00"), at("09:00") + SECOND)
    assert first.content == again.content
