"""The plain reading of a record: its whole body made a dataclass, every rule spelt out."""

import dataclasses
import hashlib
import re
from datetime import datetime
from typing import Any

from google.protobuf.message import DecodeError
from handoff.v1 import envelope_pb2
from msgspec import structs

from services.shared import acceptance
from services.shared.acceptance import readable, teller
from services.shared.bus import Headers, Received
from services.shared.clock import to_instant
from services.shared.codec import decode_event
from services.shared.errors import InvalidEvent, UnknownEventType
from services.shared.events.envelope import EVENT_BYTES_LIMIT, Envelope, Facts, Heartbeat, Retracted
from services.shared.events.oncall import PromiseConfirmed, PromiseDisputed, PromiseReleased
from services.shared.subjects import EVENT_TYPES, HEARTBEAT, SUBJECT_LENGTH_LIMIT, Kind, kind_of
from services.tracker.core.reading import TEXT_LIMIT, bounded
from services.tracker.core.subject import Event
from services.tracker.exchange import Told

OWN_TYPES = {"carrier.TruckBroken": Kind.ORDER, "carrier": Kind.CASE, "sales.Own": Kind.PROMOTION}
WORD = re.compile(r"[^\s~\x00-\x1f]+")
TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
DECISION = PromiseReleased | PromiseConfirmed | PromiseDisputed


def plainly(
    received: Received, party: str, names: tuple[str, ...], backfilling: tuple[tuple[str, str], ...]
) -> Told:
    """What `told_of` has to tell."""
    try:
        envelope = checked(received.value, party)
        body = decode_event(envelope.type, envelope.body)
        if isinstance(body, Heartbeat):
            return Told(received, party, body, "", envelope.source, envelope.occurred_at)
        if received.key != envelope.subject.encode():
            raise InvalidEvent(
                "wrong_key",
                f"The record's key is {received.key[:80]!r}, its subject {envelope.subject!r};"
                " the key has to be the subject.",
            )
    except InvalidEvent as fault:
        source, said_at = teller(readable(received.value), received.arrived_at)
        return Told(received, party, fault, "", source, said_at)
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
