"""The embedded stack for real: start, stop, kills, two at once, and other ports the next time."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from pymongo import MongoClient

from services.local import state
from services.local.errors import AlreadyRunning, NoRoom, ServerFailed, TopicDiffers
from services.local.jars import kafka_jars
from services.local.kafka import Kafka
from services.local.ports import Ports, is_open
from services.local.processes import ProcessIdentity, boot_id, identify, is_alive
from services.local.stack import LocalStack
from services.local.topics import admin, config_differences, create_topics, partition_counts
from services.shared.settings import Settings
from tests.conftest import CACHE, NewStack
from tests.polling import until

TOPIC = "handoff.sales.v1"
RUN = """
import sys
from pathlib import Path
from services.local.stack import LocalStack
from services.shared.settings import Settings
home, cache = map(Path, sys.argv[1:])
with LocalStack(Settings(home=home), cache=cache, prefer_usual_ports=False):
    print("running", flush=True)
    sys.stdin.read()
"""


def write_one(settings: Settings, what: str) -> None:
    """One record and, in a transaction, one document."""
    producer = KafkaProducer(bootstrap_servers=settings.kafka.bootstrap)
    producer.send(TOPIC, what.encode(), partition=0).get(timeout=30)
    producer.close()
    with (
        MongoClient[dict[str, Any]](settings.mongo.uri) as client,
        client.start_session() as session,
        session.start_transaction(),
    ):
        client.kept.things.insert_one({"_id": what}, session=session)


def read_all(settings: Settings) -> tuple[set[str], set[str]]:
    """What `write_one` wrote: in Kafka, and in Mongo."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka.bootstrap, enable_auto_commit=False)
    partition = TopicPartition(TOPIC, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    count = consumer.end_offsets([partition])[partition]
    records: list[bytes] = []
    while len(records) < count:
        for batch in consumer.poll(1_000).values():
            records += [record.value for record in batch]
    consumer.close()
    with MongoClient[dict[str, Any]](settings.mongo.uri) as client:
        return {record.decode() for record in records}, set(client.kept.things.distinct("_id"))


@contextmanager
def another_process(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A stack in a process of its own, running."""
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(home), str(CACHE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"running\n"
            yield process
        finally:
            process.kill()


def children(home: Path) -> dict[str, ProcessIdentity]:
    known = state.read(home)
    assert known is not None
    return dict(known.processes)


@pytest.fixture
def elsewhere(home: Path, stack: LocalStack) -> LocalStack:
    """A stack in a home of its own that uses the shared servers, so it starts at once."""
    return LocalStack(stack.settings.model_copy(update={"home": home}))


def starts_with_what_java_kept(stack: LocalStack) -> bool:
    """A stack that starts while Java still works its classes out goes without."""
    kept = kafka_jars(CACHE).startup
    assert kept.stat().st_size > 10_000_000
    kafka = psutil.Process(stack.supervisor.processes()["kafka"].pid)
    return f"-XX:AOTCache={kept}" in kafka.cmdline()


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_a_stack_leaves_nothing_when_it_stops_and_has_its_data_on_other_ports_the_next_time(
    home: Path, new_stack: NewStack
) -> None:
    first = new_stack()
    assert starts_with_what_java_kept(first)
    with admin(first.settings.kafka) as kafka:
        counts = partition_counts(kafka)
        assert list(config_differences(kafka, first.settings)) == []
    assert counts[TOPIC] == counts["handoff.verdicts.v1"] == first.settings.partitions
    write_one(first.settings, "first")
    running = children(home)
    assert set(running) == {"kafka", "mongod"}

    first.__exit__(None, None, None)
    assert not any(is_alive(process) for process in running.values())
    assert not is_open(port_of(first.settings.kafka.bootstrap))
    assert not state.state_path(home).exists()

    second = new_stack()
    assert second.settings.mongo.uri != first.settings.mongo.uri
    write_one(second.settings, "second")
    assert read_all(second.settings) == ({"first", "second"}, {"first", "second"})


def test_killed_servers_are_started_again_with_their_data(home: Path, new_stack: NewStack) -> None:
    stack = new_stack()
    write_one(stack.settings, "before")
    killed = children(home)
    for process in killed.values():
        os.kill(process.pid, signal.SIGKILL)
    until(lambda: not killed.items() & children(home).items(), "both have new processes")
    until(lambda: is_open(port_of(stack.settings.kafka.bootstrap)), "Kafka listens")
    write_one(stack.settings, "after")
    assert read_all(stack.settings) == ({"before", "after"}, {"before", "after"})


def test_a_killed_stack_leaves_no_process_and_the_next_one_has_its_data(
    home: Path, new_stack: NewStack
) -> None:
    with another_process(home) as process:
        left = children(home)
        known = state.running(home)
        assert known is not None
        write_one(settings_of(known), "before")
        process.kill()
        until(lambda: not any(map(is_alive, left.values())), "Kafka and mongod died with it")
    assert state.running(home) is None
    stack = new_stack()
    write_one(stack.settings, "after")
    assert read_all(stack.settings) == ({"before", "after"}, {"before", "after"})


def test_servers_that_the_settings_name_are_used_and_none_is_started(
    elsewhere: LocalStack, stack: LocalStack
) -> None:
    with elsewhere:
        assert elsewhere.settings.kafka == stack.settings.kafka
        assert elsewhere.supervisor.processes() == {}


def test_what_outlived_a_killed_stack_is_ended_by_the_next(
    home: Path, elsewhere: LocalStack
) -> None:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as outliving:
        identity = identify(outliving.pid)
        assert identity is not None
        dead = ProcessIdentity(pid=outliving.pid, started=identity.started - 1)
        state.write(home, state.RunState(boot_id(), dead, {"kafka": identity}, {}))
        with elsewhere:
            assert outliving.wait(timeout=10) == -signal.SIGTERM


def test_a_second_stack_in_the_same_home_is_refused_in_a_sentence(
    elsewhere: LocalStack, new_stack: NewStack
) -> None:
    with elsewhere, pytest.raises(AlreadyRunning, match=r"in use by .*handoff down"):
        new_stack()


def test_by_a_link_to_the_cache_java_finds_what_it_kept(home: Path, stack: LocalStack) -> None:
    link = home / "cache"
    link.symlink_to(CACHE)
    jars = kafka_jars(link)
    assert jars.paths == kafka_jars(CACHE).paths
    assert jars.startup.samefile(kafka_jars(CACHE).startup)


def test_half_formatted_storage_is_formatted_again(home: Path) -> None:
    meta = home / "kafka" / "data" / "meta.properties"
    meta.parent.mkdir(parents=True)
    meta.write_text("#\nversion=1\n")
    ports = Ports(prefer_usual=False)
    Kafka(home, kafka_jars(CACHE), ports).prepare()
    ports.release()
    assert "cluster.id=" in meta.read_text()


def test_what_java_cannot_use_of_it_is_passed_over(home: Path) -> None:
    damaged = home / "damaged.aot"
    damaged.write_bytes(b"half of it")
    ports = Ports(prefer_usual=False)
    Kafka(home, replace(kafka_jars(CACHE), startup=damaged), ports).prepare()
    ports.release()
    assert (home / "kafka" / "data" / "meta.properties").exists()


PREPARE = """
import sys
from dataclasses import replace
from pathlib import Path
from services.local.jars import kafka_jars
import psutil
from services.local.quick_start import prepare_quick_start
try:
    prepare_quick_start(replace(kafka_jars(Path(sys.argv[1])), startup=Path(sys.argv[2])))
except KeyboardInterrupt:
    print(psutil.Process().children())
"""


def test_ctrl_c_while_java_works_its_classes_out_leaves_nothing(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PREPARE, str(CACHE), str(home / "kafka.aot")],
        stdout=subprocess.PIPE,
    ) as process:
        watched = psutil.Process(process.pid)
        until(lambda: any(map(_works_out, watched.children())), "Java runs")
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[0] == b"[]\n"
    assert [each.name for each in home.iterdir()] == ["quick-start-lock"]


def _works_out(process: psutil.Process) -> bool:
    seen = process.as_dict(["name", "cmdline"], ad_value=())
    return seen["name"] == "java" and any("AOTCacheOutput" in each for each in seen["cmdline"])


def test_a_server_that_cannot_start_is_said_with_its_reason_and_its_log(
    home: Path, stack: LocalStack
) -> None:
    (home / "mongo" / "WiredTiger").mkdir(parents=True)
    settings = Settings(home=home, kafka=stack.settings.kafka)
    with (
        pytest.raises(ServerFailed, match=f"mongod ended with code .*{home}/logs/mongod.log"),
        LocalStack(settings, prefer_usual_ports=False),
    ):
        pass
    assert state.survivors(home) == {}


def test_another_number_of_partitions_is_refused(stack: LocalStack) -> None:
    partitions = stack.settings.partitions + 1
    more = stack.settings.model_copy(update={"partitions": partitions})
    with pytest.raises(TopicDiffers, match=f"{TOPIC} has {stack.settings.partitions} partitions"):
        create_topics(more)


def test_a_full_disk_is_said_before_anything_starts(
    home: Path, new_stack: NewStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(home)._replace(free=300_000_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(NoRoom, match=r"0\.3 GB free.*HANDOFF_HOME"):
        new_stack()


def settings_of(known: state.RunState) -> Settings:
    bootstrap, uri = (
        known.environment[name] for name in ("HANDOFF_KAFKA__BOOTSTRAP", "HANDOFF_MONGO__URI")
    )
    return Settings.model_validate({"kafka": {"bootstrap": bootstrap}, "mongo": {"uri": uri}})
