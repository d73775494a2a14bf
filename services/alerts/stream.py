"""Faust reads the verdicts and hands each to a handler; nothing else is done here.

An event is acknowledged by hand after it was handled, in order: Faust's own way acknowledges what
failed or was cut off as well. Nothing is kept in Faust, and its producer sends nothing.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import faust
import structlog
from aiokafka.errors import KafkaError
from faust.auth import Credentials, SASLCredentials, SSLCredentials
from mode.supervisors import CrashingSupervisor

from services.alerts.lanes import Lanes
from services.alerts.settings import AlertsSettings
from services.shared.bus import Received
from services.shared.clock import SECOND
from services.shared.consuming import Handler
from services.shared.health import Health
from services.shared.kafka_access import MECHANISM, tls_context
from services.shared.settings import KafkaSettings
from services.shared.subjects import VERDICTS_TOPIC

GROUP = "handoff.alerts"
PART = "kafka"
SESSION_S = 10.0
HEARTBEAT_S = 2.0
REQUEST_S = 30.0
COMMIT_S = 1.0
METADATA_MS = 10_000
RECORDS_AT_ONCE = 500
START_S = 30.0
STOP_S = 5.0
UNREACHABLE_WAIT_S = 1.0
SAY_AGAIN_S = 30.0
SAID_LIMIT = 200


class StreamFailed(Exception):
    """Faust ended by itself: the process has to end, so that it is started again."""


class LogBridge(logging.Handler):
    """What Faust and its libraries log goes where everything goes, the same thing now and then.

    While a broker is away they would say so many times a second.
    """

    def __init__(
        self,
        log: structlog.typing.FilteringBoundLogger,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._wall = wall
        self._said: dict[tuple[str, str], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        what = (record.name, str(record.msg))
        now = self._wall()
        if now - self._said.get(what, -SAY_AGAIN_S) < SAY_AGAIN_S:
            return
        if len(self._said) == SAID_LIMIT:
            self._said.clear()
        self._said[what] = now
        self._log.log(record.levelno, record.getMessage(), logger=record.name)

    def install(self) -> None:
        for name in ("faust", "mode", "aiokafka"):
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [self], False


class VerdictStream:
    """Verdicts from Kafka to `handler`, those of a subject one at a time, until stopped."""

    def __init__(
        self,
        settings: AlertsSettings,
        handler: Handler,
        health: Health,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self._settings = settings
        self._handler = handler
        self._health = health
        self._log = log
        LogBridge(log).install()

    async def run(self, stop: asyncio.Event) -> None:
        """Raises StreamFailed where Faust ends before `stop`."""
        app = await self._start(stop)
        if app is None:
            return
        self._health.report(PART, None)
        try:
            await _first_of(stop.wait(), app.wait_until_stopped())
            if not stop.is_set():
                raise StreamFailed(f"Faust ended: {app.crash_reason!r}.") from app.crash_reason
        finally:
            await _stop(app)

    async def _start(self, stop: asyncio.Event) -> faust.App | None:
        """Tries again, with a new app each time, for as long as Kafka cannot be reached."""
        bootstrap = self._settings.kafka.bootstrap
        while not stop.is_set():
            app = build(self._settings, self._handler)
            try:
                await asyncio.wait_for(app.start(), START_S)
            except (KafkaError, TimeoutError) as error:
                problem = f"Cannot reach Kafka at {bootstrap}; still trying."
                self._health.report(PART, problem)
                self._log.warning(problem, error=type(error).__name__)
                await _stop(app)
                await _first_of(stop.wait(), asyncio.sleep(UNREACHABLE_WAIT_S))
            else:
                return app
        return None


def build(settings: AlertsSettings, handler: Handler) -> faust.App:
    """A Faust app with one agent; it connects when it is started."""
    app = faust.App(
        GROUP,
        id_format="{id}",
        broker=[f"kafka://{server.strip()}" for server in settings.kafka.bootstrap.split(",")],
        broker_client_id=f"handoff-alerts-{settings.alerts.instance}",
        consumer_group_instance_id=settings.alerts.instance,
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_request_timeout=REQUEST_S,
        broker_commit_interval=COMMIT_S,
        broker_max_poll_records=RECORDS_AT_ONCE,
        consumer_metadata_max_age_ms=METADATA_MS,
        broker_credentials=_credentials(settings.kafka),
        datadir=_folder(settings),
        store="memory://",
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        web_enabled=False,
        agent_supervisor=CrashingSupervisor,
        key_serializer="raw",
        value_serializer="raw",
    )
    topic = app.topic(VERDICTS_TOPIC, key_type=bytes, value_type=bytes)
    app.agent(topic, name="verdicts", concurrency=1)(_agent(handler))
    return app


def _credentials(kafka: KafkaSettings) -> Credentials | None:
    """The same access as that of our other clients, in Faust's words; None where all may come."""
    context = tls_context(kafka)
    if not kafka.username:
        return SSLCredentials(context) if context else None
    return SASLCredentials(
        username=kafka.username,
        password=kafka.password.get_secret_value(),
        ssl_context=context,
        mechanism=MECHANISM,
    )


def _agent(handler: Handler) -> Callable[[Any], Any]:
    async def hear_verdicts(stream: Any) -> None:  # noqa: ANN401 - Faust's types lack noack
        async with asyncio.TaskGroup() as tasks:
            lanes = Lanes(handler, tasks)
            async for event in stream.noack().events():
                await lanes.take(received(event.message), event.ack)

    return hear_verdicts


def received(message: Any) -> Received:  # noqa: ANN401 - Faust has no types
    """A record as the rest of the project knows it; an absent key, value or header is empty."""
    headers = message.headers or ()
    return Received(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key or b"",
        value=message.value or b"",
        headers=tuple((name, value or b"") for name, value in headers),
        arrived_at=round(message.timestamp * 1_000) * (SECOND // 1_000),
    )


def _folder(settings: AlertsSettings) -> Path:
    """Faust wants a folder, although nothing of ours is kept in it."""
    folder = settings.home / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def _stop(app: faust.App) -> None:
    """Also of an app that never started: it holds connections that have to be closed."""
    with suppress(KafkaError, TimeoutError):
        await asyncio.wait_for(app.stop(), STOP_S)


async def _first_of(*awaitables: Awaitable[object]) -> None:
    """Waits for one of them and drops the others."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
