"""Real orders through real Kafka, tracker and Mongo, with a tracker that is killed or replaced."""

import dataclasses
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import grpc
import pytest
from handoff.v1 import tracker_pb2, tracker_pb2_grpc

from services.cli.through_kafka import replayed, tracker_environment, wait_until_folded
from services.local.ports import Ports
from services.local.programs import service_programs
from services.local.stack import LocalStack
from services.shared import rpc
from services.shared.bus_kafka import KafkaPublisher
from services.simulator.driver import drive
from services.simulator.importers.history import History
from services.tracker.agreement_files import load_folder, shipped
from tests.conftest import NewStack
from tests.olist import UNTIL, Row, first_orders, history_of, needs_olist, told, truth_of
from tests.polling import until

ORDERS = 1_200
"""More events than the tracker folds at once, and each agreement kept, kept late and broken."""
SESSION_S = "6"
"""The shortest session that a broker allows by default."""

pytestmark = needs_olist


@dataclass(frozen=True)
class Data:
    """The first orders of the data set and the truth about them."""

    history: History
    truth: set[Row]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    orders = first_orders(ORDERS)
    return Data(history_of(orders, tmp_path_factory.mktemp("olist")), truth_of(orders))


class Replay:
    """One replay on a stack of its own, which a test may disturb on the way."""

    def __init__(self, stack: LocalStack, data: Data) -> None:
        self.stack, self.data = stack, data
        self.environment = {
            **tracker_environment(stack.settings, load_folder(shipped("olist"))),
            "HANDOFF_CLOCK": "heartbeats",
            "HANDOFF_TRACKER__SESSION_S": SESSION_S,
        }
        stack.start_services(["tracker"], self.environment)
        endpoint = stack.settings.endpoints.tracker
        self.address = endpoint.grpc_address

    @contextmanager
    def playing(self) -> Iterator[None]:
        """The events go out meanwhile."""
        with closing(KafkaPublisher(self.stack.settings.kafka, "test")) as publisher:
            settings = self.stack.settings
            work = threading.Thread(
                target=drive, args=(self.data.history, UNTIL, publisher, settings)
            )
            work.start()
            yield
            work.join()

    @property
    def pid(self) -> int:
        return self.stack.supervisor.processes()["tracker"].pid

    def rows(self) -> set[Row]:
        """Every promise, once all is folded."""
        with self._tracker() as tracker:
            wait_until_folded(tracker, self.stack.settings, UNTIL)
            return told(replayed(tracker, self.data.history, UNTIL).rows)

    def events(self) -> int:
        """How many records are folded and committed."""
        return sum(sum(partition.positions.values()) for partition in self.progress().partitions)

    def wait_for(self, share: float) -> None:
        """Until this share of the events is folded."""
        wanted = share * len(self.data.history)
        until(lambda: self.events() > wanted, f"{share:.0%} of the events are folded", 120)

    def epochs(self) -> set[tuple[int, int]]:
        """Of each partition how often it was taken over."""
        return {(each.partition, each.epoch) for each in self.progress().partitions}

    def fenced(self) -> int:
        return sum(partition.fenced for partition in self.progress().partitions)

    def progress(self) -> tracker_pb2.GetProgressResponse:
        with self._tracker() as tracker:
            try:
                return tracker.GetProgress(tracker_pb2.GetProgressRequest())
            except grpc.RpcError:
                return tracker_pb2.GetProgressResponse()

    @contextmanager
    def _tracker(self) -> Iterator[tracker_pb2_grpc.TrackerServiceStub]:
        with rpc.sync_channel(self.address) as channel:
            yield tracker_pb2_grpc.TrackerServiceStub(channel)


@pytest.fixture
def replay(new_stack: NewStack, data: Data) -> Replay:
    return Replay(new_stack(), data)


def test_a_tracker_that_is_killed_twice_on_the_way_agrees_all_the_same(replay: Replay) -> None:
    with replay.playing():
        for share in (0.2, 0.5):
            replay.wait_for(share)
            os.kill(replay.pid, signal.SIGKILL)
    assert replay.rows() == replay.data.truth
    assert replay.stack.supervisor.restarts("tracker") == 2


def test_a_tracker_that_was_stopped_and_replaced_writes_nothing_more(replay: Replay) -> None:
    stopped = replay.pid
    with replay.playing():
        replay.wait_for(0.2)
        before = replay.epochs()
        os.kill(stopped, signal.SIGSTOP)
        _replace(replay)
        until(lambda: len(replay.epochs() - before) == len(before), "every partition is taken over")
        os.kill(stopped, signal.SIGCONT)
    until(lambda: replay.fenced() > 0, "the late commit is refused and counted", 60)
    assert replay.rows() == replay.data.truth


def _replace(replay: Replay) -> None:
    """A second tracker under another name, which gets all partitions when the session is over."""
    ports = Ports(prefer_usual=False)
    grpc_port, http_port = ports.take(7105), ports.take(7205)
    environment = {
        **replay.stack.environment,
        **replay.environment,
        "HANDOFF_TRACKER__INSTANCE": "tracker-2",
        "HANDOFF_ENDPOINTS__TRACKER__GRPC": str(grpc_port),
        "HANDOFF_ENDPOINTS__TRACKER__HTTP": str(http_port),
    }
    (program,) = service_programs(["tracker"], environment)
    replay.stack.supervisor.start(dataclasses.replace(program, name="tracker-2"))
    ports.release()
    replay.address = f"127.0.0.1:{grpc_port}"
