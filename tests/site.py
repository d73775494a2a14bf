"""Receivers of all kinds on one port of the loopback, which answer as they are told."""

import json
import ssl
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from tests.listening import Listening


class Site(Listening):
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

        server = HTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        super().__init__(server)

    @property
    def bodies(self) -> Sequence[Any]:
        return [json.loads(body) for _, _, body in self.got]
