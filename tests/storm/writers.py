"""The parties' relays: each writes what is committed, in order, and then how far it has come.

A heartbeat is truthful: the moment it names is read before what is committed by then is looked for,
and everything of that is with the broker before the heartbeat goes out, through any outage.
"""

import threading
import time
from collections import deque
from collections.abc import Collection, Container, Sequence
from contextlib import closing

from services.shared.bus import PublishError, Record
from services.shared.bus_kafka import KafkaPublisher
from services.shared.clock import SECOND, Instant, WallClock
from services.shared.relay import heartbeat
from services.shared.settings import KafkaSettings
from tests.storm.events import SOURCE
from tests.storm.plan import Planned

TICK_S = 0.1
BEAT_S = 1.0
TROUBLE_WAIT_S = 0.2
BATCH_RECORDS = 500
Stall = tuple[Instant, Instant]


class Writer:
    """One party's. It says nothing at all while it stalls."""

    def __init__(
        self,
        party: str,
        kafka: KafkaSettings,
        beats_into: Collection[int],
        stalls: Sequence[Stall] = (),
    ) -> None:
        self.party = party
        self.stalls = stalls
        self._kafka = kafka
        self._waiting: deque[Planned] = deque()
        self._beats_into = beats_into
        self._beat_at: Instant = 0
        self._lock = threading.Lock()

    def add(self, planned: Sequence[Planned]) -> None:
        """More to write, after all that waits."""
        with self._lock:
            self._waiting.extend(planned)

    def only(self, subjects: Container[str]) -> None:
        """Say no more of others; of these nothing may be due yet."""
        with self._lock:
            self._waiting = deque(each for each in self._waiting if each.about in subjects)

    @property
    def heard(self) -> bool:
        """Whether it has said anything yet."""
        return self._beat_at > 0

    @property
    def done(self) -> bool:
        """Whether the broker has all that it was to write."""
        with self._lock:
            return not self._waiting

    def run(self, stop: threading.Event) -> None:
        clock = WallClock()
        with closing(KafkaPublisher(self._kafka, f"storm-{self.party}")) as publisher:
            while not stop.wait(TICK_S):
                now = clock.now()
                if any(began <= now < ended for began, ended in self.stalls):
                    continue
                self._write(publisher, now, stop)

    def _write(self, publisher: KafkaPublisher, now: Instant, stop: threading.Event) -> None:
        while ready := self._ready(now):
            if not _publish(publisher, [planned.record for planned in ready], stop):
                return
            with self._lock:
                for _ in ready:
                    self._waiting.popleft()
        if now - self._beat_at >= BEAT_S * SECOND:
            beats = [heartbeat(self.party, SOURCE, now, number) for number in self._beats_into]
            if _publish(publisher, beats, stop):
                self._beat_at = now

    def _ready(self, now: Instant) -> list[Planned]:
        with self._lock:
            ready: list[Planned] = []
            for planned in self._waiting:
                if planned.at > now or len(ready) == BATCH_RECORDS:
                    break
                ready.append(planned)
            return ready


class Writers:
    """All of them, each in a thread of its own, from `start` to `stop`."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self.all = writers
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=writer.run, args=(self._stop,), daemon=True)
            for writer in writers
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    @property
    def done(self) -> bool:
        return all(writer.done for writer in self.all)


def _publish(publisher: KafkaPublisher, records: Sequence[Record], stop: threading.Event) -> bool:
    """Until the broker has all of them, or the storm is over."""
    while not stop.is_set():
        try:
            publisher.publish(records)
        except PublishError:
            time.sleep(TROUBLE_WAIT_S)
        else:
            return True
    return False
