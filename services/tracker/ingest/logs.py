"""What Kafka holds of the topics: their ids, and where each of their partitions begins and ends.

aiokafka's requests are too old for topic ids, so kafka-python asks: by a client of its own that is
closed again, about 0.1 s and 25 ms of CPU a time.
"""

from collections.abc import Collection
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError, NoError, UnknownTopicOrPartitionError, for_code

from services.shared.bus_kafka import administrator
from services.shared.settings import KafkaSettings
from services.tracker.errors import KafkaSilent
from services.tracker.ingest.protecting import Log

ABSENT = (NoError, UnknownTopicOrPartitionError)


def ask_logs(kafka: KafkaSettings, topics: Collection[str]) -> dict[str, Log]:
    """Those of the topics that exist. It blocks; raises KafkaSilent where it cannot be known."""
    try:
        client = administrator(kafka)
        try:
            return _logs(client, topics)
        finally:
            client.close()
    except (KafkaError, OSError) as error:
        raise KafkaSilent(
            f"Cannot ask Kafka at {kafka.bootstrap} what it holds: {type(error).__name__}: {error}"
        ) from error


def _logs(client: KafkaAdminClient, topics: Collection[str]) -> dict[str, Log]:
    found = [each for each in client.describe_topics(sorted(topics)) if _exists(each)]
    places = [
        TopicPartition(topic["name"], partition["partition_index"])
        for topic in found
        for partition in topic["partitions"]
    ]
    starts = _offsets(client, places, OffsetSpec.EARLIEST)
    ends = _offsets(client, places, OffsetSpec.LATEST)
    return {
        topic["name"]: Log(str(topic["topic_id"]), starts[topic["name"]], ends[topic["name"]])
        for topic in found
    }


def _exists(topic: dict[str, Any]) -> bool:
    """Raises where Kafka says neither yes nor no: without a leader, or to whom it tells nothing."""
    error = for_code(topic["error_code"])
    if error not in ABSENT:
        raise error(topic["name"])
    return error is NoError


def _offsets(
    client: KafkaAdminClient, places: list[TopicPartition], which: OffsetSpec
) -> dict[str, dict[int, int]]:
    """By topic and partition number."""
    offsets: dict[str, dict[int, int]] = {place.topic: {} for place in places}
    if places:
        found = client.list_partition_offsets(dict.fromkeys(places, which))
        for place, at in found.items():
            offsets[place.topic][place.partition] = at.offset
    return offsets
