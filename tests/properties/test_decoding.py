"""Whatever a record holds, the tracker is told what a plain reading of it, step by step, tells."""

import dataclasses
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.shared import acceptance
from services.shared.bus import Received
from services.shared.codec import cloud_event_headers, encode_envelope, encode_event
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import EVENT_BYTES_LIMIT, Envelope, Facts
from services.shared.subjects import EVENT_TYPES, Kind
from services.tracker.decoding import told_of
from services.tracker.exchange import Told
from tests.plain_decoding import OWN_TYPES, plainly
from tests.promising import at
from tests.properties.test_codec import events, facts

TYPES = sorted({*EVENT_TYPES, *OWN_TYPES})
NAMES = sorted(
    {each.name for row in EVENT_TYPES.values() for each in dataclasses.fields(row.event)}
    | {"party", "channel", "customer", "order", "nothing"}
)

GOOD_TRACE = f"00-{'a' * 32}-{'b' * 16}-01".encode()
traces: st.SearchStrategy[Any] = st.sampled_from(
    [
        GOOD_TRACE,
        GOOD_TRACE + b"-more",
        b"01" + GOOD_TRACE[2:] + b"-m\xff",
        b"01" + GOOD_TRACE[2:] + b"-" + b"x" * 456,
        b"01" + GOOD_TRACE[2:] + b"-" + b"x" * 457,
        b"01" + GOOD_TRACE[2:] + b"-\n",
        GOOD_TRACE + b"\n",
        b"ff" + GOOD_TRACE[2:],
        GOOD_TRACE.upper(),
        GOOD_TRACE.replace(b"a", b"0"),
        GOOD_TRACE.replace(b"b", b"0"),
        b"",
        None,
    ]
) | st.binary(max_size=60)
names_of_headers = st.sampled_from(["traceparent", "Traceparent", "tracestate", "ce_id"])
lengths = st.sampled_from([0, 1, 120, 194, 195, 200, 201, 1_024, 1_025])
texts = st.text(max_size=5) | st.builds(str.__mul__, st.sampled_from(["x", "é"]), lengths)
moments = st.sampled_from(
    [-1, 0, 1, 2**62, acceptance.LATEST, acceptance.LATEST - 1]
) | st.integers(at("00:00"), at("23:00"))
subjects = st.builds(
    "{}/{}".format,
    st.sampled_from([*Kind, "parcel", ""]),
    st.text(min_size=1, max_size=10) | st.builds("x".__mul__, lengths),
) | st.text(max_size=10)
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "id": st.binary(max_size=17),
    "type": st.sampled_from([*TYPES, "sales", "sales.Unheard", "handoff.Unheard"]),
    "party": st.sampled_from(["sales", "carrier", "handoff", ""]),
    "subject": subjects,
    "occurred_at": moments,
    "body": st.binary(max_size=30) | facts.map(encode_event),
    **dict.fromkeys(("source", "channel", "order", "customer", "case", "actor"), texts),
}


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    """One that keeps the rules, but for the few fields that may be changed."""
    type = draw(st.sampled_from(TYPES))
    row = EVENT_TYPES.get(type)
    speaker = type.partition(".")[0]
    kind = (row.kind if row else OWN_TYPES[type]) or draw(st.sampled_from(list(Kind)))
    envelope = Envelope(
        id=draw(st.binary(min_size=16, max_size=16)),
        type=type,
        party="finance" if speaker == "handoff" else speaker,
        source=draw(st.sampled_from(["shop", "import"])),
        subject=f"{kind}/{draw(st.sampled_from(['4711', 'o-1', 'é']))}",
        occurred_at=draw(st.integers(at("09:00"), at("18:00"))),
        channel=draw(st.sampled_from(["", "phone"])),
        customer=draw(st.sampled_from(["", "c-1"])),
        body=encode_event(draw(events(row.event if row else Facts))),
    )
    changed = draw(st.lists(st.sampled_from(sorted(CHANGES)), max_size=2, unique=True))
    return structs.replace(envelope, **{name: draw(CHANGES[name]) for name in changed})


@st.composite
def records(draw: st.DrawFn) -> tuple[Received, str]:
    """A record, and the party at whose door it came."""
    envelope = draw(envelopes())
    value, key = encode_envelope(envelope), envelope.subject.encode()
    mutation = draw(st.sampled_from(["", "", "", "cut", "flip", "grow", "unknown"]))
    if mutation == "cut":
        value = value[: draw(st.integers(0, len(value)))]
    elif mutation == "flip":
        place = draw(st.integers(0, len(value) - 1))
        value = value[:place] + draw(st.binary(min_size=1, max_size=1)) + value[place + 1 :]
    elif mutation == "grow":
        missing = EVENT_BYTES_LIMIT + draw(st.integers(-1, 1)) - len(value)
        value += b"\xfa\x06" + varint(missing - 5) + bytes(missing - 5)
    elif mutation == "unknown":
        value += draw(st.sampled_from([b"\x72\x01\x08", b"\x72\x00", b"\xff"]))
    headers = (
        *cloud_event_headers(structs.replace(envelope, occurred_at=0)),
        *draw(st.lists(st.tuples(names_of_headers, traces), max_size=2)),
    )
    key = draw(st.sampled_from([key, key, key, b"order/1", b"", b"x" * 100, b"\xff"]))
    door = draw(st.sampled_from([envelope.party, envelope.party, envelope.party, "sales"]))
    arrived_at = draw(st.integers(at("08:00"), at("18:00")))
    return Received("topic", 0, 1, key, value, headers, arrived_at), door


def varint(number: int) -> bytes:
    """Three bytes of a length."""
    return bytes([number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14])


def alike(told: Told) -> tuple[object, ...]:
    """All that it says; a fault by its reason and its words, fields with their order and types."""
    said = told.said
    if isinstance(said, InvalidEvent):
        said = (said.reason, str(said))  # type: ignore[assignment]
    return (repr(said), told.received, told.party, told.subject, told.source, told.said_at)


@given(records(), st.lists(st.sampled_from(NAMES), max_size=6, unique=True), st.booleans())
def test_a_record_is_read_as_if_all_of_it_were(
    record: tuple[Received, str], names: list[str], backfilled: bool
) -> None:
    received, door = record
    wanted, sources = tuple(names), ((door, "import"),) if backfilled else ()
    told = told_of(
        received, door, OWN_TYPES, lambda type: wanted, simulated=False, backfilling=sources
    )
    assert alike(told) == alike(plainly(received, door, wanted, sources))
