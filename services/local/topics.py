"""Kafka's topics as the project needs them: made where missing, refused where they differ.

The number of partitions is for life: it decides in which partition a subject lives.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import KafkaError, TopicAlreadyExistsError

from services.local.errors import ServerFailed, TopicDiffers
from services.shared.kafka_access import client_arguments
from services.shared.settings import KafkaSettings, Settings
from services.shared.subjects import DEAD_LETTERS_TOPIC

MESSAGE_BYTES = 262_144
"""Kafka applies this limit to a batch; an event may have a quarter of it."""
RETENTION = timedelta(days=30)
TIMEOUT_MS = 30_000
RECONNECT_MS = 1_000
CONFIG = {
    "cleanup.policy": "delete",
    "max.message.bytes": str(MESSAGE_BYTES),
    "message.timestamp.type": "LogAppendTime",
    "retention.ms": str(RETENTION // timedelta(milliseconds=1)),
}
ROOM_FOR_HEADERS = {
    DEAD_LETTERS_TOPIC: {"max.message.bytes": str(2 * MESSAGE_BYTES)},
}
"""A dead letter is a whole message and says in its headers why it is dead."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic must be."""

    name: str
    partitions: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A topic that is not as it must be, and what to do about it."""

    says: str
    remedy: str


def wanted(settings: Settings) -> tuple[Topic, ...]:
    """A topic a party, the verdicts, and the dead letters."""
    names = (*settings.topics, DEAD_LETTERS_TOPIC)
    return tuple(
        Topic(name, settings.partitions, CONFIG | ROOM_FOR_HEADERS.get(name, {})) for name in names
    )


def create_topics(settings: Settings) -> None:
    """Makes what is missing and waits until all of it takes records.

    Raises TopicDiffers if one exists with other partitions, ServerFailed if it takes too long.
    """
    with admin(settings.kafka) as kafka:
        existing = partition_counts(kafka)
        missing = [topic for topic in wanted(settings) if topic.name not in existing]
        if different := list(partition_differences(settings, existing)):
            raise TopicDiffers(
                " ".join(f"{difference.says}. {difference.remedy}" for difference in different)
            )
        if missing:
            _create(kafka, missing)
        _wait_for_leaders(kafka, settings)


def partition_differences(settings: Settings, existing: Mapping[str, int]) -> Iterator[Difference]:
    """The existing topics that have not as many partitions as the settings say."""
    for topic in wanted(settings):
        count = existing.get(topic.name, topic.partitions)
        if count != topic.partitions:
            yield Difference(
                f"Topic {topic.name} has {count} partitions and HANDOFF_PARTITIONS is"
                f" {topic.partitions}",
                f"The number is for life: set HANDOFF_PARTITIONS={count}.",
            )


def config_differences(kafka: KafkaAdminClient, settings: Settings) -> Iterator[Difference]:
    """The settings of existing topics that are not as they must be."""
    topics = {topic.name: topic for topic in wanted(settings)}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics]
    found = kafka.describe_configs(resources, config_filter="all").get("topic", {})
    for name, values in found.items():
        for key, value in topics[name].config.items():
            if values and (actual := values[key]["value"]) != value:
                yield Difference(
                    f"Topic {name} has {key}={actual}", f"Alter the topic: it must be {value}."
                )


def partition_counts(kafka: KafkaAdminClient) -> dict[str, int]:
    return {topic["name"]: len(topic["partitions"]) for topic in kafka.describe_topics()}


@contextmanager
def admin(kafka: KafkaSettings, timeout_ms: int = TIMEOUT_MS) -> Iterator[KafkaAdminClient]:
    """An administrator's connection; raises ServerFailed where the broker does not answer."""
    access = client_arguments(kafka)
    if not any(_accepts(address) for address in access["bootstrap_servers"]):
        raise ServerFailed(f"Nothing answers at {kafka.bootstrap}, where Kafka should be.")
    try:
        client = KafkaAdminClient(
            **access,
            bootstrap_timeout_ms=timeout_ms,
            request_timeout_ms=timeout_ms,
            reconnect_backoff_max_ms=RECONNECT_MS,
        )
        try:
            yield client
        finally:
            client.close()
    except KafkaError as error:
        raise ServerFailed(f"Kafka at {kafka.bootstrap} does not answer: {error}") from error


def _accepts(address: str) -> bool:
    """Asked first, because the client keeps its sockets when it cannot connect."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=RECONNECT_MS / 1000).close()
    except (OSError, ValueError):
        return False
    return True


def _create(kafka: KafkaAdminClient, topics: list[Topic]) -> None:
    requests = {
        topic.name: {
            "num_partitions": topic.partitions,
            "replication_factor": -1,
            "configs": dict(topic.config),
        }
        for topic in topics
    }
    with suppress(TopicAlreadyExistsError):  # another process made it at the same moment
        kafka.create_topics(requests)
    kafka.wait_for_topics(list(requests), timeout_ms=TIMEOUT_MS)


def _wait_for_leaders(kafka: KafkaAdminClient, settings: Settings) -> None:
    """A broker that is busy names itself the leader seconds before it makes a partition's log, and
    turns away what is published until then; but it tells where a log ends only if there is one.
    """
    places = [
        TopicPartition(topic.name, n) for topic in wanted(settings) for n in range(topic.partitions)
    ]
    kafka.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST), timeout_ms=TIMEOUT_MS)
