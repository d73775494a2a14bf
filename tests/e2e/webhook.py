"""A receiver of notices on the loopback: remembers what it got, and answers as told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from services.alerts.domain.troubles import is_own
from tests.listening import Listening


class Hook(Listening):
    """A webhook's receiver: remembers what it got, and answers as told."""

    def __init__(self) -> None:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.take(self)

            def log_message(self, format: str, *_arguments: object) -> None:
                """Nothing: the test looks at what came."""

        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.answer = 204
        self._lock = threading.Lock()
        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        self.url = f"http://127.0.0.1:{self.port}/alerts"

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        with self._lock:
            if self.answer < 300:
                self.posts.append((request.headers["webhook-id"], json.loads(body)))
        request.send_response(self.answer)
        request.end_headers()

    def alerts(self) -> list[tuple[str, str]]:
        """The key and reason of each notice, once however often it came."""
        return sorted((each["key"], each["reason"]) for each in self.notices())

    def notices(self) -> list[dict[str, Any]]:
        """What was said of each alert, once however often it came, with others or alone.

        Not of handoff itself: a test may take longer than a tracker may be away.
        """
        said = {each["id"]: each for _, post in list(self.posts) for each in post["alerts"]}
        return [each for each in said.values() if not is_own(each["promise_id"])]
