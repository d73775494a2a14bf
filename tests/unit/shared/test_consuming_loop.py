"""The loop that feeds a handler, and all the wrappers together on a bus in memory."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from services.shared import consuming
from services.shared.bus import Received, Record, SubscribeError
from services.shared.bus_memory import MemoryBus
from services.shared.consuming import Seen, Stopped, dead_lettered, deduplicated, retried, run
from services.shared.errors import InvalidEvent
from services.shared.health import Health
from services.shared.subjects import DEAD_LETTERS_TOPIC
from tests.polling import until
from tests.unit.shared.records import At, Handled, a_record


@dataclass
class Script:
    """A subscriber that plays: batches, errors, then quiet."""

    polls: list[Sequence[Received] | SubscribeError]
    stop: threading.Event
    commits: int = 0

    def poll(self, timeout_s: float) -> Sequence[Received]:
        if not self.polls:
            self.stop.set()
            return []
        match self.polls.pop(0):
            case SubscribeError() as error:
                raise error
            case records:
                return records

    def commit(self) -> None:
        self.commits += 1

    def close(self) -> None:
        """Nothing is held."""


def test_a_batch_is_committed_when_all_of_it_is_handled() -> None:
    stop, handled, health = threading.Event(), Handled(), Health("consumer")
    script = Script([[a_record(offset=1), a_record(offset=2)], [a_record(offset=3)]], stop)
    run(script, handled, stop, health)
    assert [record.offset for record in handled.records] == [1, 2, 3]
    assert script.commits == 3
    assert health.ready


def test_a_broker_that_is_away_makes_the_service_unready_and_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consuming, "TROUBLE_WAIT_S", 0.001)
    stop, handled, health = threading.Event(), Handled(), Health("consumer")
    away = SubscribeError("Cannot read from Kafka at 127.0.0.1:9")
    script = Script([away, [a_record()]], stop)
    run(script, handled, stop, health)
    assert len(handled.records) == 1
    run(Script([away], threading.Event()), handled, stopping_at_the_first_wait(stop), health)
    assert health.problems() == {"consumer": str(away)}


def stopping_at_the_first_wait(_stop: threading.Event) -> threading.Event:
    """An event that is set as soon as somebody waits for it."""
    event = threading.Event()
    wait = event.wait

    def set_and_wait(timeout: float | None = None) -> bool:
        event.set()
        return wait(timeout)

    event.wait = set_and_wait  # type: ignore[method-assign]  # a test's own event
    return event


def test_a_batch_that_was_not_handled_is_not_committed() -> None:
    stop, health = threading.Event(), Health()
    script = Script([[a_record()]], stop)

    def stopped(_received: Received) -> None:
        raise Stopped

    run(script, stopped, stop, health)
    assert script.commits == 0


def test_the_whole_chain_handles_each_event_once_and_buries_the_poison(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Poison in the middle delays nothing behind it."""
    monkeypatch.setattr(consuming, "RETRY_WAIT_S", 0.001)
    bus, stop, health = MemoryBus(4), threading.Event(), Health()
    handled = Handled([TimeoutError("Mongo is away")])

    def poisonable(received: Received) -> None:
        if received.value == b"poison":
            raise InvalidEvent("undecodable", "Poison.")
        handled(received)

    once = deduplicated(poisonable, Seen())
    buried = dead_lettered(once, bus.publisher(), At(), "test", (TimeoutError,))
    handler = retried(buried, (TimeoutError,), stop, health)
    values = [b"first", b"poison", b"first", b"last"]
    bus.publisher().publish(
        [Record("handoff.sales.v1", b"order/1", v, (("ce_id", v),)) for v in values]
    )
    subscriber = bus.subscriber("test", ["handoff.sales.v1"])
    thread = threading.Thread(target=run, args=(subscriber, handler, stop, health))
    thread.start()
    until(lambda: len(handled.records) == 2, "two events are handled")
    stop.set()
    thread.join()
    assert [record.value for record in handled.records] == [b"first", b"last"]
    assert [letter.value for letter in bus.records(DEAD_LETTERS_TOPIC)] == [b"poison"]
