"""The subjects that belong together, as plain data: those of a customer, an order or a case."""

from dataclasses import dataclass
from datetime import datetime

from services.console.desk import Event, Promise
from services.console.facts import Finding


@dataclass(frozen=True, slots=True)
class SubjectSummary:
    """A subject among others; of promises and events there may be more than are named."""

    subject: str
    order: str
    customer: str
    case: str
    began_at: datetime | None
    promises: tuple[Promise, ...]
    promise_count: int
    events: tuple[Event, ...]
    event_count: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Belonging:
    """In order of their first events; `cut` where there are more than these."""

    as_of: datetime
    subjects: tuple[SubjectSummary, ...]
    cut: bool
