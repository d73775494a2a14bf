"""How a tracker connects to Kafka: as a static member of the group, and as one who only asks."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from services.shared.bus import Received
from services.shared.kafka_access import client_arguments
from services.shared.settings import KafkaSettings

GROUP = "handoff-tracker"
METADATA_AGE_MS = 5_000
"""A topic that is made, deleted or given more partitions is shared out anew within this time."""
FETCH_WAIT_MS = 50
"""The broker holds a question about topics without news for so long, and aiokafka asks it one thing
at a time: a topic of which all that was fetched is read waits for that answer."""


@dataclass(frozen=True, slots=True)
class Membership:
    """How this tracker takes part in the group; a static instance id survives a restart.

    Each party's topic has to have as many `partitions`.
    """

    kafka: KafkaSettings
    parties: tuple[str, ...]
    partitions: int
    instance: str
    session_s: float


def reader(membership: Membership) -> AIOKafkaConsumer:
    """A static member of the group; it reads from where it is sought, and nowhere else."""
    return AIOKafkaConsumer(
        **client_arguments(membership.kafka),
        group_id=GROUP,
        group_instance_id=membership.instance,
        client_id=membership.instance,
        partition_assignment_strategy=[RangePartitionAssignor],
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_uncommitted",
        session_timeout_ms=int(membership.session_s * 1_000),
        heartbeat_interval_ms=int(membership.session_s * 300),
        metadata_max_age_ms=METADATA_AGE_MS,
        fetch_max_wait_ms=FETCH_WAIT_MS,
    )


def watcher_of(membership: Membership) -> AIOKafkaConsumer:
    """A client that only asks where topics end."""
    return AIOKafkaConsumer(
        **client_arguments(membership.kafka),
        client_id=f"{membership.instance}-watcher",
        isolation_level="read_uncommitted",
    )


def received(record: ConsumerRecord) -> Received:
    return Received(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key or b"",
        value=record.value or b"",
        headers=tuple(record.headers),
        arrived_at=record.timestamp * 1_000,
    )


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Kafka's group protocol, passed on."""

    def __init__(
        self,
        take: Callable[[Iterable[TopicPartition]], Awaitable[None]],
        drop: Callable[[], Awaitable[None]],
    ) -> None:
        self._take = take
        self._drop = drop

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._drop()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._take(assigned)
