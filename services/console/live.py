"""The live page's server-sent events: one unnamed message a change, with an id to go on from.

htmx swaps unnamed messages only; a browser that reconnects sends the last id in Last-Event-ID. A
client that does not read for SEND_TIMEOUT_S is dropped: it comes back by itself when it can.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.console.console import Console
from services.console.desk import Refusal, Snapshot
from services.console.feed import Feed
from services.console.meters import Meters
from services.console.watchers import CLIENTS_LIMIT, Clients

KEEP_ALIVE_S = 15.0
SEND_TIMEOUT_S = 20.0
MESSAGES_KEPT = 32
"""Most who watch are sent the same one."""
Difference = Callable[[Snapshot | None, Snapshot], str]
"""What a page at the first snapshot needs to be at the second; all of it for one at neither."""


class EventStream(Response):
    """Sends the messages of one client until it leaves, stalls, or the feed closes."""

    media_type = "text/event-stream"

    def __init__(
        self,
        chunks: AsyncIterator[str],
        clients: Clients,
        meters: Meters,
        send_timeout_s: float = SEND_TIMEOUT_S,
    ) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._chunks, self._clients, self._meters = chunks, clients, meters
        self._send_timeout_s = send_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send_all(send))
        leaving = asyncio.create_task(_left(receive))
        self._clients.count += 1
        self._meters.clients.set(self._clients.count)
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._clients.count -= 1
            self._meters.clients.set(self._clients.count)
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            async for chunk in self._chunks:
                async with asyncio.timeout(self._send_timeout_s):
                    await send(_body(chunk, more=True))
                self._meters.messages.inc()
        except TimeoutError:
            self._meters.dropped.inc()
            return
        await send(_body("", more=False))


def stream(console: Console, request: Request, difference: Difference) -> EventStream:
    """What a browser at its last position is sent; raises Refusal where too many are open."""
    if console.clients.full:
        raise Refusal(503, f"{CLIENTS_LIMIT} live pages are open already; close one and reload.")
    position = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return EventStream(changes(console.feed, difference, position), console.clients, console.meters)


async def changes(feed: Feed, difference: Difference, position: str) -> AsyncIterator[str]:
    """Each change from `position` on, coalesced to what is newest when the client is ready."""
    seq = seq_of(position, feed.epoch)
    shown = None if seq is None else feed.at(seq)
    if shown is None:
        shown = feed.latest
        yield message(f"{feed.epoch}-{shown.seq}", difference(None, shown))
    while not feed.closed:
        newest = await feed.after(shown.seq, KEEP_ALIVE_S)
        if newest is None:
            yield ": still here\n\n"
            continue
        html = difference(feed.at(shown.seq), newest)
        shown = newest
        if html:
            yield message(f"{feed.epoch}-{shown.seq}", html)


def seq_of(position: str, epoch: str) -> int | None:
    """The number in an id of this feed's; None for another process's id or none at all."""
    found = re.fullmatch(rf"{epoch}-(\d{{1,15}})", position)
    return int(found[1]) if found else None


@lru_cache(MESSAGES_KEPT)
def message(id: str, html: str) -> str:
    """One unnamed event; a line break of any kind in the text cannot end it early."""
    data = "".join(f"data: {line}\n" for line in re.split(r"\r\n|\r|\n", html))
    return f"id: {id}\n{data}\n"


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(chunk: str, more: bool) -> dict[str, object]:
    return {"type": "http.response.body", "body": chunk.encode(), "more_body": more}
