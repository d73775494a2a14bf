"""What each event is about, and which partition that lives in.

A subject is `<kind>/<id>`, for example `order/4711`; the event's type fixes the kind for ever.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.shared.errors import InvalidEvent, UnknownEventType
from services.shared.events import envelope, finance, oncall, operations, sales, support

DEPARTMENTS = ("sales", "operations", "finance", "support")
ONCALL = "oncall"
"""The party in whose name people decide about promises; it owes nothing and sends no heartbeats."""
RESERVED_PARTIES = frozenset({"verdicts", "dead-letters", "handoff"})
VERDICTS_TOPIC = "handoff.verdicts.v1"
DEAD_LETTERS_TOPIC = "handoff.dead-letters.v1"
SUBJECT_LENGTH_LIMIT = 200


class Kind(StrEnum):
    """What an event can be about."""

    ORDER = "order"
    CASE = "case"
    PROMOTION = "promotion"
    DEPARTMENT = "department"


_KINDS = {kind.value: kind for kind in Kind}
_ID = re.compile(r"[^\s~\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class EventType:
    """One row of the table below.

    `key` names the fields that, with the subject and the type, make the fact itself: a second event
    with another id and the same key says nothing new. `kind` is None where any subject will do.
    """

    event: type
    kind: Kind | None
    key: tuple[str, ...] = ()


HEARTBEAT = "handoff.Heartbeat"
HEARTBEAT_KEY = b"heartbeat"
RETRACTED = "handoff.Retracted"

EVENT_TYPES: dict[str, EventType] = {
    HEARTBEAT: EventType(envelope.Heartbeat, None),
    RETRACTED: EventType(envelope.Retracted, None, ("event_id",)),
    "oncall.PromiseReleased": EventType(oncall.PromiseReleased, None, ("promise_id",)),
    "oncall.PromiseConfirmed": EventType(oncall.PromiseConfirmed, None, ("promise_id",)),
    "oncall.PromiseDisputed": EventType(oncall.PromiseDisputed, None, ("promise_id", "by_party")),
    "sales.OrderPlaced": EventType(sales.OrderPlaced, Kind.ORDER),
    "sales.OrderAmended": EventType(sales.OrderAmended, Kind.ORDER, ("version",)),
    "sales.OrderCancelled": EventType(sales.OrderCancelled, Kind.ORDER),
    "sales.DeliveryPromised": EventType(sales.DeliveryPromised, Kind.ORDER, ("version",)),
    "sales.DiscountRequested": EventType(sales.DiscountRequested, Kind.ORDER, ("discount_id",)),
    "sales.PromotionPlanned": EventType(sales.PromotionPlanned, Kind.PROMOTION),
    "sales.PromotionStarted": EventType(sales.PromotionStarted, Kind.PROMOTION),
    "operations.OrderAccepted": EventType(operations.OrderAccepted, Kind.ORDER),
    "operations.OrderReturnedIncomplete": EventType(
        operations.OrderReturnedIncomplete, Kind.ORDER, ("version",)
    ),
    "operations.StockReserved": EventType(operations.StockReserved, Kind.ORDER),
    "operations.StockMissing": EventType(operations.StockMissing, Kind.ORDER, ("shortage_id",)),
    "operations.StockArrived": EventType(operations.StockArrived, Kind.ORDER, ("shortage_id",)),
    "operations.PickStarted": EventType(operations.PickStarted, Kind.ORDER),
    "operations.ParcelHandedOver": EventType(
        operations.ParcelHandedOver, Kind.ORDER, ("parcel_id",)
    ),
    "operations.ParcelDelivered": EventType(operations.ParcelDelivered, Kind.ORDER, ("parcel_id",)),
    "operations.CapacityDeclared": EventType(
        operations.CapacityDeclared, Kind.DEPARTMENT, ("process", "from_at", "until_at", "orders")
    ),
    "operations.PromotionAccepted": EventType(operations.PromotionAccepted, Kind.PROMOTION),
    "operations.PromotionDeclined": EventType(operations.PromotionDeclined, Kind.PROMOTION),
    "finance.PaymentApproved": EventType(finance.PaymentApproved, Kind.ORDER, ("payment_id",)),
    "finance.PaymentDeclined": EventType(finance.PaymentDeclined, Kind.ORDER, ("payment_id",)),
    "finance.DiscountApproved": EventType(finance.DiscountApproved, Kind.ORDER, ("discount_id",)),
    "finance.DiscountRejected": EventType(finance.DiscountRejected, Kind.ORDER, ("discount_id",)),
    "finance.InvoiceDrafted": EventType(finance.InvoiceDrafted, Kind.ORDER, ("invoice_id",)),
    "finance.InvoiceIssued": EventType(finance.InvoiceIssued, Kind.ORDER, ("invoice_id",)),
    "finance.InvoiceCorrected": EventType(
        finance.InvoiceCorrected, Kind.ORDER, ("invoice_id", "version")
    ),
    "finance.RefundApproved": EventType(finance.RefundApproved, Kind.ORDER, ("refund_id",)),
    "finance.RefundRejected": EventType(finance.RefundRejected, Kind.ORDER, ("refund_id",)),
    "finance.RefundPaid": EventType(finance.RefundPaid, Kind.ORDER, ("refund_id",)),
    "support.CaseOpened": EventType(support.CaseOpened, Kind.CASE),
    "support.FirstResponseSent": EventType(support.FirstResponseSent, Kind.CASE),
    "support.InformationRequested": EventType(
        support.InformationRequested, Kind.CASE, ("request_id",)
    ),
    "support.InformationReceived": EventType(
        support.InformationReceived, Kind.CASE, ("request_id",)
    ),
    "support.CaseTransferred": EventType(support.CaseTransferred, Kind.CASE, ("transfer",)),
    "support.CaseAccepted": EventType(support.CaseAccepted, Kind.CASE, ("transfer",)),
    "support.CaseReturned": EventType(support.CaseReturned, Kind.CASE, ("transfer",)),
    "support.OrderLinked": EventType(support.OrderLinked, Kind.CASE, ("linked_order",)),
    "support.RefundRequested": EventType(support.RefundRequested, Kind.ORDER, ("refund_id",)),
    "support.CustomerInformed": EventType(
        support.CustomerInformed, Kind.ORDER, ("what", "date_told")
    ),
    "support.ComplaintRecorded": EventType(support.ComplaintRecorded, Kind.CASE, ("complaint_id",)),
    "support.ComplaintReviewed": EventType(support.ComplaintReviewed, Kind.CASE, ("complaint_id",)),
    "support.CaseResolved": EventType(support.CaseResolved, Kind.CASE, ("resolution",)),
    "support.CaseReopened": EventType(support.CaseReopened, Kind.CASE, ("resolution",)),
    "support.ReviewReceived": EventType(support.ReviewReceived, Kind.CASE, ("review_id",)),
    "support.ReviewAnswered": EventType(support.ReviewAnswered, Kind.CASE, ("review_id",)),
    "support.HandoffRated": EventType(support.HandoffRated, Kind.CASE, ("rating_id",)),
}

TYPE_OF: dict[type, str] = {row.event: name for name, row in EVENT_TYPES.items()}


def topic_of(party: str) -> str:
    return f"handoff.{party}.v1"


def valid_name(party: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9-]{0,62}", party) is not None


def subject(kind: Kind, id: str) -> str:
    """`order/4711`; raises InvalidEvent where the id is none."""
    check_id(kind, id)
    return f"{kind}/{id}"


def check_id(kind: Kind, id: str) -> None:
    """Raises InvalidEvent where the id is empty, too long or has a space or `~`."""
    if not _ID.fullmatch(id) or len(id) + len(kind) + 1 > SUBJECT_LENGTH_LIMIT:
        raise InvalidEvent(
            "bad_subject",
            f"{id!r} cannot be the id of a {kind}: give 1 to {SUBJECT_LENGTH_LIMIT - len(kind) - 1}"
            " characters without spaces and without `~`.",
        )


def kind_and_id(subject: str) -> tuple[Kind, str]:
    """The two halves of a subject; raises InvalidEvent where it is not `<kind>/<id>`."""
    word, _, id = subject.partition("/")
    kind = _KINDS.get(word)
    if not kind or not id:
        raise InvalidEvent(
            "bad_subject",
            f"Subject {subject!r} is not `<kind>/<id>` with a kind of {', '.join(Kind)}.",
        )
    return kind, id


def kind_of(event_type: str, own_types: Mapping[str, Kind]) -> Kind | None:
    """The kind of subject of a type; `own_types` are those of parties in the settings.

    None means any kind. Raises UnknownEventType for a type that nobody declared.
    """
    if row := EVENT_TYPES.get(event_type):
        return row.kind
    if event_type in own_types:
        return own_types[event_type]
    raise UnknownEventType(
        f"No table knows the event type {event_type!r}; declare it with its kind of subject"
        " under its party in HANDOFF_PARTIES."
    )


def partition_of(subject: str, partitions: int) -> int:
    """The partition of a subject, as Kafka's own Java client chooses it: murmur2 of the key."""
    return (_murmur2(subject.encode()) & 0x7FFFFFFF) % partitions


def _murmur2(data: bytes) -> int:
    """MurmurHash2, 32 bit, seed 0x9747b28c (org.apache.kafka.common.utils.Utils.murmur2)."""
    multiplier, mask = 0x5BD1E995, 0xFFFFFFFF
    value = 0x9747B28C ^ len(data)
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        word = int.from_bytes(data[at : at + 4], "little") * multiplier & mask
        word = (word ^ word >> 24) * multiplier & mask
        value = value * multiplier & mask ^ word
    if rest := data[whole:]:
        value = (value ^ int.from_bytes(rest, "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15
