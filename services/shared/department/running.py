"""A department service from start to stop: what it stands on, its threads, and how it ends.

It starts without Mongo or Kafka, says which it cannot reach, and is not ready until it can.
"""

import asyncio
import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from services.shared import consuming, health, rpc, telemetry
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.clock import Clock, WallClock
from services.shared.department.hearing import Hear, Heard, listener, only, topics_of
from services.shared.errors import SettingsError
from services.shared.health import Health
from services.shared.mongo import Row, TransactionTooLong, connect, wait_until_reachable
from services.shared.outbox import Outbox
from services.shared.relay import PART as RELAY
from services.shared.relay import Relay
from services.shared.settings import Endpoint, Settings, load
from services.shared.telemetry import Telemetry

GRACE_S = 2.0
JOIN_S = 20.0
TROUBLE_WAIT_S = 1.0
TRANSIENT = (PyMongoError, TransactionTooLong)
MONGO = "mongo"
Work = Callable[[threading.Event], None]
S = TypeVar("S", bound=Settings)


@dataclass
class Service(Generic[S]):
    """What a department stands on until it is told to stop."""

    name: str
    settings: S
    telemetry: Telemetry
    health: Health
    mongo: "MongoClient[Row]"
    closing: ExitStack
    stop: threading.Event = field(default_factory=threading.Event)
    broken: BaseException | None = None

    @property
    def clock(self) -> Clock | None:
        """For commands that do not say when they happen; none where time is simulated."""
        return WallClock() if self.settings.clock == "wall" else None

    def relay(self, outbox: Outbox, source: str) -> Relay:
        self.health.report(RELAY, "has not published yet")
        publisher = self._publisher(source)
        return Relay(
            outbox=outbox,
            publisher=publisher,
            settings=self.settings,
            party=self.name,
            source=source,
            clock=WallClock(),
            telemetry=self.telemetry,
            health=self.health,
        )

    def consumer(self, hear: Hear, heard: Heard) -> Work:
        """Reads the topics of `heard`; `hear` must be safe to run twice on the same record."""
        self.health.report(consuming.PART, "has not read yet")
        name = f"{self.name}.hear"
        letters = self._publisher(name)
        careful = consuming.dead_lettered(
            listener(hear, heard), letters, WallClock(), name, TRANSIENT
        )
        patient = consuming.retried(careful, TRANSIENT, self.stop, self.health)
        handler = only(heard, consuming.traced(patient, self.telemetry))
        kafka, topics = self.settings.kafka, topics_of(heard)
        subscriber = KafkaSubscriber(kafka, f"handoff.{self.name}", topics, from_start=True)
        self.closing.callback(subscriber.close)
        return lambda stop: consuming.run(subscriber, handler, stop, self.health)

    def run(
        self,
        commands: Mapping[str, rpc.Register],
        endpoint: Endpoint,
        prepare: Callable[[], None],
        *works: Work,
    ) -> None:
        """Serves until SIGTERM or SIGINT; `works` begin once Mongo is there and prepared."""
        self._answer_probes(endpoint.http)
        # Modules and tables stay for good: looking through them would hold up a command now and
        # then for tens of milliseconds.
        gc.freeze()
        asyncio.run(self._serve(commands, endpoint, prepare, works))
        if self.broken:
            raise self.broken

    def _answer_probes(self, port: int) -> None:
        listen, registry = self.settings.listen, self.telemetry.registry
        try:
            server = health.serve(self.health, registry, listen, port)
        except OSError as error:
            raise OSError(
                f"Cannot listen on {listen}:{port} for health and metrics: {error.strerror}."
                f" Set HANDOFF_ENDPOINTS__{self.name.upper()}__HTTP to a free port."
            ) from error
        self.closing.callback(server.stop)

    async def _serve(
        self,
        commands: Mapping[str, rpc.Register],
        endpoint: Endpoint,
        prepare: Callable[[], None],
        works: tuple[Work, ...],
    ) -> None:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, told.set)
        server = await rpc.serve(commands, self.settings, endpoint, self.telemetry, self.health)
        self.telemetry.log.info("started", grpc=endpoint.grpc, http=endpoint.http)
        give_up = partial(loop.call_soon_threadsafe, told.set)
        first = self._thread("work", partial(self._prepared, prepare, works, give_up), give_up)
        await told.wait()
        await server.stop(GRACE_S)
        self.stop.set()
        await asyncio.to_thread(first.join, JOIN_S)
        self.telemetry.log.info("stopped")

    def _prepared(
        self,
        prepare: Callable[[], None],
        works: tuple[Work, ...],
        give_up: Callable[[], object],
    ) -> None:
        while wait_until_reachable(self.mongo, self.health, self.telemetry.log, self.stop):
            try:
                prepare()
            except PyMongoError as error:
                self.health.report(MONGO, str(error))
                self.stop.wait(TROUBLE_WAIT_S)
                continue
            threads = [
                self._thread(f"work-{n}", partial(work, self.stop), give_up)
                for n, work in enumerate(works)
            ]
            for thread in threads:
                thread.join()
            return

    def _thread(
        self, name: str, work: Callable[[], None], give_up: Callable[[], object]
    ) -> threading.Thread:
        """A thread whose unexpected end ends the service: half a service looks like a whole one."""

        def guarded() -> None:
            try:
                work()
            except Exception as error:
                self.telemetry.log.exception("thread failed", thread=name)
                self.broken = error
                give_up()

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        thread.start()
        return thread

    def _publisher(self, client_id: str) -> KafkaPublisher:
        publisher = KafkaPublisher(self.settings.kafka, client_id)
        self.closing.callback(publisher.close)
        return publisher


@contextmanager
def started(name: str, of: type[S]) -> Iterator[Service[S]]:
    """A service with its settings, telemetry, health and Mongo client; all closed at the end.

    A wrong setting or a taken port ends the process with that one sentence.
    """
    with ExitStack() as closing:
        try:
            settings = load(of)
            observed = telemetry.start(name, settings)
            closing.callback(observed.shutdown)
            client = connect(settings.mongo)
            closing.callback(client.close)
            yield Service(name, settings, observed, Health(MONGO), client, closing)
        except (SettingsError, OSError) as error:
            sys.exit(f"{name}: {error}")
