"""Whether a service is alive and ready, and its metrics, over plain HTTP for probes and people."""

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

STOP_S = 0.1
"""So long the server may take to see that it is to stop; by default half a second."""


class Health:
    """What stands between a service and its work; each part reports its own problem or None."""

    def __init__(self, *parts: str) -> None:
        """`parts` have to report before the service is ready."""
        self._lock = threading.Lock()
        self._problems: dict[str, str | None] = {part: "has not started yet" for part in parts}

    def report(self, part: str, problem: str | None) -> None:
        with self._lock:
            self._problems[part] = problem

    def problems(self) -> dict[str, str]:
        """One sentence a part that is not ready."""
        with self._lock:
            return {part: problem for part, problem in self._problems.items() if problem}

    @property
    def ready(self) -> bool:
        return not self.problems()


class HealthServer:
    """Answers /healthz, /readyz and /metrics until stopped."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, args=(STOP_S,), name="health", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve(health: Health, registry: CollectorRegistry, host: str, port: int) -> HealthServer:
    """Starts answering on `host:port`; port 0 takes a free one. Raises OSError if it is taken."""

    class Handler(_Handler):
        pages = _Pages(health, registry)

    ThreadingHTTPServer.daemon_threads = True
    return HealthServer(ThreadingHTTPServer((host, port), Handler))


Answer = tuple[HTTPStatus, str, bytes]
_JSON = "application/json"


class _Pages:
    def __init__(self, health: Health, registry: CollectorRegistry) -> None:
        self._health = health
        self._registry = registry

    def get(self, path: str) -> Answer:
        match path.partition("?")[0]:
            case "/healthz":
                return HTTPStatus.OK, _JSON, b'{"alive": true}\n'
            case "/readyz":
                return self._readiness()
            case "/metrics":
                return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self._registry)
            case _:
                return (
                    HTTPStatus.NOT_FOUND,
                    _JSON,
                    b'{"pages": ["/healthz", "/readyz", "/metrics"]}\n',
                )

    def _readiness(self) -> Answer:
        problems = self._health.problems()
        status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
        body = json.dumps({"ready": not problems, "problems": problems})
        return status, _JSON, body.encode() + b"\n"


class _Handler(BaseHTTPRequestHandler):
    pages: _Pages
    server_version = "handoff"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        status, content_type, body = self.pages.get(self.path)
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_args: object) -> None:
        """Probes come every few seconds; they are not worth a line each."""
