"""Wires the console and runs it: settings, telemetry, clients, feed, pages, server."""

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from services.console import (
    actions,
    agreement_pages,
    audit_pages,
    board_pages,
    cases,
    duty_pages,
    ops,
    pages,
    problems,
    silence_pages,
    system_pages,
    trial_pages,
)
from services.console.alerts_client import AlertsClient
from services.console.assets import STATIC
from services.console.clients import TrackerClient
from services.console.console import Console
from services.console.facets import Viewer
from services.console.feed import Feed
from services.console.guard import Guard
from services.console.letters import KafkaLetterBox
from services.console.meters import Meters
from services.console.rendering import Renderer
from services.console.settings import LOOPBACK_HOSTS, ConsoleSettings
from services.console.traces.collecting import collecting
from services.console.traces.store import MongoSpans
from services.console.wakeups import listen
from services.shared import rpc, telemetry
from services.shared.bus import Subscriber
from services.shared.bus_kafka import KafkaSubscriber
from services.shared.clock import WallClock
from services.shared.errors import SettingsError
from services.shared.health import Health
from services.shared.mongo import connect
from services.shared.settings import load
from services.shared.subjects import VERDICTS_TOPIC

STOP_TIMEOUT_S = 5
EARS_TIMEOUT_S = 1.5
"""A listener that is still connecting to Kafka is left behind: it holds nothing."""


def main() -> None:
    """Runs until Ctrl-C or SIGTERM."""
    try:
        settings = load(ConsoleSettings)
    except SettingsError as error:
        sys.exit(str(error))
    asyncio.run(serve(settings))


async def serve(settings: ConsoleSettings) -> None:
    watch = telemetry.start("console", settings)
    health = Health("tracker", "alerts")
    meters = Meters.register(watch.registry)
    tracker, alerts = (
        settings.endpoints.tracker.grpc_address,
        settings.endpoints.alerts.grpc_address,
    )
    client = connect(settings.mongo)
    spans = MongoSpans(client, settings.mongo.database)
    collector = f"{settings.listen}:{settings.endpoints.console.grpc}"
    async with (
        rpc.channel(tracker) as to_tracker,
        rpc.channel(alerts) as to_alerts,
        collecting(spans, collector, watch.log),
    ):
        clock = WallClock() if settings.clock == "wall" else None
        ledger = TrackerClient(to_tracker, tracker, clock)
        desk = AlertsClient(to_alerts, alerts)
        feed = Feed(ledger, desk, WallClock(), meters, health, watch.log)
        renderer = Renderer(Viewer(settings.actor, settings.department))
        letters = KafkaLetterBox(settings.kafka)
        console = Console(
            settings, ledger, desk, feed, renderer, meters, watch, health, spans, letters
        )
        await run(console, KafkaSubscriber(settings.kafka, None, (VERDICTS_TOPIC,), False))
    watch.shutdown()
    client.close()


def build(console: Console) -> ASGIApp:
    """The application: no interactive documentation, because that comes from a CDN."""
    app = FastAPI(title="handoff console", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(directory=STATIC))
    parts = (ops, cases, pages, board_pages, duty_pages, silence_pages, system_pages, audit_pages)
    for part in (*parts, trial_pages, agreement_pages, actions):
        app.include_router(part.routes(console))
    problems.install(app, console)
    return Guard(app, (*LOOPBACK_HOSTS, *console.settings.hosts))


async def run(console: Console, verdicts: Subscriber) -> None:
    """Answers until a signal, with the feed and its listener beside the server."""
    loop = asyncio.get_running_loop()
    listening = bind(console.settings)
    server = Server(build(console), console.feed)
    stop = threading.Event()
    ears = threading.Thread(
        target=listen,
        args=(verdicts, _threadsafe(loop, console.feed.wake), stop, console.telemetry.log),
        name="verdicts",
        daemon=True,
    )
    ears.start()
    reading = asyncio.create_task(console.feed.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    console.telemetry.log.info("started", url=_url(listening))
    try:
        await server.serve(sockets=[listening])
    finally:
        stop.set()
        await console.trials.close()
        await console.feed.close()
        await reading
        await asyncio.to_thread(ears.join, EARS_TIMEOUT_S)
    console.telemetry.log.info("stopped")


class Server(uvicorn.Server):
    """uvicorn, stopped by us: its own handling of signals would wait for the live pages first."""

    def __init__(self, app: ASGIApp, feed: Feed) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=STOP_TIMEOUT_S,
        )
        super().__init__(config)
        self._feed = feed
        self._closing: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Lets the live pages go, then ends."""
        self.should_exit = True
        self._closing = asyncio.ensure_future(self._feed.close())

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(settings: ConsoleSettings) -> socket.socket:
    """The listening socket; ends the start with a sentence where the address cannot be had."""
    host, port = settings.listen.strip("[]"), settings.endpoints.console.http
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        sys.exit(
            f"The console cannot listen on {host}:{port}: {error.strerror}. Stop what uses the"
            " port, or set HANDOFF_ENDPOINTS__CONSOLE__HTTP to a free one."
        )
    return listening


def _threadsafe(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> Callable[[], None]:
    def from_thread() -> None:
        with suppress(RuntimeError):  # the loop has ended, nobody is left to wake
            loop.call_soon_threadsafe(wake)

    return from_thread


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
