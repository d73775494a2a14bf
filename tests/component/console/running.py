"""A console, whole, in the test's own loop: real pages, gRPC to the fakes, a wall clock by hand."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from services.console.alerts_client import AlertsClient
from services.console.app import Server, build
from services.console.clients import TrackerClient
from services.console.console import Console
from services.console.facets import Viewer
from services.console.feed import Feed
from services.console.meters import Meters
from services.console.rendering import Renderer
from services.console.settings import ConsoleSettings
from services.console.trials import Trials
from services.local.health import NO_AUTHORITY
from services.shared import rpc, telemetry
from services.shared.clock import SECOND, Instant
from services.shared.health import Health
from tests.component.console.company import Company
from tests.component.console.fakes import Servers, serving
from tests.spans import MemorySpans

ANNA = ConsoleSettings(actor="anna")


class HandClock:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.instant: Instant = 0

    def now(self) -> Instant:
        return self.instant

    def advance(self, seconds: float) -> None:
        self.instant += int(seconds * SECOND)


@dataclass
class Running:
    """One console and all that a test needs to disturb it."""

    company: Company
    servers: Servers
    console: Console
    spans: MemorySpans
    wall: HandClock
    browser: httpx.AsyncClient

    @property
    def feed(self) -> Feed:
        return self.console.feed


@asynccontextmanager
async def a_console(company: Company, settings: ConsoleSettings = ANNA) -> AsyncIterator[Running]:
    """The feed has not read anything yet: a test calls `feed.refresh`, or runs it."""
    watch = telemetry.start("console", settings)
    health, wall, spans = Health("tracker", "alerts"), HandClock(), MemorySpans()
    meters = Meters.register(watch.registry)
    async with (
        serving(company) as servers,
        rpc.channel(servers.tracker) as to_tracker,
        rpc.channel(servers.alerts) as to_alerts,
    ):
        ledger = TrackerClient(to_tracker, servers.tracker, clock=None)
        desk = AlertsClient(to_alerts, servers.alerts)
        feed = Feed(ledger, desk, wall, meters, health, watch.log)
        renderer = Renderer(Viewer(settings.actor, settings.department))
        trials = Trials(lambda name, days: trying(company, name, days))
        console = Console(
            settings,
            ledger,
            desk,
            feed,
            renderer,
            meters,
            watch,
            health,
            spans,
            company,
            trials=trials,
        )
        transport = httpx.ASGITransport(build(console), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
            yield Running(company, servers, console, spans, wall, browser)
        await trials.close()
    watch.shutdown()


def trying(company: Company, name: str, days: int) -> tuple[str, ...]:
    """In place of `handoff agreements try`: the program that a test gives."""
    return sys.executable, "-Sc", company.trying, name, str(days)


@asynccontextmanager
async def listening(running: Running) -> AsyncIterator[str]:
    """The same console behind uvicorn, for what streams; gives its address."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = Server(build(running.console), running.feed)
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.stop()
            await serving


@dataclass
class Message:
    """One server-sent event as a browser reads it."""

    id: str
    data: str


class Stream:
    """Reads a live stream message by message."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> Message:
        """The next event with data; raises StopAsyncIteration at the end."""
        async with asyncio.timeout(10):
            return await self._read()

    async def until(self, part: str) -> Message:
        """The first event that holds `part`."""
        while part not in (message := await self.next()).data:
            pass
        return message

    async def _read(self) -> Message:
        id, data = "", []
        while True:
            line = await anext(self._lines)
            if line.startswith("id: "):
                id = line[4:]
            elif line.startswith("data: "):
                data.append(line[6:])
            elif not line and data:
                return Message(id, "\n".join(data))


@asynccontextmanager
async def watching(url: str, path: str = "/live", **headers: str) -> AsyncIterator[Stream]:
    async with (
        httpx.AsyncClient(base_url=url, verify=NO_AUTHORITY) as client,
        client.stream("GET", path, headers=headers) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "content-security-policy" in response.headers
        yield Stream(response)


@dataclass
class Markup(HTMLParser):
    """The elements of a page: each tag with its attributes, and its text."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def value(self, name: str) -> str:
        """Of the first form field of that name."""
        return next(each["value"] for each in self.all("input") if each.get("name") == name)


def read(html: str) -> Markup:
    markup = Markup()
    markup.feed(html)
    return markup
