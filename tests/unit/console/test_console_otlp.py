"""Spans as strangers send them: every size has a limit, and only known attributes are kept."""

from typing import Any

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from services.console.traces.otlp import ATTRIBUTES_LIMIT, LATEST, SPANS_OF_POST_LIMIT, spans_of
from services.console.traces.span import SpanLink
from services.shared.telemetry import ATTRIBUTE_LENGTH_LIMIT, ATTRIBUTES, LINKS_LIMIT
from tests.spans import START, TRACE, a_post, told


def attribute(name: str, **value: Any) -> KeyValue:  # noqa: ANN401 - any plain value
    return KeyValue(key=name, value=AnyValue(**value))


def test_a_span_is_read() -> None:
    span = told(
        parent_span_id=b"p" * 8,
        status=trace_pb2.Status(code=trace_pb2.Status.STATUS_CODE_ERROR),
        attributes=[attribute("handoff.order", string_value="4711")],
        links=[trace_pb2.Span.Link(trace_id=b"t" * 16, span_id=b"s" * 8)],
    )
    (read,), refused = spans_of(a_post(span, service="finance"))
    assert refused == 0
    assert (read.trace_id, read.parent_id, read.service) == (TRACE, (b"p" * 8).hex(), "finance")
    assert (read.started_at, read.ended_at) == (START, START + 10_000)
    assert (read.kind, read.failed) == ("server", True)
    assert read.attributes == {"handoff.order": "4711"}
    assert read.links == (SpanLink((b"t" * 16).hex(), (b"s" * 8).hex()),)


@pytest.mark.parametrize(
    "fields",
    [
        {"trace_id": b""},
        {"trace_id": bytes(16)},
        {"trace_id": b"t" * 17},
        {"span_id": b"s" * 7},
        {"span_id": bytes(8)},
        {"start_time_unix_nano": LATEST * 1_000},
        {"end_time_unix_nano": LATEST * 1_000},
    ],
)
def test_what_is_malformed_is_refused_alone(fields: dict[str, Any]) -> None:
    kept, refused = spans_of(a_post(told(1), told(2, **fields)))
    assert (len(kept), refused) == (1, 1)


@pytest.mark.parametrize("count", [SPANS_OF_POST_LIMIT, SPANS_OF_POST_LIMIT + 1])
def test_a_post_has_so_many_spans_at_most(count: int) -> None:
    kept, refused = spans_of(a_post(*(told(n) for n in range(1, count + 1))))
    assert (len(kept), refused) == (SPANS_OF_POST_LIMIT, count - SPANS_OF_POST_LIMIT)


def test_an_attribute_that_nobody_declared_is_not_kept() -> None:
    span = told(attributes=[attribute("customer.email", string_value="a@b.example")])
    ((read,), _) = spans_of(a_post(span))
    assert read.attributes == {}


@pytest.mark.parametrize("length", [ATTRIBUTE_LENGTH_LIMIT, ATTRIBUTE_LENGTH_LIMIT + 1])
def test_a_text_is_cut_where_it_is_too_long(length: int) -> None:
    span = told(attributes=[attribute("handoff.order", string_value="x" * length)])
    ((read,), _) = spans_of(a_post(span))
    assert read.attributes["handoff.order"] == "x" * ATTRIBUTE_LENGTH_LIMIT


def test_a_span_has_so_many_attributes_and_links_at_most() -> None:
    assert len(ATTRIBUTES) > ATTRIBUTES_LIMIT
    link = trace_pb2.Span.Link(trace_id=b"t" * 16, span_id=b"s" * 8)
    span = told(
        attributes=[attribute(name, int_value=1) for name in sorted(ATTRIBUTES)],
        links=[link] * (LINKS_LIMIT + 1),
    )
    ((read,), _) = spans_of(a_post(span))
    assert (len(read.attributes), len(read.links)) == (ATTRIBUTES_LIMIT, LINKS_LIMIT)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"int_value": 7}, "7"),
        ({"double_value": 1.5}, "1.5"),
        ({"bool_value": True}, "yes"),
        ({"array_value": ArrayValue(values=[AnyValue(string_value="a")] * 2)}, "a, a"),
        ({"bytes_value": b"x"}, ""),
    ],
)
def test_a_plain_value_is_a_text(value: dict[str, Any], text: str) -> None:
    ((read,), _) = spans_of(a_post(told(attributes=[attribute("handoff.seq", **value)])))
    assert read.attributes == {"handoff.seq": text}


def test_a_span_that_ends_before_it_begins_takes_no_time() -> None:
    ((read,), _) = spans_of(a_post(told(end_time_unix_nano=1)))
    assert read.ended_at == read.started_at
