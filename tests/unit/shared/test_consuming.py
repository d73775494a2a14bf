"""Each wrapper of a handler by itself, and the loop that feeds it."""

import threading

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.shared import consuming
from services.shared.bus import Received
from services.shared.bus_memory import MemoryBus
from services.shared.consuming import (
    Seen,
    Stopped,
    dead_letter,
    dead_lettered,
    deduplicated,
    retried,
    traced,
)
from services.shared.errors import InvalidEvent
from services.shared.health import Health
from services.shared.settings import Settings
from services.shared.subjects import DEAD_LETTERS_TOPIC
from services.shared.telemetry import start
from tests.unit.shared.records import NOON, TRACEPARENT, At, Handled, a_record


def test_the_same_event_again_is_not_handled_again() -> None:
    handled = Handled()
    handle = deduplicated(handled, Seen())
    for offset in (7, 8):
        handle(a_record(offset=offset))
    assert [record.offset for record in handled.records] == [7]


def test_one_event_about_two_subjects_is_handled_for_each() -> None:
    handled = Handled()
    handle = deduplicated(handled, Seen())
    handle(a_record(key=b"order/1"))
    handle(a_record(key=b"order/2"))
    assert len(handled.records) == 2


def test_an_event_that_failed_is_handled_when_it_comes_again() -> None:
    handled = Handled([ValueError("once")])
    handle = deduplicated(handled, Seen())
    with pytest.raises(ValueError, match="once"):
        handle(a_record())
    handle(a_record())
    assert len(handled.records) == 1


def test_what_was_seen_is_remembered_up_to_a_limit() -> None:
    seen = Seen(limit=2)
    for id in (b"1", b"2", b"3"):
        seen.add(id)
    assert [id in seen for id in (b"1", b"2", b"3")] == [False, True, True]


def test_what_cannot_be_handled_goes_to_the_dead_letters_with_its_reason() -> None:
    bus = MemoryBus(4)
    handler = Handled([InvalidEvent("undecodable", "These bytes are not an envelope.")])
    dead_lettered(handler, bus.publisher(), At(), "tracker")(a_record())
    (letter,) = bus.records(DEAD_LETTERS_TOPIC)
    assert (letter.key, letter.value) == (b"order/1", b"value")
    assert dict(letter.headers) == {
        "ce_id": b"1",
        "traceparent": TRACEPARENT,
        "reason": b"undecodable",
        "topic": b"handoff.sales.v1",
        "partition": b"2",
        "offset": b"7",
        "handler": b"tracker",
        "failed_at": b"2026-09-22T12:00:00Z",
    }


def test_an_unforeseen_error_is_a_reason_too() -> None:
    bus = MemoryBus(4)
    dead_lettered(Handled([KeyError("x")]), bus.publisher(), At(), "tracker")(a_record())
    (letter,) = bus.records(DEAD_LETTERS_TOPIC)
    assert dict(letter.headers)["reason"] == b"KeyError"


def test_a_letter_that_dies_again_names_its_last_death_only() -> None:
    first = dead_letter(a_record(), "undecodable", "tracker", NOON)
    again = Received(first.topic, 0, 0, first.key, first.value, first.headers, NOON)
    headers = dead_letter(again, "too_large", "alerts", NOON).headers
    assert [value for name, value in headers if name == "reason"] == [b"too_large"]
    assert len(headers) == len(first.headers)


def test_transient_trouble_is_no_death() -> None:
    bus = MemoryBus(4)
    handle = dead_lettered(
        Handled([TimeoutError("Mongo")]), bus.publisher(), At(), "tracker", (TimeoutError,)
    )
    with pytest.raises(TimeoutError):
        handle(a_record())
    assert bus.records(DEAD_LETTERS_TOPIC) == []


def test_transient_trouble_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consuming, "RETRY_WAIT_S", 0.001)
    health = Health()
    handled = Handled([TimeoutError("Mongo is away"), TimeoutError("Mongo is away")])
    retried(handled, (TimeoutError,), threading.Event(), health)(a_record())
    assert len(handled.records) == 1
    assert health.ready


def test_while_trouble_lasts_the_service_is_not_ready_and_can_be_stopped() -> None:
    stop, health = threading.Event(), Health()
    problems: list[str] = []

    def fail(_received: Received) -> None:
        problems.extend(health.problems().values())
        if problems:
            stop.set()
        raise TimeoutError("Mongo is away")

    with pytest.raises(Stopped):
        retried(fail, (TimeoutError,), stop, health)(a_record())
    assert problems == ["Mongo is away"]


def test_another_error_is_not_tried_again() -> None:
    handled = Handled([KeyError("x")])
    with pytest.raises(KeyError):
        retried(handled, (TimeoutError,), threading.Event(), Health())(a_record())


def test_a_record_is_handled_in_a_new_trace_linked_to_its_producer() -> None:
    exporter = InMemorySpanExporter()
    handle = traced(Handled(), start("tracker", Settings(), exporter))
    handle(a_record())
    (span,) = exporter.get_finished_spans()
    assert span.name == "process handoff.sales.v1"
    assert span.parent is None
    assert [link.context.span_id for link in span.links] == [0xB7AD6B7169203331]
    assert dict(span.attributes or {})["messaging.kafka.offset"] == 7
