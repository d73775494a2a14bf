"""One span of a trace, and what keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.shared.clock import Instant
from services.shared.errors import HandoffError

SPANS_OF_TRACE_LIMIT = 1_000
"""More spans of one trace are refused."""
LINKING_LIMIT = 50
"""Traces that are named as leading to one."""


class SpanLink(NamedTuple):
    """Another trace's span that this one follows from, by hours or days perhaps."""

    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True)
class Span:
    """Ids are hexadecimal; `parent_id` is empty at the root of what its service knows."""

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    kind: str
    started_at: Instant
    ended_at: Instant
    failed: bool
    attributes: Mapping[str, str]
    links: tuple[SpanLink, ...] = ()


class SpansUnreadable(HandoffError):
    """Where spans are kept does not answer; the message is a sentence."""


class Spans(Protocol):
    """Where spans are kept. Each raises SpansUnreadable."""

    def add(self, spans: Sequence[Span]) -> int:
        """Keeps spans, each once; gives how many there was no room for."""
        ...

    def trace(self, trace_id: str) -> tuple[Span, ...]:
        """In order of their beginnings."""
        ...

    def linking_to(self, trace_id: str) -> tuple[Span, ...]:
        """Spans of other traces that follow from one of this trace."""
        ...
