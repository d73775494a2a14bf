"""Receivers of all kinds on one port of the loopback, which answer as they are told."""

import json
import ssl
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any


class Site:
    """Over TLS where it has a `certificate`. `got` are path, headers and body of each POST."""

    def __init__(self, certificate: Path | None = None) -> None:
        site = self
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.text, self.headers = 200, "ok", dict[str, str]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                site.got.append((self.path, dict(self.headers), body))
                self.send_response(site.status)
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(site.text.encode())

            def log_message(self, format: str, *_arguments: object) -> None:
                """Nothing: the test looks at what came."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def bodies(self) -> Sequence[Any]:
        return [json.loads(body) for _, _, body in self.got]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
