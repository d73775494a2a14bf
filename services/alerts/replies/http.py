"""The door over HTTP: POST /replies/<receiver>, a bounded body, a status for an answer.

It has a port of its own, so that whatever leads there from outside leads to nothing else. TLS is
for the proxy in front of it.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from services.alerts.replies.door import Door

BODY_LIMIT = 256 << 10
"""PagerDuty sends none that is larger."""
BODY_WITHIN_S = 10.0
AT_ONCE = 4
"""Replies that are handled at once; more wait, and nobody else's threads are taken."""
CONNECTIONS_LIMIT = 64
STOP_TIMEOUT_S = 2


@asynccontextmanager
async def serving(door: Door, host: str, port: int) -> AsyncIterator[None]:
    """Answers inside the block, where anybody may reply. Raises OSError where the port is taken."""
    if not door.senders:
        yield
        return
    listening = _listening(host.strip("[]"), port)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="reply") as threads:
        server = _Server(_application(door, threads))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await running


def _application(door: Door, threads: ThreadPoolExecutor) -> Starlette:
    async def reply(request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                body = await _body(request)
        except TimeoutError:
            return Response(status_code=HTTPStatus.REQUEST_TIMEOUT)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        if body is None:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        receiver = request.path_params["receiver"]
        answer = asyncio.get_running_loop().run_in_executor
        status = await answer(threads, door.answer, receiver, request.headers, body)
        return Response(status_code=status)

    return Starlette(routes=[Route("/replies/{receiver}", reply, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """None where it has more than BODY_LIMIT bytes, as soon as that is seen."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise OSError(
            error.errno,
            f"Replies cannot be listened for on {host}:{port} ({error.strerror}); stop what uses"
            " the port, or set HANDOFF_ALERTS__REPLIES_PORT to a free one.",
        ) from None
    return listening


class _Server(uvicorn.Server):
    """uvicorn, stopped by the service that it is a part of."""

    def __init__(self, application: Starlette) -> None:
        config = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            limit_concurrency=CONNECTIONS_LIMIT,
            timeout_graceful_shutdown=STOP_TIMEOUT_S,
        )
        super().__init__(config)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
