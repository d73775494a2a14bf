"""A trace as a waterfall: each span under its parent, at its place in time, with where it leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.console.times import iso
from services.console.traces.span import Span
from services.console.words import promise_path, subject_path
from services.shared.clock import to_datetime
from services.shared.telemetry import HANDOFF_PROMISE_ID, HANDOFF_SUBJECT

DEPTH_SHOWN = 8
"""Deeper spans are indented no further."""
_LEAST_WIDTH = 0.3
_MILLISECOND, _SECOND = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a page leads: to another trace, a subject or a promise."""

    word: str
    path: str


@dataclass(frozen=True, slots=True)
class SpanLine:
    """One span; `x` and `width` in percent of the trace's time."""

    id: str
    name: str
    service: str
    kind: str
    depth: int
    x: float
    width: float
    after: str
    took: str
    failed: bool
    attributes: tuple[tuple[str, str], ...]
    leads: tuple[Lead, ...]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """One trace; `followed_by` are the traces that begin where this one led."""

    trace_id: str
    started: str
    took: str
    services: tuple[str, ...]
    lines: tuple[SpanLine, ...]
    followed_by: tuple[Lead, ...]


def waterfall(trace_id: str, spans: Sequence[Span], linking: Sequence[Span]) -> Waterfall:
    """Of at least one span."""
    start = min(each.started_at for each in spans)
    length = max(each.ended_at for each in spans) - start
    followers = {each.trace_id: _follower(each) for each in reversed(linking)}
    return Waterfall(
        trace_id=trace_id,
        started=iso(to_datetime(start)),
        took=_length(length),
        services=tuple(sorted({each.service for each in spans})),
        lines=tuple(_line(span, depth, start, length) for span, depth in _in_tree(spans)),
        followed_by=tuple(followers.values()),
    )


def trace_path(trace_id: str) -> str:
    return f"/traces/{trace_id}"


def _in_tree(spans: Sequence[Span]) -> Iterator[tuple[Span, int]]:
    """Parents before their children; what hangs on no root, a circle, comes last, as it is."""
    known = {each.span_id for each in spans}
    children: dict[str, list[Span]] = {}
    for span in spans:
        children.setdefault(span.parent_id if span.parent_id in known else "", []).append(span)
    seen: set[str] = set()
    waiting = [(each, 0) for each in reversed(children.get("", ()))]
    while waiting:
        span, depth = waiting.pop()
        if span.span_id not in seen:
            seen.add(span.span_id)
            yield span, min(depth, DEPTH_SHOWN)
            waiting += [(each, depth + 1) for each in reversed(children.get(span.span_id, ()))]
    yield from ((each, 0) for each in spans if each.span_id not in seen)


def _line(span: Span, depth: int, start: int, length: int) -> SpanLine:
    total = max(length, 1)
    width = max(100 * (span.ended_at - span.started_at) / total, _LEAST_WIDTH)
    return SpanLine(
        id=span.span_id,
        name=span.name,
        service=span.service,
        kind=span.kind,
        depth=depth,
        x=round(min(100 * (span.started_at - start) / total, 100 - _LEAST_WIDTH), 3),
        width=round(width, 3),
        after=_length(span.started_at - start),
        took=_length(span.ended_at - span.started_at),
        failed=span.failed,
        attributes=tuple(sorted(span.attributes.items())),
        leads=(*_leads(span.attributes), *_linked(span)),
    )


def _leads(attributes: Mapping[str, str]) -> Iterator[Lead]:
    if subject := attributes.get(HANDOFF_SUBJECT):
        yield Lead(subject, subject_path(subject))
    if promise := attributes.get(HANDOFF_PROMISE_ID):
        yield Lead("why", promise_path(promise))


def _linked(span: Span) -> Iterator[Lead]:
    """The traces that it follows from, each once."""
    for id in dict.fromkeys(link.trace_id for link in span.links if link.trace_id != span.trace_id):
        yield Lead(f"follows from {id[:8]}…", trace_path(id))


def _follower(span: Span) -> Lead:
    return Lead(f"{span.service}: {span.name}", trace_path(span.trace_id))


def _length(micros: int) -> str:
    """`0.4 ms`, `12 ms`, `3.2 s`."""
    if micros >= _SECOND:
        return f"{micros / _SECOND:,.1f} s"
    if micros >= 10 * _MILLISECOND:
        return f"{micros // _MILLISECOND} ms"
    return f"{micros / _MILLISECOND:.1f} ms"
