"""The peers in Python that are not ours: programs of a few lines, started with what they need."""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tests.bench.peers.peer import Command, Run, telling

ROOT = Path(__file__).parents[3]
BYTEWAX = {"bytewax": "0.21.1", "confluent-kafka": "2.6.1", "protobuf": version("protobuf")}
"""The client is of the same days as Bytewax; ours could not be installed beside it."""
BYTEWAX_HOME = Path("build/bench/bytewax").absolute()
PYTHON = {"python": sys.version.split()[0]}


class Faust:
    """Satisfies `peer.Peer`. It gets a slice: all events would take it a quarter of an hour."""

    name = "faust"
    about = "a plain agent with a dict, nothing durable; a slice of the events"
    slice = True

    def prepare(self) -> Mapping[str, str]:
        names = ("faust-streaming", "aiokafka", "protobuf")
        return {name: version(name) for name in names} | PYTHON

    def command(self, run: Run) -> Command:
        return _command(run, Path(sys.executable), "faust_agent")


class Bytewax:
    """Satisfies `peer.Peer`. It lives in an environment of its own."""

    name = "bytewax"
    about = "at least once, state and positions stored each 10 s, one process"
    slice = False

    def prepare(self) -> Mapping[str, str]:
        if not (ready := BYTEWAX_HOME / ".ready").exists():
            _install(BYTEWAX_HOME, [f"{name}=={number}" for name, number in BYTEWAX.items()])
            ready.touch()
        return BYTEWAX | PYTHON

    def command(self, run: Run) -> Command:
        return _command(run, _python(BYTEWAX_HOME), "bytewax_flow")


def _command(run: Run, python: Path, module: str) -> Command:
    environment = {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'protos' / 'gen'}",
        "BENCH_BOOTSTRAP": run.servers.bootstrap,
        "BENCH_TOPICS": ",".join(run.filled.topics),
        "BENCH_PARTITIONS": str(run.filled.partitions),
        "BENCH_VERDICTS": run.verdicts,
        "BENCH_FOLDER": str(run.folder),
    }
    command = (str(python), "-m", f"tests.bench.peers.{module}")
    return telling(run, command, environment)


def _install(home: Path, packages: list[str]) -> None:
    """Raises CalledProcessError."""
    uv = Path(sys.prefix) / "uv" / "bin" / "uv"
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    venv = (str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(home))
    install = (str(uv), "pip", "install", "--quiet", "--python", str(_python(home)), *packages)
    for command in (venv, install):
        subprocess.run(command, check=True, env=environment)


def _python(home: Path) -> Path:
    return home / "bin" / "python"
