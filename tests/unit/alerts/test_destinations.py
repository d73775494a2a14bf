"""Nothing that is not public is reached, however it is spelled, unless the file allows it."""

import ssl
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from services.alerts.destinations import Guard, guarded_client
from services.alerts.errors import DeliveryError
from tests.listening import Listening

CERTIFICATE = Path(__file__).parents[2] / "certificates/loopback.pem"
"""Its key is known to everybody and its names are only for tests."""


class Canary(Listening):
    """Somebody on 127.0.0.1 who must never be spoken to."""

    def __init__(self) -> None:
        canary = self
        self.hosts: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                canary.hosts.append(self.headers["Host"])
                self.send_response(302 if self.path == "/moved" else 204)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, format: str, *_arguments: object) -> None:
                """Nothing: the test looks at who was spoken to."""

        super().__init__(HTTPServer(("127.0.0.1", 0), Handler))

    def speak_tls(self, context: ssl.SSLContext) -> None:
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


def post(url: str, guard: Guard) -> httpx.Response:
    with guarded_client(guard) as client:
        return client.post(url, content=b"{}")


FORMS = [
    "{scheme}://127.0.0.1:{port}/",
    "{scheme}://127.1:{port}/",
    "{scheme}://127.0.1:{port}/",
    "{scheme}://2130706433:{port}/",
    "{scheme}://0x7f000001:{port}/",
    "{scheme}://0x7f.0.0.1:{port}/",
    "{scheme}://0177.0.0.1:{port}/",
    "{scheme}://017700000001:{port}/",
    "{scheme}://0:{port}/",
    "{scheme}://0.0.0.0:{port}/",
    "{scheme}://localhost:{port}/",
    "{scheme}://LOCALHOST:{port}/",
    "{scheme}://localhost.:{port}/",
    "{scheme}://[::1]:{port}/",
    "{scheme}://[::]:{port}/",
    "{scheme}://[::ffff:127.0.0.1]:{port}/",
    "{scheme}://[::ffff:7f00:1]:{port}/",
    "{scheme}://[64:ff9b::127.0.0.1]:{port}/",
    "{scheme}://[::127.0.0.1]:{port}/",
    "{scheme}://user@127.0.0.1:{port}/",
    "{scheme}://user:word@127.0.0.1:{port}/",
    "{scheme}://example.com@127.0.0.1:{port}/",
    "{scheme}://127.0.0.1:{port}#@example.com/",
    "{scheme}://127.0.0.1:{port}?@example.com/",
    "{scheme}://127。0。0。1:{port}/",
    "{scheme}://①②⑦.0.0.1:{port}/",
    "{scheme}://127.0.0.1%2f@example.com:{port}/",
    "{scheme}://[fe80::1%25lo]:{port}/",
    "{scheme}:/127.0.0.1:{port}/",
    "{scheme}:///127.0.0.1:{port}/",
]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("form", FORMS)
def test_no_spelling_of_the_loopback_reaches_the_canary(
    canary: Canary, scheme: str, form: str
) -> None:
    with pytest.raises((DeliveryError, httpx.HTTPError, httpx.InvalidURL)) as refused:
        post(form.format(scheme=scheme, port=canary.port), Guard())
    assert canary.hosts == []
    assert not isinstance(refused.value, httpx.ConnectError | httpx.ConnectTimeout)


@pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", "unix", "ws"])
def test_no_other_scheme_is_spoken(canary: Canary, scheme: str) -> None:
    with pytest.raises((DeliveryError, httpx.HTTPError)):
        post(f"{scheme}://127.0.0.1:{canary.port}/", Guard({"127.0.0.1"}))
    assert canary.hosts == []


def test_a_host_that_is_allowed_is_reached_on_its_port_alone(canary: Canary) -> None:
    url = f"http://127.0.0.1:{canary.port}/"
    assert post(url, Guard({f"127.0.0.1:{canary.port}"})).status_code == 204
    assert post(url, Guard({"127.0.0.1"})).status_code == 204
    for other in ("127.0.0.1:1", "127.0.0.2", "localhost", "0.0.1"):
        with pytest.raises(DeliveryError):
            post(url, Guard({other}))
    assert len(canary.hosts) == 2


def test_the_name_is_in_the_host_header_and_is_asked_for_once(canary: Canary) -> None:
    asked = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    host = f"hook.test:{canary.port}"
    assert post(f"http://{host}/", Guard({host}, resolve)).status_code == 204
    assert (canary.hosts, asked) == ([host], [("hook.test", canary.port)])


def test_a_resolver_that_changes_its_answer_cannot_lead_to_the_canary(canary: Canary) -> None:
    """Public when it is judged, the loopback whenever somebody asks again."""
    answers = [["192.0.2.1", "127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["127.0.0.1"]]
    guard = Guard(resolve=lambda _host, _port: answers.pop(0))
    for _ in range(3):
        with pytest.raises(DeliveryError, match="not a public address"):
            post(f"https://hook.test:{canary.port}/", guard)
    assert canary.hosts == []


def test_the_connection_goes_to_the_address_that_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The resolver flips at once: only the first answer is ever connected to."""
    answers = [["1.1.1.1"], ["127.0.0.1"]]
    went_to: list[str] = []

    def connect(_transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        went_to.append(f"{request.url.host} {request.extensions['sni_hostname']}")
        return httpx.Response(204)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", connect)
    post("https://hook.test/", Guard(resolve=lambda _host, _port: answers.pop(0)))
    assert went_to == ["1.1.1.1 hook.test"]
    assert answers == [["127.0.0.1"]]


def test_where_nobody_knows_the_host_it_is_refused_for_now(canary: Canary) -> None:
    def nobody(_host: str, _port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    for guard in (Guard(resolve=nobody), Guard(resolve=lambda _host, _port: [])):
        with pytest.raises(DeliveryError) as refused:
            post(f"https://127.0.0.1:{canary.port}/", guard)
        assert not refused.value.permanent
    assert canary.hosts == []


def test_no_redirect_is_followed_and_no_proxy_is_asked(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    url = f"http://127.0.0.1:{canary.port}/moved"
    assert post(url, Guard({"127.0.0.1"})).status_code == 302
    assert len(canary.hosts) == 1


def test_the_second_address_is_taken_where_the_first_has_nobody(canary: Canary) -> None:
    host = f"hook.test:{canary.port}"
    guard = Guard({host}, lambda _host, _port: ["127.0.0.2", "127.0.0.1"])
    assert post(f"http://{host}/", guard).status_code == 204


def test_the_certificate_has_to_be_of_the_name_and_not_of_the_address(canary: Canary) -> None:
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATE)
    canary.speak_tls(server)
    places = {f"hook.test:{canary.port}", f"other.test:{canary.port}"}
    guard = Guard(places, lambda _host, _port: ["127.0.0.1"])
    with guarded_client(guard, trusted) as client:
        assert client.post(f"https://hook.test:{canary.port}/").status_code == 204
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            client.post(f"https://other.test:{canary.port}/")


def test_a_name_and_password_in_an_address_are_refused_even_where_the_host_is_allowed(
    canary: Canary,
) -> None:
    with pytest.raises(DeliveryError) as refused:
        post(f"http://user:c4n4ry@127.0.0.1:{canary.port}/", Guard({"127.0.0.1"}))
    assert "c4n4ry" not in str(refused.value)
    assert canary.hosts == []
