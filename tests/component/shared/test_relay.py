"""The relay between a real mongod and a bus in memory, stopped at every point where it may die."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import pytest

from services.shared import relay as relay_module
from services.shared.bus import Publisher, PublishError, Record
from services.shared.codec import decode_event
from services.shared.outbox import Pack
from services.shared.telemetry import span_context, start
from services.shared.turn import Turn, TurnLost
from tests.component.shared.outgoing import TOPIC, Sales, a_row, running
from tests.polling import until


class Killed(BaseException):
    """The process is gone at this point."""


def kill(*_: object) -> NoReturn:
    raise Killed


def test_what_is_committed_is_published_once_and_numbered(sales: Sales) -> None:
    rows = [a_row(str(number)) for number in range(5)]
    sales.commit(*rows[:3])
    sales.commit(*rows[3:])
    relay = sales.relay()
    assert relay.publish_once() == 5
    assert relay.publish_once() == 0
    numbered = {event.id: event.sequence for event in sales.published()}
    assert [numbered[row.id] for row in rows] == [1, 2, 3, 4, 5]


def test_a_relay_killed_before_marking_publishes_again_with_the_same_numbers(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales.commit(*(a_row(str(number)) for number in range(3)))
    sales.commit(*(a_row(str(number)) for number in range(3, 5)))
    outbox = sales.new_outbox()
    monkeypatch.setattr(outbox, "mark_published", kill)
    with pytest.raises(Killed):
        sales.relay(outbox=outbox).publish_once()
    outbox.turn.release()
    sales.cancel("5")
    assert sales.relay().publish_once() == 6
    times: dict[tuple[bytes, int], int] = defaultdict(int)
    for event in sales.published():
        times[event.id, event.sequence] += 1
    assert sorted(times.values()) == [1, 2, 2, 2, 2, 2]
    assert sorted(sequence for _, sequence in times) == [1, 2, 3, 4, 5, 6]


def test_a_relay_killed_before_publishing_loses_nothing(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = sales.bus.publisher()
    monkeypatch.setattr(publisher, "publish", kill)
    row = sales.cancel("1")
    killed = sales.relay(publisher=publisher)
    with pytest.raises(Killed):
        killed.publish_once()
    killed.outbox.turn.release()
    sales.cancel("2")
    sales.relay().publish_once()
    assert {event.sequence for event in sales.published()} == {1, 2}
    assert row.id in {event.id for event in sales.published() if event.sequence == 1}


@dataclass
class Part:
    """A publisher whose broker takes the first records and then is gone, once."""

    publisher: Publisher
    taken: int

    def publish(self, records: Sequence[Record]) -> None:
        taken, self.taken = self.taken, len(records)
        self.publisher.publish(records[:taken])
        if taken < len(records):
            raise PublishError("Cannot publish to Kafka at 127.0.0.1:9: it is gone")

    def close(self) -> None:
        self.publisher.close()


def test_a_pack_that_was_published_in_part_is_published_whole_with_the_same_numbers(
    sales: Sales,
) -> None:
    rows = [a_row("1", str(number)) for number in range(5)]
    sales.commit(*rows)
    relay = sales.relay(publisher=Part(sales.bus.publisher(), 2))
    with pytest.raises(PublishError):
        relay.publish_once()
    assert sales.outbox.count() == 5
    assert relay.publish_once() == 5
    assert sales.outbox.count() == 0
    found = [(event.id, event.sequence) for event in sales.published()]
    numbered = [(row.id, number) for number, row in enumerate(rows, 1)]
    assert found == [*numbered[:2], *numbered]


def test_a_killed_relays_turn_passes_on_by_itself(sales: Sales) -> None:
    first = sales.new_outbox()
    first.turn = Turn(sales.client, sales.settings.mongo.database, "sales", held_s=0.1)
    assert sales.relay(outbox=first).publish_once() == 0
    sales.cancel("1")
    until(sales.relay().publish_once, "the second relay publishes")


def test_a_subjects_events_keep_their_order_while_relays_die(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First appearances count: a reader drops what it has seen."""
    monkeypatch.setattr(relay_module, "BATCH_ROWS", 7)
    orders = ["a", "b", "c"]
    for number in range(10):
        sales.commit(*(a_row(order, str(number)) for order in orders))
    for point in ("mark_published", "unpublished", "mark_published"):
        outbox = sales.new_outbox()
        relay = sales.relay(outbox=outbox)
        relay.publish_once()
        monkeypatch.setattr(outbox, point, kill)
        with pytest.raises(Killed):
            relay.publish_once()
        outbox.turn.release()
    last = sales.relay()
    while last.publish_once():
        pass
    for order in orders:
        assert first_appearances(sales, order) == [str(number) for number in range(10)]
    assert {event.sequence for event in sales.published()} == set(range(1, 31))


