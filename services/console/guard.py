"""Around every answer: the headers that keep a browser to our own files, and only our own names.

Without a login a page of another site could have its name point at this machine and read the list
(DNS rebinding); so a request has to name a host that we know.
"""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'; object-src 'none'"
)
"""Pictures may be `data:` because Pico draws its arrows so; such a picture runs nothing."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Pages may not be kept by a cache; files are asked for again, and mostly unchanged."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                static = scope["path"].startswith("/static/")
                headers["Cache-Control"] = "no-cache" if static else "no-store"
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (host := host_of(Headers(scope=scope).get("host", ""))) in self._hosts:
            await self._app(scope, receive, guarded)
        else:
            words = f"This console is not known as {host!r}; name it in HANDOFF_HOSTS if it is.\n"
            await PlainTextResponse(words, 400)(scope, receive, guarded)


def host_of(header: str) -> str:
    """The name without the port; brackets around an IPv6 address stay."""
    return re.sub(r":\d+$", "", header).lower()
