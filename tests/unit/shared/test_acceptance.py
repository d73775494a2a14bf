"""The rules of every door, each on both sides of its limit."""

import pytest
from msgspec import structs

from services.shared.acceptance import EARLIEST, ID_LIMIT, LATEST, TEXT_LIMIT, accept
from services.shared.codec import encode_envelope, encode_event
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import EVENT_BYTES_LIMIT, Envelope
from services.shared.events.sales import OrderCancelled
from services.shared.subjects import Kind

LENGTH_BYTES = 2
"""What the length of a long body takes beyond that of a short one."""

EVENT = Envelope(
    id=b"\x01" * 16,
    type="sales.OrderCancelled",
    party="sales",
    source="shop",
    subject="order/4711",
    occurred_at=1_800_000_000_000_000,
    body=encode_event(OrderCancelled("changed their mind")),
)


def accepted(door: str = "sales", **changed: object) -> Envelope:
    envelope = structs.replace(EVENT, **changed)
    return accept(encode_envelope(envelope), door, {})


def refusal(door: str = "sales", **changed: object) -> str:
    with pytest.raises(InvalidEvent) as refused:
        accepted(door, **changed)
    return refused.value.reason


def test_an_event_that_keeps_the_rules_comes_in_as_it_was() -> None:
    assert accepted() == EVENT


def test_the_largest_event_comes_in_and_one_byte_more_does_not() -> None:
    room = EVENT_BYTES_LIMIT - len(encode_envelope(EVENT)) - LENGTH_BYTES
    largest = EVENT.body + bytes(room)
    assert len(encode_envelope(structs.replace(EVENT, body=largest))) == EVENT_BYTES_LIMIT
    assert accepted(body=largest).body == largest
    assert refusal(body=largest + bytes(1)) == "too_large"


def test_a_party_speaks_only_for_itself() -> None:
    assert refusal("finance") == "wrong_party"
    assert refusal(type="finance.PaymentApproved") == "wrong_party"
    assert refusal(party="finance", type="finance.PaymentApproved") == "wrong_party"


def test_a_party_of_the_settings_speaks_with_its_own_types_only() -> None:
    envelope = structs.replace(EVENT, party="carrier", type="carrier.Seen")
    own = {"carrier.Seen": Kind.ORDER}
    assert accept(encode_envelope(envelope), "carrier", own).type == "carrier.Seen"
    with pytest.raises(InvalidEvent, match="HANDOFF_PARTIES"):
        accept(encode_envelope(envelope), "carrier", {})


@pytest.mark.parametrize(
    "subject", ["", "order", "order/", "parcel/1", "order/a b", "order/a~b", "order/" + "x" * 195]
)
def test_a_subject_that_is_none_is_refused(subject: str) -> None:
    assert refusal(subject=subject) == "bad_subject"


def test_the_longest_subject_comes_in() -> None:
    assert accepted(subject="order/" + "x" * 194).subject.endswith("x")


def test_the_type_fixes_the_kind_of_subject() -> None:
    assert refusal(subject="case/4711") == "wrong_kind"


@pytest.mark.parametrize("length", [0, 15, 17])
def test_an_id_has_sixteen_bytes(length: int) -> None:
    assert refusal(id=b"\x01" * length) == "bad_id"


@pytest.mark.parametrize("at", [EARLIEST, LATEST, -1, 2**62])
def test_a_time_that_is_no_moment_is_refused(at: int) -> None:
    assert refusal(occurred_at=at) == "bad_time"


@pytest.mark.parametrize("at", [EARLIEST + 1, LATEST - 1])
def test_a_time_just_inside_comes_in(at: int) -> None:
    assert accepted(occurred_at=at).occurred_at == at


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        *((name, TEXT_LIMIT) for name in ("source", "channel", "actor")),
        *((name, ID_LIMIT) for name in ("order", "customer", "case")),
    ],
)
def test_every_text_has_its_limit(name: str, limit: int) -> None:
    assert getattr(accepted(**{name: "x" * limit}), name) == "x" * limit
    assert refusal(**{name: "x" * (limit + 1)}) == "too_long"


def test_bytes_that_are_no_envelope_are_undecodable() -> None:
    with pytest.raises(InvalidEvent) as refused:
        accept(b"\xff\xff", "sales", {})
    assert refused.value.reason == "undecodable"
