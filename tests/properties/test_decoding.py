"""Whatever a record holds, the tracker is told what a plain reading of it, step by step, tells."""

import dataclasses
import hashlib
import re
from datetime import datetime
from typing import Any

from google.protobuf.message import DecodeError
from handoff.v1 import envelope_pb2
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.shared import acceptance
from services.shared.bus import Headers, Received
from services.shared.clock import to_instant
from services.shared.codec import cloud_event_headers, decode_event, encode_envelope, encode_event
from services.shared.errors import InvalidEvent, UnknownEventType
from services.shared.events.envelope import EVENT_BYTES_LIMIT, Envelope, Facts, Heartbeat, Retracted
from services.shared.events.oncall import PromiseConfirmed, PromiseDisputed, PromiseReleased
from services.shared.subjects import EVENT_TYPES, HEARTBEAT, SUBJECT_LENGTH_LIMIT, Kind, kind_of
from services.tracker.core.reading import TEXT_LIMIT, bounded
from services.tracker.core.subject import Event
from services.tracker.decoding import told_of
from services.tracker.exchange import Told
from tests.promising import at
from tests.properties.test_codec import events, facts

OWN_TYPES = {"carrier.TruckBroken": Kind.ORDER, "carrier": Kind.CASE, "sales.Own": Kind.PROMOTION}
TYPES = sorted({*EVENT_TYPES, *OWN_TYPES})
NAMES = sorted(
    {each.name for row in EVENT_TYPES.values() for each in dataclasses.fields(row.event)}
    | {"party", "channel", "customer", "order", "nothing"}
)
WORD = re.compile(r"[^\s~\x00-\x1f]+")
TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
DECISION = PromiseReleased | PromiseConfirmed | PromiseDisputed


def plainly(
    received: Received, party: str, names: tuple[str, ...], backfilling: tuple[tuple[str, str], ...]
) -> Told:
    """What `told_of` has to tell, with the whole body made a dataclass and every rule spelt out."""
    try:
        envelope = checked(received.value, party)
        body = decode_event(envelope.type, envelope.body)
        if isinstance(body, Heartbeat):
            through = to_instant(body.complete_through)
            return Told(received, party, body, "", envelope.source, through)
        if received.key != envelope.subject.encode():
            raise InvalidEvent(
                "wrong_key",
                f"The record's key is {received.key[:80]!r}, its subject {envelope.subject!r};"
                " the key has to be the subject.",
            )
    except InvalidEvent as fault:
        return Told(received, party, fault)
    row, said = EVENT_TYPES.get(envelope.type), f"{envelope.type}\0{envelope.subject}\0"
    content = said.encode() + str(envelope.occurred_at).encode() + b"\0" + envelope.body
    event = Event(
        id=envelope.id,
        type=envelope.type,
        party=envelope.party,
        occurred_at=bounded(envelope.occurred_at, received.arrived_at),
        arrived_at=received.arrived_at,
        order=envelope.order,
        customer=envelope.customer,
        case=envelope.case,
        content=hashlib.sha256(content).digest()[:4],
        key=tuple((name, written(getattr(body, name))) for name in row.key) if row else (),
        fields={
            name: kept
            for name in names
            if (kept := plain(value_of(name, envelope, body))) is not None
        },
        retracts=body.event_id if isinstance(body, Retracted) else b"",
        promise_id=body.promise_id if isinstance(body, DECISION) else "",
        traceparent=trace(received.headers),
        channel=envelope.channel,
        actor=envelope.actor,
        backfilled=(party, envelope.source) in backfilling,
    )
    return Told(received, party, event, envelope.subject, envelope.source, envelope.occurred_at)


def checked(value: bytes, party: str) -> Envelope:
    if len(value) > EVENT_BYTES_LIMIT:
        text = f"The event has {len(value)} bytes; the limit is {EVENT_BYTES_LIMIT}."
        raise InvalidEvent("too_large", text)
    try:
        message = envelope_pb2.Envelope.FromString(value)
    except DecodeError as error:
        text = f"These {len(value)} bytes are not an envelope: {error}."
        raise InvalidEvent("undecodable", text) from error
    names = [each.name for each in structs.fields(Envelope)]
    envelope = Envelope(**{name: getattr(message, name) for name in names})
    if envelope.party != party or envelope.type.split(".")[0] not in {party, "handoff"}:
        raise InvalidEvent(
            "wrong_party",
            f"{envelope.type} of party {envelope.party!r} came through {party}'s door;"
            " a party speaks only for itself.",
        )
    if envelope.type != HEARTBEAT:
        check_subject(envelope)
    check_rest(envelope)
    return envelope


