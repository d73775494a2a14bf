"""What makes the feed read: its turn, a verdict, and trying again after a failure."""

import asyncio
import threading

import pytest

from services.console import feed as feed_module
from services.console.wakeups import listen
from services.shared.bus import Received, Record, SubscribeError
from services.shared.bus_memory import MemoryBus
from services.shared.subjects import VERDICTS_TOPIC
from tests.component.console.running import Running

pytestmark = pytest.mark.anyio


async def test_a_verdict_wakes_the_feed_before_its_turn(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "REFRESH_EVERY_S", 3600)
    bus, stop = MemoryBus(4), threading.Event()
    loop = asyncio.get_running_loop()
    subscriber = bus.subscriber(None, [VERDICTS_TOPIC], from_start=False)
    ears = threading.Thread(
        target=listen,
        args=(
            subscriber,
            lambda: loop.call_soon_threadsafe(running.feed.wake),
            stop,
            running.console.telemetry.log,
        ),
    )
    reading = asyncio.create_task(running.feed.run())
    first = await running.feed.after(0, timeout_s=10)
    assert first is not None
    ears.start()
    bus.publisher().publish([Record(VERDICTS_TOPIC, b"order/4711", b"a verdict")])
    woken = await running.feed.after(first.seq, timeout_s=10)
    stop.set()
    await running.feed.close()
    await reading
    await asyncio.to_thread(ears.join)
    assert woken is not None


async def test_without_kafka_the_listener_goes_on_trying(running: Running) -> None:
    asked = threading.Semaphore(0)
    stop = threading.Event()

    class Away:
        def poll(self, timeout_s: float) -> list[Received]:
            asked.release()
            stop.set()
            raise SubscribeError("Cannot read from Kafka at 127.0.0.1:1.")

        def commit(self) -> None: ...

        def close(self) -> None:
            asked.release()

    await asyncio.to_thread(listen, Away(), running.feed.wake, stop, running.console.telemetry.log)
    assert asked.acquire(timeout=0)
    assert asked.acquire(timeout=0)


async def test_an_unexpected_failure_is_shown_and_tried_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "REFRESH_EVERY_S", 0.01)
    failing = running.feed.refresh

    async def fail() -> None:
        monkeypatch.setattr(running.feed, "refresh", failing)
        raise ZeroDivisionError("once")

    monkeypatch.setattr(running.feed, "refresh", fail)
    reading = asyncio.create_task(running.feed.run())
    broken = await running.feed.after(0, timeout_s=10)
    assert broken is not None
    assert "The console itself failed" in (broken.tracker_problem or "")
    mended = await running.feed.after(broken.seq, timeout_s=10)
    assert mended is not None
    assert mended.tracker_problem is None
    await running.feed.close()
    await reading
