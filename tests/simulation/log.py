"""Kafka as the simulator has it: a log for each topic and partition, stamped with broker time."""

from collections.abc import Callable

from msgspec import structs

from services.shared.bus import Received
from services.shared.clock import Instant
from services.shared.events.envelope import Heartbeat
from services.shared.subjects import topic_of
from services.tracker.core.subject import Event
from services.tracker.exchange import Told
from tests.simulation.events import PARTIES, PARTITIONS, Said

TOPICS = {topic_of(party): party for party in PARTIES}
TOPIC = {party: topic for topic, party in TOPICS.items()}
Place = tuple[str, int]


class Log:
    """Every record that was ever published, decoded already; nothing is deleted."""

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now = now
        self.places: dict[Place, list[Told]] = {
            (topic, number): [] for topic in TOPICS for number in range(PARTITIONS)
        }

    def append(self, party: str, partition: int, subject: str, said: Said | Heartbeat) -> None:
        topic, now = TOPIC[party], self._now()
        records = self.places[topic, partition]
        if isinstance(said, Event):
            said = structs.replace(said, arrived_at=now)
        received = Received(topic, partition, len(records), subject.encode(), b"", (), now)
        records.append(Told(received, party, said, subject, said_at=now))

    def read(self, place: Place, offset: int, limit: int) -> list[Told]:
        return self.places[place][offset : offset + limit]

    def end(self, party: str, partition: int) -> int:
        return len(self.places[TOPIC[party], partition])

    def ends(self, partition: int) -> dict[str, int]:
        return {topic: len(self.places[topic, partition]) for topic in TOPICS}
