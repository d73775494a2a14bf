"""What stops a partition on a real broker, what goes on meanwhile, and how a person resumes it."""

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

import grpc
import pytest
from handoff.v1 import tracker_pb2, tracker_pb2_grpc
from kafka import TopicPartition
from typer.testing import CliRunner, Result

from services.cli import main as cli
from services.cli.errors import CommandFailed
from services.local.stack import LocalStack
from services.local.topics import admin, create_topics, partition_counts
from services.shared import rpc
from services.shared.bus import Record
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.clock import WallClock
from services.shared.subjects import DEPARTMENTS, partition_of, topic_of
from services.tracker.ingest.membership import GROUP
from tests.agreed import an_agreement_text
from tests.conftest import a_stack
from tests.polling import until
from tests.tracking import placed

SALES = topic_of("sales")
BREACHED = tracker_pb2.PROMISE_STATE_BREACHED
ACCEPT = an_agreement_text(
    "accept", opens_on="sales.OrderPlaced", on="operations.OrderAccepted", due="within: 1 second"
)
NO_HEARTBEATS = json.dumps({party: {"allowed_lateness_s": 0} for party in DEPARTMENTS})
"""No record comes but those that a test sends, so deadlines fire by the passing of time alone."""


class Shop:
    """A broker, and a tracker that wants each order accepted within a second."""

    def __init__(self, stack: LocalStack, publisher: KafkaPublisher) -> None:
        self.stack, self.publisher = stack, publisher
        self.settings = stack.settings
        self.environment = {**stack.environment, "HANDOFF_PARTIES": NO_HEARTBEATS}

    def place(self, number: int) -> str:
        """An order that lives in this partition."""
        subject = next(each for each in _subjects() if partition_of(each, 4) == number)
        record = placed(WallClock().now(), subject=subject, id=uuid4().bytes)
        self.publisher.publish(
            [Record(SALES, record.key, record.value, record.headers, partition=number)]
        )
        return subject

    def is_folded(self, subject: str) -> bool:
        return bool(self._promises(subject))

    def is_breached(self, subject: str) -> bool:
        """Its second is over, and the tracker knows that nobody has accepted it."""
        return BREACHED in (promise.state for promise in self._promises(subject))

    def problems(self) -> dict[str, str]:
        """What the tracker says of its partitions."""
        url = f"{self.settings.endpoints.tracker.url}/readyz"
        try:
            answer = urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError as error:
            answer = error
        except OSError:
            return {"tracker": "does not answer"}
        with answer:
            problems: dict[str, str] = json.load(answer)["problems"]
            return problems

    def wait_for(self, says: str, *numbers: int) -> None:
        """Until these partitions, and no others, stand still for a reason that says this."""
        wanted = [f"partition {number}" for number in numbers]

        def stands_still() -> bool:
            problems = self.problems()
            return sorted(problems) == wanted and all(says in why for why in problems.values())

        until(stands_still, f"{wanted} stand still because {says!r}", 60)

    def wait_until_well(self) -> None:
        until(lambda: not self.problems(), "the tracker is well", 60)

    def resume(self, *arguments: str) -> Result:
        """The command, by somebody who answers every question with no."""
        command = cli.application("tracker")
        return CliRunner(env=self.environment).invoke(
            command, ["tracker", "resume", *arguments], input="n\n"
        )

    def make_anew(self) -> None:
        """Sales' topic, with all that it held."""
        with admin(self.settings.kafka) as kafka:
            kafka.delete_topics([SALES])
            until(lambda: SALES not in partition_counts(kafka), "the topic is gone")
        create_topics(self.settings)

    def _promises(self, subject: str) -> list[tracker_pb2.Promise]:
        with rpc.sync_channel(self.settings.endpoints.tracker.grpc_address) as channel:
            tracker = tracker_pb2_grpc.TrackerServiceStub(channel)
            try:
                request = tracker_pb2.GetSubjectRequest(subject=subject)
                return list(tracker.GetSubject(request).promises)
            except grpc.RpcError:
                return []