def first_appearances(sales: Sales, order: str) -> list[str]:
    reasons = [
        decode_event(event.type, event.body).reason
        for event in sales.published()
        if event.subject == f"order/{order}"
    ]
    return list(dict.fromkeys(reasons))


def test_a_replaced_relay_cannot_number_what_its_successor_publishes(sales: Sales) -> None:
    zombie = sales.relay()
    assert zombie.publish_once() == 0
    zombie.outbox.turn.release()
    successor = sales.relay()
    sales.cancel("1")
    assert successor.publish_once() == 1
    sales.cancel("2")
    with pytest.raises(TurnLost):
        zombie.publish_once()
    assert successor.publish_once() == 1
    assert sorted(event.sequence for event in sales.published()) == [1, 2]


@dataclass
class Outage:
    """A publisher whose broker is away until `over` is set."""

    publisher: Publisher
    over: threading.Event

    def publish(self, records: Sequence[Record]) -> None:
        if not self.over.is_set():
            raise PublishError("Cannot publish to Kafka at 127.0.0.1:9: nobody is there")
        self.publisher.publish(records)

    def close(self) -> None:
        self.publisher.close()


def test_without_the_broker_the_relay_says_so_and_catches_up_later(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "TROUBLE_WAIT_S", 0.01)
    outage = Outage(sales.bus.publisher(), threading.Event())
    with running(sales.relay(publisher=outage)):
        sales.cancel("1")
        until(lambda: "127.0.0.1:9" in sales.health.problems()["relay"], "the address is named")
        assert sales.records() == []
        outage.over.set()
        until(lambda: sales.health.ready, "the relay is well again")
        until(lambda: len(sales.published()) == 1, "the event is there")


def test_an_unforeseen_error_does_not_end_the_relay(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "TROUBLE_WAIT_S", 0.01)
    outbox = sales.new_outbox()
    answers = iter([RuntimeError("unforeseen")])
    unpublished = outbox.unpublished

    def fail_once(limit: int) -> list[Pack]:
        for error in answers:
            raise error
        return unpublished(limit)

    monkeypatch.setattr(outbox, "unpublished", fail_once)
    sales.cancel("1")
    with running(sales.relay(outbox=outbox)):
        until(lambda: len(sales.published()) == 1, "the event is there")


def test_a_relay_that_is_woken_does_not_wait_for_its_next_look(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "POLL_S", 5.0)
    relay = sales.relay(party=None)
    with running(relay):
        until(lambda: sales.health.ready, "the relay has looked once")
        sales.cancel("1")
        relay.outbox.news.set()
        until(lambda: len(sales.published()) == 1, "the event is there", deadline_s=4.0)
        relay.outbox.news.set()


def test_a_stopped_relay_hands_its_turn_over_at_once(sales: Sales) -> None:
    with running(sales.relay()):
        until(sales.heartbeats, "the first relay works")
    sales.cancel("1")
    assert sales.relay().publish_once() == 1


def test_the_record_carries_the_span_of_its_publishing_under_the_commands(sales: Sales) -> None:
    telemetry = start("sales", sales.settings, sales.spans)
    with telemetry.span("CancelOrder"):
        row = a_row("1")
    sales.commit(row)
    sales.relay().publish_once()
    command, publishing = sales.spans.get_finished_spans()
    (record,) = sales.records()
    linked = span_context(record.headers)
    assert linked is not None
    assert publishing.context is not None
    assert linked.span_id == publishing.context.span_id
    assert publishing.parent is not None
    assert command.context is not None
    assert publishing.parent.span_id == command.context.span_id
    assert publishing.name == f"publish {TOPIC}"


def test_of_a_flood_only_so_many_records_have_a_span_and_the_others_stay_in_the_commands(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "SPANS_A_SECOND", 0)
    telemetry = start("sales", sales.settings, sales.spans)
    with telemetry.span("CancelOrder"):
        row = a_row("1")
    sales.commit(row)
    sales.relay().publish_once()
    (command,) = sales.spans.get_finished_spans()
    (record,) = sales.records()
    linked = span_context(record.headers)
    assert linked is not None
    assert command.context is not None
    assert linked.span_id == command.context.span_id
