"""Fixtures that several suites share: a real Kafka and mongod, and what is fresh in them.

The servers' jars are downloaded once into HANDOFF_HOME's cache; all data is in folders that go.
"""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings as hypothesis
from pymongo import MongoClient

from services.local.jars import kafka_jars
from services.local.kafka import Kafka
from services.local.ports import Ports
from services.local.stack import LocalStack
from services.local.topics import admin, create_topics, partition_counts, wanted
from services.shared.settings import MongoSettings, Settings, load
from tests.polling import until

# A loaded machine is no fault of the code. What decides whether a change lands tries the same
# examples each time, and few of them; everybody else tries new ones, and as many as is usual.
CI = "CI" in os.environ
hypothesis.register_profile(
    "handoff", deadline=None, derandomize=CI, max_examples=50 if CI else 100
)
hypothesis.load_profile("handoff")


def pytest_collection_finish() -> None:
    """All that is imported and collected stays: the collector need not walk over it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What kills servers comes last, and of that what takes longest first: so no process is left
    alone with much to do.
    """
    here = Path(__file__).parent

    def turn(item: pytest.Item) -> int:
        path = item.path.relative_to(here)
        first = {"storm": 1, "e2e": 3}.get(path.parts[0], 0)
        return 2 if path.name in LONGEST else first

    items.sort(key=turn)


CACHE = load(Settings).home / "cache"
LONGEST = {
    "test_demo.py",
    "test_killed_in_turn.py",
    "test_local_stack.py",
    "test_replay_through_kafka.py",
    "test_stops.py",
    "test_stories.py",
    "test_up.py",
}
"""Half a minute each, after the storm; the others of their kind take a third of that."""

NewStack = Callable[[], LocalStack]


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for a stack's data."""
    with tempfile.TemporaryDirectory(prefix="handoff-") as folder:
        yield Path(folder)


@contextmanager
def a_stack() -> Iterator[LocalStack]:
    """A Kafka and a mongod in a folder of their own, which goes with them."""
    with tempfile.TemporaryDirectory(prefix="handoff-") as folder, _a_stack(Path(folder)) as stack:
        yield stack


def _a_stack(home: Path) -> LocalStack:
    """On data that were formatted before: to format takes two seconds of the processor."""
    if not (home / "kafka").exists():
        shutil.copytree(_formatted(), home / "kafka")
    return LocalStack(Settings(home=home), cache=CACHE, prefer_usual_ports=False)


@cache
def _formatted() -> Path:
    home = Path(tempfile.mkdtemp(prefix="handoff-formatted-"))
    atexit.register(shutil.rmtree, home)
    ports = Ports(prefer_usual=False)
    try:
        Kafka(home, kafka_jars(CACHE), ports).prepare()
    finally:
        ports.release()
    return home / "kafka"


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """One Kafka and one mongod for all tests that do not harm them."""
    with a_stack() as running:
        yield running


@pytest.fixture
def new_stack(home: Path) -> Iterator[NewStack]:
    """Starts a stack on this test's `home`, for tests that kill servers; about four seconds."""
    with ExitStack() as running:

        def start() -> LocalStack:
            return running.enter_context(_a_stack(home))

        yield start


@pytest.fixture(scope="session")
def dropping() -> Iterator[Executor]:
    """Mongo takes longer to drop a database than most tests take: it does so beside the next."""
    with ThreadPoolExecutor(1, thread_name_prefix="dropping") as thread:
        yield thread


@contextmanager
def a_database(stack: LocalStack, dropping: Executor) -> Iterator[Settings]:
    """The stack's settings with a database that is empty, and gone afterwards."""
    name = f"test-{uuid4().hex}"
    uri = stack.settings.mongo.uri
    yield stack.settings.model_copy(update={"mongo": MongoSettings(uri=uri, database=name)})
    dropping.submit(_drop, uri, name)


def _drop(uri: str, database: str) -> None:
    with MongoClient[dict[str, object]](uri) as client:
        client.drop_database(database)


@pytest.fixture
def fresh_database(stack: LocalStack, dropping: Executor) -> Iterator[Settings]:
    """A database for this test alone."""
    with a_database(stack, dropping) as settings:
        yield settings


@pytest.fixture
def fresh_topics(stack: LocalStack, fresh_database: Settings) -> Settings:
    """The settings of `fresh_database`, after every topic was made anew, empty and unread."""
    names = {topic.name for topic in wanted(stack.settings)}
    with admin(stack.settings.kafka) as kafka:
        kafka.delete_topics(list(names))
        until(lambda: not names & partition_counts(kafka).keys(), "the old topics are gone")
    create_topics(stack.settings)
    return fresh_database
