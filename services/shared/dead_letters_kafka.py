"""The topic of dead letters on a real Kafka: read to its end, and some of it sent again."""

from collections.abc import Generator, Iterable
from contextlib import closing

from services.shared.bus import Received
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.dead_letters import sent_again
from services.shared.settings import KafkaSettings
from services.shared.subjects import DEAD_LETTERS_TOPIC


class KafkaDeadLetters:
    """Connects for each look and each sending: both are rare, and asked for by a person."""

    def __init__(self, kafka: KafkaSettings, client_id: str) -> None:
        self._kafka = kafka
        self._client_id = client_id

    def read(self) -> Generator[Received]:
        """All that Kafka holds. Raises SubscribeError."""
        with closing(KafkaSubscriber(self._kafka, None, (DEAD_LETTERS_TOPIC,))) as subscriber:
            yield from subscriber.read_to_end()

    def send_again(self, letters: Iterable[Received]) -> None:
        """In this order, to the topics that they came from. Raises PublishError."""
        with closing(KafkaPublisher(self._kafka, self._client_id)) as publisher:
            publisher.publish([sent_again(letter) for letter in letters])
