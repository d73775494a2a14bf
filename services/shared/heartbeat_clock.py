"""The simulated clock: time is what the heartbeats in the parties' topics say, not the wall.

For replay through the real stack, demonstrations and tests, where hours pass in seconds. That time
passes is one thing that a heartbeat says, that its party is complete until then another: whoever
plays a silent party lets the one go on and the other stand still.
"""

import threading
from collections.abc import Sequence

from services.shared.bus import Received, SubscribeError, Subscriber
from services.shared.bus_kafka import KafkaSubscriber
from services.shared.clock import Clock, Instant, WallClock
from services.shared.codec import decode_envelope
from services.shared.errors import InvalidEvent
from services.shared.settings import Settings
from services.shared.subjects import HEARTBEAT, HEARTBEAT_KEY, topic_of

POLL_S = 0.1
TROUBLE_WAIT_S = 1.0


class HeartbeatClock:
    """The least of the last heartbeats over all partitions of the heartbeating parties' topics.

    Before each of them has spoken it is 1970: nothing is due then.
    """

    def __init__(self, subscriber: Subscriber, topics: Sequence[str], partitions: int) -> None:
        self._subscriber = subscriber
        self._last = {(topic, n): 0 for topic in topics for n in range(partitions)}
        self._now: Instant = 0

    def now(self) -> Instant:
        return self._now

    def read(self, timeout_s: float) -> None:
        """Follow what has come since the last call."""
        for received in self._subscriber.poll(timeout_s):
            self._follow(received)
        self._now = min(self._last.values())

    def run(self, stop: threading.Event) -> None:
        """Follow the heartbeats until stopped; while Kafka is away, time stands still."""
        while not stop.is_set():
            try:
                self.read(POLL_S)
            except SubscribeError:
                stop.wait(TROUBLE_WAIT_S)
        self._subscriber.close()

    def _follow(self, received: Received) -> None:
        place = (received.topic, received.partition)
        if received.key == HEARTBEAT_KEY and place in self._last:
            self._last[place] = max(self._last[place], _said_at(received))


def _said_at(received: Received) -> Instant:
    """The heartbeat's own moment, or 0 where the record is none."""
    try:
        envelope = decode_envelope(received.value)
    except InvalidEvent:
        return 0
    return envelope.occurred_at if envelope.type == HEARTBEAT else 0


def heartbeating_topics(settings: Settings) -> tuple[str, ...]:
    """The topics of the parties that send heartbeats."""
    return tuple(topic_of(party) for party in settings.heartbeating_parties)


def clock_of(settings: Settings, stop: threading.Event) -> Clock:
    """The clock that the settings ask for; a simulated one follows its topics until `stop`."""
    if settings.clock == "wall":
        return WallClock()
    topics = heartbeating_topics(settings)
    subscriber = KafkaSubscriber(settings.kafka, None, topics, from_start=True)
    clock = HeartbeatClock(subscriber, topics, settings.partitions)
    threading.Thread(target=clock.run, args=(stop,), name="clock", daemon=True).start()
    return clock
