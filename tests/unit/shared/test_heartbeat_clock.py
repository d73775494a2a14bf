"""The simulated clock stands where the slowest partition is."""

import threading

from services.shared.bus import Record
from services.shared.bus_memory import MemoryBus
from services.shared.clock import SECOND, Instant, WallClock
from services.shared.heartbeat_clock import HeartbeatClock, clock_of, heartbeating_topics
from services.shared.relay import heartbeat
from services.shared.settings import Party, Settings
from services.shared.subjects import HEARTBEAT_KEY
from tests.polling import until

NOON: Instant = 1_790_078_400 * SECOND
SETTINGS = Settings(partitions=2, parties={"carrier": Party(allowed_lateness_s=60)})
TOPICS = heartbeating_topics(SETTINGS)


def a_clock(bus: MemoryBus) -> HeartbeatClock:
    return HeartbeatClock(bus.subscriber(None, TOPICS), TOPICS, SETTINGS.partitions)


def beat(bus: MemoryBus, at: Instant, parties: tuple[str, ...], partitions: int = 2) -> None:
    bus.publisher().publish(
        [heartbeat(party, "driver", at, n) for party in parties for n in range(partitions)]
    )


FOUR = ("sales", "operations", "finance", "support")


def test_parties_that_declare_a_lateness_and_people_on_call_do_not_count() -> None:
    assert tuple(f"handoff.{party}.v1" for party in FOUR) == TOPICS


def test_until_everyone_has_spoken_nothing_is_due() -> None:
    bus = MemoryBus(2)
    clock = a_clock(bus)
    beat(bus, NOON, FOUR[:3])
    beat(bus, NOON, FOUR[3:], partitions=1)
    clock.read(0)
    assert clock.now() == 0


def test_now_is_the_least_of_the_last_heartbeats() -> None:
    bus = MemoryBus(2)
    clock = a_clock(bus)
    beat(bus, NOON, FOUR)
    beat(bus, NOON + 60 * SECOND, FOUR[:3])
    clock.read(0)
    assert clock.now() == NOON
    beat(bus, NOON + 30 * SECOND, FOUR[3:])
    clock.read(0)
    assert clock.now() == NOON + 30 * SECOND


def test_time_does_not_run_backwards() -> None:
    bus = MemoryBus(2)
    clock = a_clock(bus)
    beat(bus, NOON, FOUR)
    beat(bus, NOON - SECOND, FOUR)
    clock.read(0)
    assert clock.now() == NOON


def test_time_passes_also_where_a_party_has_told_nothing_since() -> None:
    bus = MemoryBus(2)
    clock = a_clock(bus)
    later = NOON + 60 * SECOND
    beat(bus, later, FOUR[:3])
    bus.publisher().publish([heartbeat(FOUR[3], "driver", NOON, n, later) for n in range(2)])
    clock.read(0)
    assert clock.now() == later


def test_what_is_no_heartbeat_moves_nothing() -> None:
    bus = MemoryBus(2)
    clock = a_clock(bus)
    beat(bus, NOON, FOUR)
    bus.publisher().publish([Record(TOPICS[0], HEARTBEAT_KEY, b"\xffnonsense", partition=0)])
    bus.publisher().publish([Record(TOPICS[0], b"order/1", b"\xffnonsense")])
    clock.read(0)
    assert clock.now() == NOON


def test_a_running_clock_follows_and_stops() -> None:
    bus, stop = MemoryBus(2), threading.Event()
    clock = a_clock(bus)
    thread = threading.Thread(target=clock.run, args=(stop,))
    thread.start()
    beat(bus, NOON, FOUR)
    until(lambda: clock.now() == NOON, "the clock has followed")
    stop.set()
    thread.join()


def test_the_wall_clock_is_the_default() -> None:
    assert isinstance(clock_of(Settings(), threading.Event()), WallClock)
