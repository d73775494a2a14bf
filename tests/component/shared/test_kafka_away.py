"""Kafka that is not there: named at once, asked again, and nothing left behind of each attempt."""

import threading
from collections.abc import Iterator
from socket import create_server, socket

import pytest
from kafka.errors import RebalanceInProgressError

from services.shared import bus_kafka, kafka_connection
from services.shared.bus import PublishError, Record, SubscribeError
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.settings import KafkaSettings, Settings
from tests.polling import until

RECORD = Record("handoff.sales.v1", b"order/1", b"value")


@pytest.fixture
def nobody() -> KafkaSettings:
    """An address where nothing listens."""
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return KafkaSettings(bootstrap=f"127.0.0.1:{taken.getsockname()[1]}")


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> Iterator[KafkaSettings]:
    """An address where something listens that is no Kafka."""
    monkeypatch.setattr(kafka_connection, "BOOTSTRAP_TIMEOUT_MS", 100)
    with create_server(("127.0.0.1", 0)) as server:
        yield KafkaSettings(bootstrap=f"127.0.0.1:{server.getsockname()[1]}")


def test_an_address_where_nobody_listens_is_named(nobody: KafkaSettings) -> None:
    with pytest.raises(PublishError, match=f"Kafka at {nobody.bootstrap}: ConnectionRefused"):
        KafkaPublisher(nobody, "test").publish([RECORD])
    with pytest.raises(SubscribeError, match=f"Kafka at {nobody.bootstrap}: ConnectionRefused"):
        KafkaSubscriber(nobody, "test", [RECORD.topic]).poll(0.1)


def test_attempts_leave_no_threads_behind(stranger: KafkaSettings) -> None:
    publisher = KafkaPublisher(stranger, "test")
    subscriber = KafkaSubscriber(stranger, "test", [RECORD.topic])
    before = threading.active_count()
    for _ in range(3):
        with pytest.raises(PublishError, match=stranger.bootstrap):
            publisher.publish([RECORD])
        with pytest.raises(SubscribeError, match=stranger.bootstrap):
            subscriber.poll(0.1)
    until(lambda: threading.active_count() <= before, "no thread is left")


def test_one_server_of_several_is_enough(fresh_topics: Settings, nobody: KafkaSettings) -> None:
    publisher = KafkaPublisher(
        KafkaSettings(bootstrap=f"{nobody.bootstrap}, {fresh_topics.kafka.bootstrap}"), "test"
    )
    publisher.publish([RECORD])
    publisher.close()


def test_a_topic_that_is_not_there_is_an_error_and_no_new_topic(
    fresh_topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_kafka, "MAX_BLOCK_MS", 200)
    publisher = KafkaPublisher(fresh_topics.kafka, "test")
    for _ in range(2):
        with pytest.raises(PublishError, match=fresh_topics.kafka.bootstrap):
            publisher.publish([Record("handoff.nobody.v1", b"order/1", b"")])
    publisher.close()


@pytest.mark.parametrize("group", ["test", None])
def test_a_reader_says_which_topic_is_missing(fresh_topics: Settings, group: str | None) -> None:
    subscriber = KafkaSubscriber(fresh_topics.kafka, group, [RECORD.topic, "handoff.nobody.v1"])
    for _ in range(2):
        with pytest.raises(SubscribeError, match=r"no topic handoff\.nobody\.v1"):
            subscriber.poll(0.1)
    subscriber.close()


class Stuck:
    """A consumer that waits for its group for ever."""

    def __init__(self) -> None:
        self.closed = False

    def partitions_for_topic(self, _topic: str) -> set[int]:
        return {0}

    def subscribe(self, _topics: object) -> None:
        """It is a member, as far as it knows."""

    def poll(self, timeout_ms: int) -> dict[object, object]:
        return {}

    def end_offsets(self, _places: object, timeout_ms: int) -> dict[object, int]:
        return {}

    def commit(self, timeout_ms: int) -> None:
        raise RebalanceInProgressError

    def close(self, **_how: object) -> None:
        self.closed = True


@pytest.mark.parametrize(("stuck_s", "joins"), [(0.0, 2), (60.0, 1)])
def test_a_member_that_cannot_commit_for_long_joins_its_group_anew(
    monkeypatch: pytest.MonkeyPatch, stuck_s: float, joins: int
) -> None:
    opened: list[Stuck] = []

    def connected(*_client: object, **_settings: object) -> Stuck:
        opened.append(Stuck())
        return opened[-1]

    monkeypatch.setattr(bus_kafka, "connected", connected)
    monkeypatch.setattr(bus_kafka, "STUCK_S", stuck_s)
    subscriber = KafkaSubscriber(KafkaSettings(bootstrap="127.0.0.1:9"), "test", [RECORD.topic])
    for _ in range(2):
        subscriber.poll(0.1)
        with pytest.raises(SubscribeError, match="RebalanceInProgressError"):
            subscriber.commit()
    assert len(opened) == joins
    assert opened[0].closed is (joins == 2)
