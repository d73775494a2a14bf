"""What the fold takes from an envelope and its body, and how it tells two contents apart."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.shared.clock import SECOND
from services.shared.events.common import Money
from services.shared.events.envelope import Envelope, Facts, Retracted
from services.shared.events.finance import PaymentApproved
from services.shared.events.oncall import PromiseReleased
from services.shared.events.operations import CapacityDeclared
from services.tracker.core.reading import FUTURE_LIMIT, bounded, content_of, event_of
from tests.promising import ORDER, PROMISED_BY, SHIP_BY, at

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


def test_an_event_is_what_its_envelope_says() -> None:
    event = event_of(ENVELOPE, APPROVED, at("09:01"), [SHIP_BY], "00-trace")
    assert (event.id, event.type, event.party) == (ENVELOPE.id, ENVELOPE.type, "finance")
    assert (event.occurred_at, event.arrived_at) == (at("09:00"), at("09:01"))
    assert (event.order, event.customer, event.case) == ("4711", "c-1", "k-1")
    assert event.traceparent == "00-trace"


def test_the_natural_key_is_that_of_the_types_table() -> None:
    event = event_of(ENVELOPE, APPROVED, at("09:01"), [])
    assert event.key == (("payment_id", "p-1"),)


def test_a_natural_key_may_hold_moments_numbers_and_ids() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    envelope = replace(ENVELOPE, type="operations.CapacityDeclared")
    declared = event_of(envelope, CapacityDeclared("pick", noon, noon, 40), 0, [])
    moment = "2026-11-02T12:00:00Z"
    assert declared.key == (
        ("process", "pick"),
        ("from_at", moment),
        ("until_at", moment),
        ("orders", "40"),
    )
    retracted = event_of(
        replace(ENVELOPE, type="handoff.Retracted"), Retracted(b"\x01", "x"), 0, []
    )
    assert retracted.key == (("event_id", "01"),)


def test_only_the_fields_that_agreements_name_are_kept() -> None:
    event = event_of(ENVELOPE, APPROVED, 0, [SHIP_BY, PROMISED_BY])
    assert event.fields == {"ship_by": at("17:00")}


def test_a_field_that_is_absent_is_not_kept() -> None:
    assert event_of(ENVELOPE, replace(APPROVED, ship_by=None), 0, [SHIP_BY]).fields == {}


def test_a_type_that_no_class_knows_gives_its_facts_and_has_no_key() -> None:
    envelope = replace(ENVELOPE, type="carrier.ParcelAccepted")
    body = Facts({"ship_by": "2026-11-02T17:00:00Z", "weight": 2.0})
    event = event_of(envelope, body, 0, [SHIP_BY])
    assert (event.key, event.fields) == ((), {"ship_by": "2026-11-02T17:00:00Z"})


def test_a_long_key_is_kept_as_its_hash() -> None:
    approved = [replace(APPROVED, payment_id="p" * length) for length in (120, 121, 60_000)]
    texts = [event_of(ENVELOPE, body, 0, []).key[0][1] for body in approved]
    assert texts[0] == "p" * 120
    assert [len(text) for text in texts[1:]] == [64, 64]
    assert texts[1] != texts[2]


@pytest.mark.parametrize("value", ["x" * 121, ["2026-11-02T17:00:00Z"] * 9_000, {"at": 1}, None])
def test_a_fact_that_is_no_short_text_or_number_is_not_kept(value: object) -> None:
    envelope = replace(ENVELOPE, type="carrier.ParcelAccepted")
    assert event_of(envelope, Facts({"ship_by": value}), 0, [SHIP_BY]).fields == {}


def test_a_retraction_and_a_release_say_what_they_are_about() -> None:
    retraction = event_of(replace(ENVELOPE, type="handoff.Retracted"), Retracted(b"id", "x"), 0, [])
    release = event_of(
        replace(ENVELOPE, type="oncall.PromiseReleased"), PromiseReleased("order/1~a", "x"), 0, []
    )
    assert (retraction.retracts, retraction.promise_id) == (b"id", "")
    assert (release.retracts, release.promise_id) == (b"", "order/1~a")


@pytest.mark.parametrize(
    "other",
    [
        replace(ENVELOPE, type="finance.PaymentDeclined"),
        replace(ENVELOPE, subject="order/4712"),
        replace(ENVELOPE, occurred_at=ENVELOPE.occurred_at + 1),
        replace(ENVELOPE, body=b"ybod"),
        replace(ENVELOPE, body=b""),
    ],
)
def test_what_an_event_says_is_its_content(other: Envelope) -> None:
    assert content_of(other) != content_of(ENVELOPE)


def test_how_an_event_travelled_is_not_its_content() -> None:
    again = replace(ENVELOPE, sequence=9, channel="phone", actor="anna", source="finance-2")
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
    ahead = replace(ENVELOPE, occurred_at=at("18:00"))
    first = event_of(ahead, APPROVED, at("09:00"), [])
    again = event_of(ahead, APPROVED, at("09:00") + SECOND, [])
    assert (first.occurred_at, again.occurred_at) == (at("09:00"), at("09:00") + SECOND)
    assert first.content == again.content
