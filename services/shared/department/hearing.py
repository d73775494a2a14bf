"""From a record of another department's topic to a fact that this one takes in, or to nothing."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from services.shared.acceptance import accept
from services.shared.bus import Received
from services.shared.codec import decode_envelope, decode_event
from services.shared.consuming import Handler
from services.shared.department.commands import About
from services.shared.department.handling import Fact
from services.shared.errors import InvalidEvent
from services.shared.subjects import TYPE_OF, Kind, kind_and_id, topic_of

Hear = Callable[[Fact[Any]], bool]
Heard = Sequence[type[Hashable]]


def topics_of(heard: Heard) -> tuple[str, ...]:
    """Where these events are told."""
    return tuple(sorted({topic_of(_party_of(event)) for event in heard}))


def only(heard: Heard, handler: Handler) -> Handler:
    """Passes records with these events on, and lets all others be.

    What cannot be decoded at all is for the tracker to put aside: once, not once a department.
    """
    types = frozenset(TYPE_OF[event] for event in heard)

    def handle(received: Received) -> None:
        if _type_of(received) in types:
            handler(received)

    return handle


def listener(hear: Hear, heard: Heard) -> Handler:
    """Hands each record to `hear` as a fact; raises InvalidEvent where it breaks a rule."""
    parties = {topic_of(_party_of(event)): _party_of(event) for event in heard}

    def handle(received: Received) -> None:
        hear(_fact(received, parties[received.topic]))

    return handle


def _party_of(event: type[Hashable]) -> str:
    return TYPE_OF[event].partition(".")[0]


def _type_of(received: Received) -> str:
    declared = dict(received.headers).get("ce_type", b"").decode(errors="replace")
    if declared:
        return declared
    try:
        return decode_envelope(received.value).type
    except InvalidEvent:
        return ""


def _fact(received: Received, party: str) -> Fact[Any]:
    envelope = accept(received.value, party, own_types={})
    kind, id = kind_and_id(envelope.subject)
    about = About(
        order=id if kind is Kind.ORDER else "",
        customer=envelope.customer,
        case=id if kind is Kind.CASE else "",
    )
    return Fact(envelope.id, about, decode_event(envelope.type, envelope.body))
