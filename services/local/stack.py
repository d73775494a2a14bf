"""A Kafka and a mongod of one's own, with the project's topics, for as long as a `with` lasts.

`handoff up`, the demo and the tests all run on this. A server whose address the settings give is
used as it is, and not started.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from services.local import state
from services.local.errors import NoRoom, NotPossibleHere
from services.local.jars import kafka_jars
from services.local.kafka import Kafka
from services.local.mongo import Mongo
from services.local.output import OURSELVES, Output, silent
from services.local.ports import Ports
from services.local.processes import boot_id, end, identify
from services.local.programs import (
    COLLECTOR,
    SERVICES,
    endpoint_variables,
    place,
    service_programs,
    traces_to,
)
from services.local.quick_start import prepare_quick_start
from services.local.servers import Server, wait_until_ready
from services.local.supervisor import Supervisor
from services.local.topics import create_topics
from services.shared.settings import KafkaSettings, MongoSettings, Settings

ROOM_NEEDED = 1_000_000_000
GIGABYTE = 1_000_000_000
ORPHAN_DEADLINE_S = 10.0


class LocalStack:
    """Starts on entry, and on exit leaves nothing running; raises LocalError with the remedy.

    `settings` afterwards hold the servers' addresses, `environment` the same for other processes,
    `download_s` how long downloads took. What services say goes to `output`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        cache: Path | None = None,
        output: Output = silent,
        prefer_usual_ports: bool = True,
    ) -> None:
        self.settings = settings
        self.home = settings.home.absolute()
        self.download_s = 0.0
        self.environment = {"HANDOFF_HOME": str(self.home)}
        self._cache = (cache or self.home / "cache").absolute()
        self._output = output
        self._ports = Ports(prefer_usual=prefer_usual_ports)
        self._placed = False
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """1. own the home  2. end what a killed stack left  3. servers  4. topics"""
        _check_system()
        self.home.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opening:
            opening.enter_context(state.HomeLock(self.home))
            self._end_survivors()
            opening.callback(self._ports.release)
            self.supervisor = Supervisor(self._output, self._write_state)
            opening.callback(state.remove, self.home)
            opening.callback(self.supervisor.stop)
            self._start_servers()
            create_topics(self.settings)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def start_services(
        self, names: Iterable[str] = SERVICES, environment: Mapping[str, str] | None = None
    ) -> None:
        """Starts services, in order, with `environment` beside what the stack tells them.

        Their traces go to the console, unless they go elsewhere already.
        """
        names = tuple(names)
        if not self._placed:
            endpoints = place(self.settings.endpoints, self._ports)
            self.settings = self.settings.model_copy(update={"endpoints": endpoints})
            self.environment |= endpoint_variables(endpoints)
            if COLLECTOR not in os.environ and "console" in names:
                self.environment |= traces_to(endpoints)
            self._placed = True
        for program in service_programs(names, self.environment | dict(environment or {})):
            self.supervisor.start(program)

    def _start_servers(self) -> None:
        servers: list[Server] = []
        _check_room(self.home)
        if "bootstrap" not in self.settings.kafka.model_fields_set:
            servers.append(self._own_kafka())
        if "uri" not in self.settings.mongo.model_fields_set:
            servers.append(self._own_mongo())
        self.environment |= {
            "HANDOFF_KAFKA__BOOTSTRAP": self.settings.kafka.bootstrap,
            "HANDOFF_MONGO__URI": self.settings.mongo.uri,
            "HANDOFF_MONGO__DATABASE": self.settings.mongo.database,
        }
        for server in servers:
            server.prepare()
            self.supervisor.start(server.program())
        for server in servers:
            wait_until_ready(server, self.supervisor)
        self._output(
            OURSELVES,
            f"Kafka is on {self.settings.kafka.bootstrap}, Mongo on {self.settings.mongo.shown};"
            f" data and logs are in {self.home}.",
        )

    def _own_kafka(self) -> Kafka:
        jars = kafka_jars(self._cache)
        if not jars.startup.exists():
            self._output(OURSELVES, "Kafka is prepared for quick starts: ten seconds, once.")
            prepare_quick_start(jars)
        self.download_s = jars.download_s
        kafka = Kafka(self.home, jars, self._ports)
        self._settings_with("kafka", KafkaSettings(bootstrap=kafka.address))
        return kafka

    def _own_mongo(self) -> Mongo:
        mongo = Mongo(self.home, self._ports)
        database = self.settings.mongo.database
        self._settings_with("mongo", MongoSettings(uri=mongo.uri, database=database))
        return mongo

    def _settings_with(self, name: str, value: KafkaSettings | MongoSettings) -> None:
        self.settings = self.settings.model_copy(update={name: value})

    def _end_survivors(self) -> None:
        left = state.survivors(self.home)
        if left:
            self._output(OURSELVES, f"An earlier run was killed and left {', '.join(left)}; ended.")
        end(tuple(left.values()), ORPHAN_DEADLINE_S)

    def _write_state(self) -> None:
        """Called by the supervisor whenever a process is new, always in the same thread."""
        ourselves = identify(os.getpid())
        assert ourselves is not None
        processes = self.supervisor.processes()
        state.write(
            self.home, state.RunState(boot_id(), ourselves, processes, dict(self.environment))
        )


def _check_system() -> None:
    if sys.platform != "linux":
        raise NotPossibleHere(
            f"The local stack runs on Linux, and this is {sys.platform}. Start each service with"
            " `python -m services.<name>`, with HANDOFF_KAFKA__BOOTSTRAP and HANDOFF_MONGO__URI set"
            " to servers elsewhere."
        )


def _check_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < ROOM_NEEDED:
        raise NoRoom(
            f"{folder} has {free / GIGABYTE:.1f} GB free, and the stack needs"
            f" {ROOM_NEEDED / GIGABYTE:.0f}. Make room, or set HANDOFF_HOME to a folder with more."
        )