def check_subject(envelope: Envelope) -> None:
    try:
        expected = kind_of(envelope.type, OWN_TYPES)
    except UnknownEventType as error:
        raise InvalidEvent("unknown_type", str(error)) from error
    kind, slash, id = envelope.subject.partition("/")
    if not slash or kind not in list(Kind) or not id:
        raise InvalidEvent(
            "bad_subject",
            f"Subject {envelope.subject!r} is not `<kind>/<id>` with a kind of {', '.join(Kind)}.",
        )
    if not WORD.fullmatch(id) or len(envelope.subject) > SUBJECT_LENGTH_LIMIT:
        raise InvalidEvent(
            "bad_subject",
            f"{id!r} cannot be the id of a {kind}: give 1 to {SUBJECT_LENGTH_LIMIT - len(kind) - 1}"
            " characters without spaces and without `~`.",
        )
    if expected not in {None, kind}:
        raise InvalidEvent(
            "wrong_kind",
            f"{envelope.type} is about a subject of kind {expected}, not {envelope.subject!r}.",
        )


def check_rest(envelope: Envelope) -> None:
    if len(envelope.id) != acceptance.ID_BYTES:
        message = f"The event's id has {len(envelope.id)} bytes; give a UUID of 16."
        raise InvalidEvent("bad_id", message)
    if not acceptance.EARLIEST < envelope.occurred_at < acceptance.LATEST:
        raise InvalidEvent(
            "bad_time",
            f"occurred_at is {envelope.occurred_at}; give microseconds since 1970-01-01 UTC.",
        )
    limits = {"source": 1_024, "channel": 1_024, "actor": 1_024}
    limits |= {"order": 200, "customer": 200, "case": 200}
    for name, limit in limits.items():
        if (length := len(getattr(envelope, name))) > limit:
            message = f"{name} has {length} characters; the limit is {limit}."
            raise InvalidEvent("too_long", message)


def value_of(name: str, envelope: Envelope, body: object) -> object:
    value = body.facts.get(name) if isinstance(body, Facts) else getattr(body, name, None)
    if value is None and name in {"party", "channel", "customer"}:
        return getattr(envelope, name) or None
    return value


def plain(value: Any, depth: int = 8) -> Any:  # noqa: ANN401 - any value
    if isinstance(value, datetime):
        return to_instant(value)
    if isinstance(value, str | int | float):
        return plain_scalar(value)
    if isinstance(value, tuple | list):
        return plain_parts(list(value), depth - 1)
    if dataclasses.is_dataclass(value):
        value = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    if not isinstance(value, dict):
        return None
    parts = {name: part for name, part in value.items() if part is not None}
    if any(len(name) > TEXT_LIMIT or "\x00" in name for name in parts):
        return None
    entries = plain_parts(list(parts.values()), depth - 1)
    return None if entries is None else dict(zip(parts, entries, strict=True))


def plain_scalar(value: str | float) -> object:
    if not isinstance(value, str):
        return value
    return str(value) if len(value) <= TEXT_LIMIT else None


def plain_parts(values: list[Any], depth: int) -> list[Any] | None:
    entries = [plain(each, depth) for each in values]
    return None if depth < 0 or len(values) > 1_000 or None in entries else entries


def written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= TEXT_LIMIT else hashlib.sha256(text.encode()).hexdigest()


def trace(headers: Headers) -> str:
    values = [value for name, value in headers if name.lower() == "traceparent"]
    match = TRACEPARENT.fullmatch(values[0] or b"") if len(values) == 1 else None
    if not match or len(values[0]) > 512 or match[1] == b"ff" or (match[1] == b"00" and match[5]):
        return ""
    return values[0][:55].decode() if int(match[2], 16) and int(match[3], 16) else ""


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