def _subjects() -> Iterator[str]:
    while True:
        yield f"order/{uuid4().hex}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    agreements = tmp_path_factory.mktemp("agreements")
    (agreements / "accept.yaml").write_text(ACCEPT)
    with a_stack() as stack:
        environment = {"HANDOFF_PARTIES": NO_HEARTBEATS, "HANDOFF_AGREEMENTS": str(agreements)}
        stack.start_services(["tracker"], environment)
        with closing(KafkaPublisher(stack.settings.kafka, "test")) as publisher:
            shop = Shop(stack, publisher)
            shop.wait_until_well()
            yield shop


@contextmanager
def stopped(shop: Shop) -> Iterator[None]:
    """The tracker does nothing meanwhile."""
    pid = shop.stack.supervisor.processes()["tracker"].pid
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


def test_where_nothing_is_stopped_there_is_nothing_to_resume(shop: Shop) -> None:
    done = shop.resume("--from", "earliest")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "No partition is stopped" in done.stdout


def test_a_partition_that_the_group_tears_apart_stands_still_until_it_is_whole(
    shop: Shop,
) -> None:
    with closing(KafkaSubscriber(shop.settings.kafka, GROUP, [SALES])) as other:

        def torn() -> list[str]:
            other.poll(0.1)
            return [part for part, why in shop.problems().items() if "torn apart" in why]

        parts = until(torn, "another member of the group has some of sales' partitions")
        whole = next(each for each in range(4) if f"partition {each}" not in parts)
        order = shop.place(whole)
        until(lambda: shop.is_breached(order), "a deadline of a whole partition fires")
        assert torn() == parts
    shop.wait_until_well()


def test_records_that_are_deleted_before_they_are_read_stop_their_partition_alone(
    shop: Shop,
) -> None:
    read = shop.place(1)
    until(lambda: shop.is_folded(read), "the first order is folded")
    with stopped(shop), admin(shop.settings.kafka) as kafka:
        unread = [shop.place(1) for _ in range(5)]
        kafka.delete_records({TopicPartition(SALES, 1): -1})
    shop.wait_for("held no offset", 1)
    order = shop.place(2)
    until(lambda: shop.is_breached(order), "a deadline of another partition fires")
    refused = shop.resume("--from", "stored", "--partition", "1")
    assert isinstance(refused.exception, CommandFailed)
    assert "cannot go on from the stored offset" in str(refused.exception)
    asked = shop.resume("--from", "earliest")
    assert "Go on like this?" in asked.stdout
    shop.wait_for("held no offset", 1)
    done = shop.resume("--from", "earliest", "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "not read and lost" in done.stdout
    shop.wait_until_well()
    following = shop.place(1)
    until(lambda: shop.is_folded(following), "the partition is read again")
    assert not shop.is_folded(unread[-1])


def test_a_topic_that_is_made_anew_stops_everything_until_somebody_has_decided(
    shop: Shop,
) -> None:
    orders = [shop.place(number) for number in range(4)]
    until(lambda: all(map(shop.is_folded, orders)), "each partition was read")
    shop.make_anew()
    first = shop.place(0)
    shop.wait_for("was deleted and made anew", 0, 1, 2, 3)
    assert not shop.is_folded(first)
    refused = shop.resume("--from", "stored", "--partition", "1")
    assert isinstance(refused.exception, CommandFailed)
    assert shop.resume("--from", "earliest", "--partition", "0", "--yes").exit_code == 0
    shop.wait_for("was deleted and made anew", 1, 2, 3)
    until(lambda: shop.is_breached(first), "the new topic is read from its start, and time passes")
    assert shop.resume("--from", "earliest", "--yes").exit_code == 0
    shop.wait_until_well()


def test_a_topic_that_gets_more_partitions_stops_everything_until_it_is_made_anew(
    shop: Shop,
) -> None:
    with admin(shop.settings.kafka) as kafka:
        kafka.create_partitions({SALES: 6})
    until(lambda: set(map(_says_six, shop.problems().values())) == {True}, "all stand still", 60)
    refused = shop.resume("--from", "earliest", "--yes")
    assert isinstance(refused.exception, CommandFailed)
    assert f"Topic {SALES} has 6 partitions" in str(refused.exception)
    shop.make_anew()
    shop.wait_for("was deleted and made anew", 0, 1, 2, 3)
    assert shop.resume("--from", "earliest", "--yes").exit_code == 0
    shop.wait_until_well()
    order = shop.place(3)
    until(lambda: shop.is_folded(order), "the new topic is read")


def _says_six(why: str) -> bool:
    return "has 6 partitions" in why
