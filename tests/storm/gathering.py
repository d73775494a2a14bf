"""Reads what a storm left behind: out of Kafka's topics, out of Mongo, and of the tracker itself.

Everything that knows how these look is here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import grpc
from handoff.v1 import tracker_pb2, tracker_pb2_grpc
from kafka import KafkaConsumer, TopicPartition
from pymongo import MongoClient

from services.shared.bus import Received
from services.shared.bus_kafka import KafkaSubscriber
from services.shared.clock import Instant
from services.shared.kafka_access import client_arguments
from services.shared.rpc import sync_channel
from services.shared.settings import KafkaSettings
from services.shared.subjects import DEAD_LETTERS_TOPIC, HEARTBEAT_KEY, VERDICTS_TOPIC, topic_of
from tests.storm.events import PARTIES, PARTITIONS
from tests.storm.found import Letter, Logged, Published, Recorded

Row = dict[str, Any]
ANSWER_S = 10.0
TOPICS = tuple(topic_of(party) for party in PARTIES)


def digest_of(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


@dataclass(frozen=True, slots=True)
class Topics:
    """What Kafka holds."""

    kafka: KafkaSettings

    def log(self) -> tuple[Logged, ...]:
        return tuple(
            Logged(each.topic, each.partition, each.offset, each.arrived_at, digest_of(each.value))
            for each in self._read(TOPICS)
            if each.key != HEARTBEAT_KEY
        )

    def ends(self) -> dict[tuple[str, int], int]:
        """The offset after the last record of each partition of the parties' topics."""
        places = [TopicPartition(topic, number) for topic in TOPICS for number in range(PARTITIONS)]
        with closing(KafkaConsumer(**client_arguments(self.kafka))) as consumer:
            ends = consumer.end_offsets(places)
        return {(place.topic, place.partition): end for place, end in ends.items()}

    def letters(self) -> tuple[Letter, ...]:
        return tuple(map(_letter, self._read((DEAD_LETTERS_TOPIC,))))

    def published(self) -> tuple[Published, ...]:
        return tuple(map(_published, self._read((VERDICTS_TOPIC,))))

    def _read(self, topics: Sequence[str]) -> Iterator[Received]:
        with closing(KafkaSubscriber(self.kafka, None, topics)) as subscriber:
            yield from subscriber.read_to_end()


@dataclass(frozen=True, slots=True)
class Tables:
    """What Mongo holds."""

    database: Any

    def recorded(self) -> tuple[Recorded, ...]:
        """The verdicts that are to be published."""
        rows = self.database["tracker.verdicts"].find({"published": True})
        return tuple(map(_recorded, rows))

    def decided_since(self, moment: Instant) -> bool:
        """Whether anything that is to be published was."""
        wanted = {"published": True, "decided_at": {"$gt": moment}}
        return self.database["tracker.verdicts"].find_one(wanted) is not None

    def waiting(self) -> int:
        count: int = self.database["tracker.outbox"].count_documents({})
        return count

    def active_from(self) -> tuple[Instant, ...]:
        rows = self.database["tracker.agreement_sets"].find().sort("_id", 1)
        return tuple(row["active_from"] for row in rows)

    def partitions(self) -> list[Row]:
        return list(self.database["tracker.partitions"].find().sort("_id", 1))


def tables(client: MongoClient[Row], database: str) -> Tables:
    return Tables(client[database])


def counted(addresses: Sequence[str], subjects: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The ids of the events that the trackers counted of each; none of what they do not know.

    Each tracker is asked for its share of them, beside the others.
    """
    shares = [subjects[place :: len(addresses)] for place in range(len(addresses))]
    with ThreadPoolExecutor() as threads:
        answers = threads.map(_counted, addresses, shares)
        return {subject: ids for answer in answers for subject, ids in answer.items()}


def _counted(address: str, subjects: Iterable[str]) -> dict[str, tuple[str, ...]]:
    answers: dict[str, tuple[str, ...]] = {}
    with sync_channel(address) as channel:
        tracker = tracker_pb2_grpc.TrackerServiceStub(channel)
        for subject in subjects:
            request = tracker_pb2.GetSubjectRequest(subject=subject)
            try:
                answer = tracker.GetSubject(request, timeout=ANSWER_S)
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.NOT_FOUND:
                    raise
                continue
            answers[subject] = tuple(event.id.hex() for event in answer.events)
    return answers


def _letter(record: Received) -> Letter:
    says: Mapping[str, str] = {name: value.decode() for name, value in record.headers}
    return Letter(says["topic"], int(says["partition"]), int(says["offset"]), says["reason"])


def _published(record: Received) -> Published:
    verdict = tracker_pb2.Verdict.FromString(record.value)
    return Published(
        verdict.id.hex(),
        tracker_pb2.VerdictKind.Name(verdict.kind).removeprefix("VERDICT_KIND_").lower(),
        verdict.agreement,
        verdict.subject,
        verdict.due_by.ToMicroseconds(),
        verdict.decided_at.ToMicroseconds(),
        record.arrived_at,
    )


def _recorded(row: Row) -> Recorded:
    return Recorded(
        row["_id"].hex(),
        row["kind"],
        row["promise_id"].split("~")[1],
        row["subject"],
        row["due_by"],
        row["decided_at"],
    )
