"""Real orders in a real stack: archived, lost, made again, and nobody hears of it."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from handoff.v1 import tracker_pb2_grpc
from pymongo import MongoClient

from services.cli.through_kafka import replayed, tracker_environment, wait_until_folded
from services.local.stack import LocalStack
from services.shared import rpc
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.clock import Instant
from services.shared.subjects import VERDICTS_TOPIC
from services.simulator.driver import beats, drive
from services.simulator.importers.history import History
from services.tracker.agreement_files import load_folder, shipped
from services.tracker.archive.age import LEAST_DAYS
from services.tracker.core.parking import DAY
from tests.conftest import NewStack
from tests.olist import UNTIL, Row, first_orders, history_of, needs_olist, told, truth_of
from tests.polling import until

ORDERS = 120
LATER: Instant = UNTIL + (LEAST_DAYS + 2) * DAY
DERIVED = ("tracker.subjects", "tracker.promises", "tracker.segments")

pytestmark = needs_olist


class Work:
    """A tracker that has folded a small history, in a stack of its own."""

    def __init__(self, stack: LocalStack, history: History) -> None:
        self.stack, self.history = stack, history
        own = tracker_environment(stack.settings, load_folder(shipped("olist")))
        stack.start_services(["tracker"], own | {"HANDOFF_CLOCK": "heartbeats"})
        with closing(KafkaPublisher(stack.settings.kafka, "test")) as publisher:
            drive(history, UNTIL, publisher, stack.settings)
            self._wait(UNTIL)
            publisher.publish([*beats(stack.settings, LATER)])
        self._wait(LATER)

    def _wait(self, moment: Instant) -> None:
        with self.tracker() as tracker:
            wait_until_folded(tracker, self.stack.settings, moment)

    def tracker(self) -> "Asked":
        return Asked(self.stack.settings.endpoints.tracker.grpc_address)

    @property
    def pid(self) -> int:
        return self.stack.supervisor.processes()["tracker"].pid

    def handoff(self, *arguments: str) -> str:
        return handoff(self.stack, *arguments)

    def rows(self) -> set[Row]:
        with self.tracker() as tracker:
            return told(replayed(tracker, self.history, UNTIL).rows)

    def epochs(self) -> int:
        with self.client() as client:
            rows = client[self.stack.settings.mongo.database]["tracker.partitions"].find()
            return sum(row["epoch"] for row in rows)

    def verdicts(self) -> int:
        with closing(
            KafkaSubscriber(self.stack.settings.kafka, None, [VERDICTS_TOPIC])
        ) as subscriber:
            return len(list(subscriber.read_to_end()))

    def documents(self, name: str) -> int:
        with self.client() as client:
            return client[self.stack.settings.mongo.database][name].count_documents({})

    def lose(self) -> None:
        with self.client() as client:
            for name in DERIVED:
                client[self.stack.settings.mongo.database][name].delete_many({})

    def client(self) -> "MongoClient[dict[str, Any]]":
        return MongoClient(self.stack.settings.mongo.uri)


class Asked:
    """A channel to the tracker while it is needed."""

    def __init__(self, address: str) -> None:
        self._channel = rpc.sync_channel(address)

    def __enter__(self) -> tracker_pb2_grpc.TrackerServiceStub:
        return tracker_pb2_grpc.TrackerServiceStub(self._channel)

    def __exit__(self, *_: object) -> None:
        self._channel.close()


def handoff(stack: LocalStack, *arguments: str) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("handoff")), "tracker", *arguments],
        env={**os.environ, **stack.environment, "HANDOFF_CLOCK": "heartbeats"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def work(new_stack: NewStack, tmp_path: Path) -> Work:
    return Work(new_stack(), history_of(first_orders(ORDERS), tmp_path))


def test_what_was_archived_and_lost_is_made_again_and_nobody_hears_of_it(
    work: Work, tmp_path: Path
) -> None:
    truth, archive = truth_of(first_orders(ORDERS)), str(tmp_path / "archive")
    assert work.rows() == truth
    until(lambda: not work.documents("tracker.outbox"), "all verdicts are published")
    verdicts, subjects = work.verdicts(), work.documents("tracker.subjects")
    assert verdicts

    said = work.handoff("archive", "--to", archive)
    kept = work.documents("tracker.subjects")
    assert f"{subjects - kept} subjects were moved" in said
    assert 0 < kept < subjects

    with pytest.raises(AssertionError, match="A tracker is running: tracker-1"):
        work.handoff("rebuild", "--archive", archive)

    stopped, before = work.pid, work.epochs()
    os.kill(stopped, signal.SIGSTOP)
    try:
        work.lose()
        said = work.handoff("rebuild", "--archive", archive)
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert f"{subjects - kept} subjects came back" in said

    partitions = work.stack.settings.partitions
    until(lambda: work.epochs() >= before + 2 * partitions, "it follows all partitions", 60)
    assert work.rows() == truth
    assert (work.documents("tracker.outbox"), work.verdicts()) == (0, verdicts)
