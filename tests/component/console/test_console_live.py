"""The live stream: one reading for everybody, messages to go on from, nobody waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import pytest
from starlette.types import Message as Sent

from services.console import feed as feed_module
from services.console import live, watchers
from services.console.filters import Filters
from services.console.live import EventStream, changes
from tests.component.console.running import Running, listening, read, watching

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def open_page(running: Running) -> AsyncIterator[tuple[str, str]]:
    """The console's address, and the stream's path as the page names it."""
    await running.feed.refresh()
    page = read((await running.browser.get("/")).text)
    (connect,) = [e["hx-sse:connect"] for e in page.all("div") if "hx-sse:connect" in e]
    async with listening(running) as url:
        yield url, connect


async def test_a_change_arrives_as_a_message_for_htmx(running: Running) -> None:
    async with open_page(running) as (url, path), watching(url, path) as stream:
        running.company.promise("p")
        await running.feed.refresh()
        message = await stream.next()
        assert message.id == f"{running.feed.epoch}-{running.feed.latest.seq}"
        assert '<hx-partial hx-target="#rows" hx-swap="afterbegin"><tr id="p-' in message.data
        assert '<hx-partial hx-target="#facets" hx-swap="outerMorph">' in message.data
        assert "event:" not in message.data


async def test_whoever_reconnects_gets_what_was_missed(running: Running) -> None:
    async with open_page(running) as (url, path):
        async with watching(url, path) as stream:
            running.company.promise("a", subject="order/1")
            await running.feed.refresh()
            last = await stream.next()
        running.company.promise("b", subject="order/2", owed_by="finance")
        await running.feed.refresh()
        running.company.promise("c", subject="order/3", owed_by="support")
        await running.feed.refresh()
        async with watching(url, path, **{"Last-Event-ID": last.id}) as stream:
            missed = await stream.next()
    assert "order/2" in missed.data
    assert "order/3" in missed.data
    assert "order/1" not in missed.data
    assert missed.id == f"{running.feed.epoch}-{running.feed.latest.seq}"


@pytest.mark.parametrize("position", ["", "0f0f0f0f-1", "nonsense"])
async def test_an_unknown_position_gets_the_whole_list(running: Running, position: str) -> None:
    running.company.promise("a", subject="order/1")
    async with (
        open_page(running) as (url, _),
        watching(url, **{"Last-Event-ID": position}) as stream,
    ):
        whole = await stream.next()
    assert 'hx-target="#rows" hx-swap="innerMorph"><tr' in whole.data
    assert "order/1" in whole.data


async def test_a_position_older_than_the_log_gets_the_whole_list(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    await running.feed.refresh()
    old = f"{running.feed.epoch}-{running.feed.latest.seq}"
    for _ in range(feed_module.LOG_LIMIT):
        await running.feed.refresh()
    async with listening(running) as url, watching(url, **{"Last-Event-ID": old}) as stream:
        assert "innerMorph" in (await stream.next()).data


async def test_a_stream_shows_what_its_filters_say(running: Running) -> None:
    await running.feed.refresh()
    async with listening(running) as url:
        path = f"/live?owed_by=finance&after={running.feed.epoch}-1"
        async with watching(url, path) as stream:
            running.company.promise("o", subject="order/1")
            running.company.promise("f", subject="order/2", owed_by="finance")
            await running.feed.refresh()
            message = await stream.next()
    assert "order/2" in message.data
    assert "order/1" not in message.data


async def test_what_is_asked_of_the_tracker_does_not_grow_with_the_clients(
    running: Running,
) -> None:
    async with open_page(running) as (url, path), AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(watching(url, path)) for _ in range(30)]
        running.company.calls.clear()
        for number in range(3):
            running.company.promise(f"p{number}", subject=f"order/{number}")
            await running.feed.refresh()
            messages = [await stream.until(f"order/{number}") for stream in streams]
            assert len({message.data for message in messages}) == 1
        assert set(running.company.calls.values()) == {3}
        assert running.console.clients.count == 30


async def test_a_client_that_left_is_forgotten(running: Running) -> None:
    async with open_page(running) as (url, path):
        async with watching(url, path) as stream:
            running.company.promise("p")
            await running.feed.refresh()
            await stream.next()
            assert running.console.clients.count == 1
        async with asyncio.timeout(10):
            while running.console.clients.count:
                await asyncio.sleep(0)


async def test_more_clients_than_the_limit_are_refused(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers, "CLIENTS_LIMIT", 1)
    async with open_page(running) as (url, path), watching(url, path) as stream:
        running.company.promise("p")
        await running.feed.refresh()
        await stream.next()
        assert (await running.browser.get(path)).status_code == 503


async def test_a_client_that_does_not_read_is_dropped_and_the_others_go_on(
    running: Running,
) -> None:
    await running.feed.refresh()
    stuck = asyncio.Event()
    sent: list[Sent] = []

    async def send(message: Sent) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            await stuck.wait()

    async def receive() -> Sent:
        await stuck.wait()
        return {"type": "http.disconnect"}

    console = running.console
    messages = changes(console.feed, partial(console.renderer.message, Filters()), "")
    stream = EventStream(messages, console.clients, console.meters, send_timeout_s=0.05)
    async with asyncio.timeout(10):
        await stream({"type": "http"}, receive, send)
    assert console.clients.count == 0
    assert len(sent) == 2
    metrics = (await running.browser.get("/metrics")).text
    assert "handoff_console_clients_dropped_total 1.0" in metrics


async def test_a_slow_client_skips_to_what_is_newest(running: Running) -> None:
    await running.feed.refresh()
    console = running.console
    messages = changes(console.feed, partial(console.renderer.message, Filters()), "")
    await anext(messages)
    for number in range(5):
        running.company.promise(f"p{number}", subject=f"order/{number}")
        await running.feed.refresh()
    caught_up = await anext(messages)
    assert all(f"order/{number}" in caught_up for number in range(5))


async def test_a_quiet_stream_is_kept_alive(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "KEEP_ALIVE_S", 0.01)
    await running.feed.refresh()
    messages = changes(running.feed, partial(running.console.renderer.message, Filters()), "")
    await anext(messages)
    assert await anext(messages) == ": still here\n\n"


async def test_when_the_console_stops_every_stream_ends(running: Running) -> None:
    async with open_page(running) as (url, path), watching(url, path) as stream:
        await running.feed.close()
        with pytest.raises(StopAsyncIteration):
            await stream.next()
