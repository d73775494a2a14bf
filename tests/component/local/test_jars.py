"""Jars from a repository on the loopback, which does what repositories and networks do."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from services.local import jars
from services.local.errors import DownloadFailed
from services.local.jars import Jar, download
from tests.listening import Listening


def a_jar(name: str, content: bytes) -> Jar:
    return Jar(f"org/{name}.jar", hashlib.sha256(content).hexdigest(), len(content))


ONE, OTHER = b"one" * 50_000, b"other" * 50_000
BOTH = (a_jar("one", ONE), a_jar("other", OTHER))


class Repository(Listening):
    """Gives each file of a name in turn, and the last one ever after; None is cut off half-way."""

    def __init__(self) -> None:
        self.files: dict[str, list[bytes | None]] = {
            "/org/one.jar": [ONE],
            "/org/other.jar": [OTHER],
        }
        self.asked: Counter[str] = Counter()
        self.connections = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer.connections += 1

            def do_GET(self) -> None:
                given = outer.files.get(self.path, [])
                if not given:
                    self.send_error(404)
                    return
                content = given[min(outer.asked[self.path], len(given) - 1)]
                outer.asked[self.path] += 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(ONE if content is None else content)))
                self.end_headers()
                self.wfile.write(ONE[:1_000] if content is None else content)
                self.close_connection = content is None

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        super().__init__(server)
        self.url = f"http://127.0.0.1:{self.port}"


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setattr(jars, "PAUSE_S", 0.0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    repository = Repository()
    yield repository
    repository.close()


def there(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.jar")}


def test_all_of_them_come_over_one_connection(tmp_path: Path, repository: Repository) -> None:
    download(BOTH, tmp_path, repository.url)
    assert there(tmp_path) == {"one.jar": ONE, "other.jar": OTHER}
    assert all(jar.is_in(tmp_path) for jar in BOTH)
    assert repository.connections == 1


@pytest.mark.parametrize("wrong", [None, b"one" * 49_999 + b"not", b""])
def test_what_comes_damaged_or_cut_off_is_asked_for_again(
    tmp_path: Path, repository: Repository, wrong: bytes | None
) -> None:
    repository.files["/org/one.jar"] = [wrong, wrong, ONE]
    download(BOTH, tmp_path, repository.url)
    assert there(tmp_path) == {"one.jar": ONE, "other.jar": OTHER}
    assert repository.asked["/org/one.jar"] == 3


def test_what_does_not_come_is_said_and_what_came_is_kept(
    tmp_path: Path, repository: Repository
) -> None:
    del repository.files["/org/other.jar"]
    with pytest.raises(DownloadFailed, match=r"into .*: 404 .*/org/other\.jar.* is kept"):
        download(BOTH, tmp_path, repository.url)
    assert there(tmp_path) == {"one.jar": ONE}


def test_another_file_under_the_name_is_never_taken(tmp_path: Path, repository: Repository) -> None:
    repository.files["/org/other.jar"] = [ONE]
    with pytest.raises(DownloadFailed, match=r"other\.jar is not the file that .*lock\.toml names"):
        download(BOTH, tmp_path, repository.url)
    assert there(tmp_path) == {"one.jar": ONE}


def test_where_nobody_listens_the_address_is_said(tmp_path: Path, repository: Repository) -> None:
    repository.close()
    with pytest.raises(DownloadFailed, match=r"Connection refused.*HTTPS_PROXY"):
        download(BOTH, tmp_path, repository.url)


def test_a_damaged_jar_in_the_cache_is_none(tmp_path: Path) -> None:
    (jar,) = BOTH[:1]
    path = tmp_path / jar.path
    path.parent.mkdir()
    path.write_bytes(ONE[:-1])
    assert not jar.is_in(tmp_path)
