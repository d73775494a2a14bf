"""Heartbeats of a relay between a real mongod and a bus in memory: never more than the truth."""

import threading
from collections.abc import Iterator, Sequence

import pytest

from services.shared import relay as relay_module
from services.shared.bus import Received
from services.shared.clock import SECOND, Instant, WallClock, to_instant
from services.shared.codec import decode_envelope, decode_event
from services.shared.events.envelope import Envelope
from services.shared.outbox import Pack
from services.shared.subjects import HEARTBEAT, HEARTBEAT_KEY
from tests.component.shared.outgoing import Sales, running
from tests.polling import until


def test_every_partition_hears_a_heartbeat_when_it_is_due(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not only when the outbox is looked at for want of news."""
    monkeypatch.setattr(relay_module, "HEARTBEAT_S", 0.01)
    monkeypatch.setattr(relay_module, "POLL_S", 5.0)
    began_at = WallClock().now()
    partitions = sales.settings.partitions
    with running(sales.relay()):
        until(
            lambda: len(sales.heartbeats()) >= 3 * partitions,
            "three rounds of heartbeats",
            deadline_s=4.0,
        )
    assert {record.partition for record in sales.heartbeats()} == set(range(partitions))
    for record in sales.heartbeats():
        envelope = decode_envelope(record.value)
        assert (envelope.type, envelope.party, envelope.sequence) == (HEARTBEAT, "sales", 0)
        assert began_at <= complete_through(record) <= record.arrived_at


def complete_through(record: Received) -> Instant:
    return to_instant(decode_event(HEARTBEAT, decode_envelope(record.value).body).complete_through)


class Moved:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = WallClock().now()

    def now(self) -> Instant:
        return self.at


def test_a_row_that_is_committed_after_the_look_is_after_the_heartbeat(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just after the relay has read the outbox, something is committed, and time goes on."""
    clock, outbox = Moved(), sales.new_outbox()
    began_at, look = clock.at, outbox.unpublished

    def look_and_miss_one(limit: int) -> list[Pack]:
        packs = look(limit)
        if clock.at == began_at:
            sales.cancel("late")
            clock.at += SECOND
        return packs

    monkeypatch.setattr(outbox, "unpublished", look_and_miss_one)
    with running(sales.relay(outbox=outbox, clock=clock)):
        until(sales.heartbeats, "a heartbeat")
        until(sales.published, "the late event is published")
    assert complete_through(sales.heartbeats()[0]) == began_at


def test_a_heartbeat_never_overtakes_a_row_that_is_not_published(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four writers commit while the relay beats as fast as it can."""
    monkeypatch.setattr(relay_module, "HEARTBEAT_S", 0.0)
    monkeypatch.setattr(relay_module, "BATCH_ROWS", 3)
    committed_at: dict[bytes, Instant] = {}

    def write(writer: int) -> None:
        for number in range(40):
            row = sales.cancel(f"{writer}-{number}")
            committed_at[row.id] = WallClock().now()

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    with running(sales.relay()):
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        until(lambda: len(sales.published()) == 160, "all is published")
        until(lambda: newest_heartbeat(sales) > max(committed_at.values()), "a last heartbeat")
    overtaken = list(overtakings(sales.records(), committed_at))
    assert overtaken == []


def newest_heartbeat(sales: Sales) -> Instant:
    return max((complete_through(record) for record in sales.heartbeats()), default=0)


def overtakings(
    records: Sequence[Received], committed_at: dict[bytes, Instant]
) -> Iterator[tuple[Received, Envelope]]:
    """Heartbeats that say they are past an event that comes after them."""
    highest: dict[int, Received] = {}
    for record in records:
        if record.key == HEARTBEAT_KEY:
            highest[record.partition] = record
            continue
        event = decode_envelope(record.value)
        before = highest.get(record.partition)
        if before and complete_through(before) > committed_at[event.id]:
            yield before, event


@pytest.mark.parametrize("quiet", ["no party", "simulated clock"])
def test_a_relay_that_should_not_beat_does_not(
    sales: Sales, monkeypatch: pytest.MonkeyPatch, quiet: str
) -> None:
    monkeypatch.setattr(relay_module, "HEARTBEAT_S", 0.0)
    if quiet == "simulated clock":
        sales.settings = sales.settings.model_copy(update={"clock": "heartbeats"})
    with running(sales.relay(party=None if quiet == "no party" else "sales")):
        for number in range(3):
            sales.cancel(str(number))
            until(lambda: sales.outbox.count() == 0, "the event is published")
    assert sales.heartbeats() == []
