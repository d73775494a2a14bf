"""What support tells the others: what customers asked, were told, and were promised."""

from dataclasses import dataclass
from datetime import datetime

from services.shared.events.common import Money


@dataclass(frozen=True, slots=True)
class CaseOpened:
    topic: str
    summary: str


@dataclass(frozen=True, slots=True)
class FirstResponseSent:
    summary: str


@dataclass(frozen=True, slots=True)
class InformationRequested:
    request_id: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InformationReceived:
    request_id: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseTransferred:
    transfer: int
    from_party: str
    to_party: str
    background: str


@dataclass(frozen=True, slots=True)
class CaseAccepted:
    transfer: int
    by_party: str


@dataclass(frozen=True, slots=True)
class CaseReturned:
    transfer: int
    by_party: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderLinked:
    linked_order: str


@dataclass(frozen=True, slots=True)
class RefundRequested:
    refund_id: str
    amount: Money
    reason: str
    refund_by: datetime


@dataclass(frozen=True, slots=True)
class CustomerInformed:
    what: str
    date_told: datetime | None


@dataclass(frozen=True, slots=True)
class ComplaintRecorded:
    complaint_id: str
    topic: str
    summary: str


@dataclass(frozen=True, slots=True)
class ComplaintReviewed:
    complaint_id: str
    finding: str


@dataclass(frozen=True, slots=True)
class CaseResolved:
    resolution: int
    cause: str


@dataclass(frozen=True, slots=True)
class CaseReopened:
    resolution: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewReceived:
    review_id: str
    score: int


@dataclass(frozen=True, slots=True)
class ReviewAnswered:
    review_id: str


@dataclass(frozen=True, slots=True)
class HandoffRated:
    rating_id: str
    from_party: str
    dimension: str
    expected: int
    perceived: int
