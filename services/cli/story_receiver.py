"""A receiver of notices on the loopback: what alerts deliver to it is what people have heard."""

import json
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Condition, Resolution
from services.local.ports import LOOPBACK
from services.shared.clock import Instant, to_instant
from services.shared.events.common import Money
from services.simulator.stories.playing import Heard
from services.simulator.stories.script import Notice, Promise

POLL_S = 0.05
"""So long an end is waited for."""
Told = tuple[str, str, Instant]
"""Of which alert, for which reason, and when: what tells one notice from another."""


class Receiver:
    """Takes each notice once, however often it is delivered; may be asked by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: set[Told] = set()
        self._ids: set[str] = set()
        self._news: list[Heard] = []

    def take(self, post: Mapping[str, Any]) -> None:
        """A post holds at least one notice; each has an id of its own."""
        with self._lock:
            for notice in post["alerts"]:
                self._take(notice["id"], notice)

    def _take(self, id: str, notice: Mapping[str, Any]) -> None:
        if id not in self._ids:
            self._ids.add(id)
            self._told.add((notice["key"], notice["reason"], _moment(notice["notified_at"])))
            self._news.append(heard_of(notice))

    def has(self, told: Collection[Told]) -> bool:
        with self._lock:
            return self._told.issuperset(told)

    def news(self) -> Sequence[Heard]:
        """What came since the last look."""
        with self._lock:
            news, self._news = self._news, []
            return news


@contextmanager
def receiving(receiver: Receiver) -> Iterator[str]:
    """Gives the address at which it is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.take(json.loads(body))
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()

        def log_message(self, format: str, *_arguments: object) -> None:
            """Nothing: what came is shown as a story."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), name="receiver")
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def heard_of(post: Mapping[str, Any]) -> Heard:
    """A notice as alerts post it."""
    stake = post["at_stake"]
    notice = Notice(
        at=_moment(post["notified_at"]),
        promise=Promise(post["agreement"], post["owed_by"], post["owed_to"], post["subject"]),
        condition=Condition(post["condition"]),
        reason=Reason(post["reason"]),
        resolution=Resolution(post["resolution"]) if post["resolution"] else None,
        next_step=post["next_step"],
        at_stake=Money(stake["minor"], stake["currency"]) if stake else None,
    )
    return Heard(notice, post["summary"])


def _moment(iso: str) -> Instant:
    return to_instant(datetime.fromisoformat(iso))
