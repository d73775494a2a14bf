"""The four departments as processes of their own, on whatever Kafka and mongod settings name."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
from handoff.v1 import finance_pb2_grpc, operations_pb2_grpc, sales_pb2_grpc, support_pb2_grpc

from services.local.ports import Ports
from services.shared.bus import Received
from services.shared.bus_kafka import KafkaSubscriber
from services.shared.codec import decode_envelope
from services.shared.rpc import sync_channel
from services.shared.settings import Settings
from services.shared.subjects import DEPARTMENTS, HEARTBEAT_KEY, topic_of
from tests import asking
from tests.polling import until

READY_DEADLINE_S = 60.0
HEARD_DEADLINE_S = 30.0
STOP_DEADLINE_S = 15.0
QUIET_S = 0.5


class Process:
    """`python -m services.<name>`, and a channel to it."""

    def __init__(self, name: str, settings: Settings, ports: Ports) -> None:
        self.grpc, self.http = ports.take(1), ports.take(1)
        self._environment = {
            **os.environ,
            "HANDOFF_KAFKA__BOOTSTRAP": settings.kafka.bootstrap,
            "HANDOFF_MONGO__URI": settings.mongo.uri,
            "HANDOFF_MONGO__DATABASE": settings.mongo.database,
            f"HANDOFF_ENDPOINTS__{name.upper()}__GRPC": str(self.grpc),
            f"HANDOFF_ENDPOINTS__{name.upper()}__HTTP": str(self.http),
        }
        self._name = name
        self.channel = sync_channel(f"127.0.0.1:{self.grpc}")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-P", "-m", f"services.{self._name}"]
        self._process = subprocess.Popen(command, env=self._environment)

    def problems(self) -> dict[str, str] | None:
        """What stands between it and its work; None while it does not answer."""
        try:
            answer = asking.get(f"http://127.0.0.1:{self.http}/readyz")
        except httpx.TransportError:
            return None
        problems: dict[str, str] = answer.json()["problems"]
        return problems

    def wait_until_ready(self) -> None:
        until(lambda: self.problems() == {}, f"{self._name} is ready", READY_DEADLINE_S)

    def tell_to_stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)

    def ended_with(self) -> int:
        assert self._process
        return self._process.wait(STOP_DEADLINE_S)

    def close(self) -> None:
        self.channel.close()
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Company:
    """All four, and what they said so far."""

    def __init__(self, processes: dict[str, Process], settings: Settings) -> None:
        self.sales = sales_pb2_grpc.SalesServiceStub(processes["sales"].channel)
        self.operations = operations_pb2_grpc.OperationsServiceStub(processes["operations"].channel)
        self.finance = finance_pb2_grpc.FinanceServiceStub(processes["finance"].channel)
        self.support = support_pb2_grpc.SupportServiceStub(processes["support"].channel)
        topics = [topic_of(name) for name in DEPARTMENTS]
        self._reader = KafkaSubscriber(settings.kafka, None, topics, from_start=True)
        self._said: list[Received] = []

    def said_about(self, subject: str, count: int) -> list[str]:
        """The types of the events of a subject, once there are `count`, and of any more."""
        return sorted(decode_envelope(each.value).type for each in self.records_of(subject, count))

    def records_of(self, subject: str, count: int) -> list[Received]:
        """Once there are `count`, and after a while in which more could come."""
        until(lambda: len(self._read(subject)) >= count, f"{count} events of {subject}")
        quiet_at = time.monotonic() + QUIET_S
        until(lambda: self._read(subject) and time.monotonic() > quiet_at, "nothing more is said")
        return self._read(subject)

    def _read(self, subject: str) -> list[Received]:
        self._said += [each for each in self._reader.poll(0.1) if each.key != HEARTBEAT_KEY]
        return [record for record in self._said if record.key == subject.encode()]

    def close(self) -> None:
        self._reader.close()


@contextmanager
def a_company(settings: Settings) -> Iterator[Company]:
    """All four departments, ready; each ends cleanly when it is told to."""
    with ExitStack() as closing:
        ports = Ports(prefer_usual=False)
        closing.callback(ports.release)
        processes = {name: Process(name, settings, ports) for name in DEPARTMENTS}
        for process in processes.values():
            closing.callback(process.close)
            process.start()
        for process in processes.values():
            process.wait_until_ready()
        company = Company(processes, settings)
        closing.callback(company.close)
        yield company
        for process in processes.values():
            process.tell_to_stop()
        assert {name: each.ended_with() for name, each in processes.items()} == dict.fromkeys(
            DEPARTMENTS, 0
        )
