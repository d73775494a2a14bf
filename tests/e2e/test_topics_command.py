"""`handoff topics` against a real Kafka: what is missing is made, what differs is said."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.local.ports import Ports
from services.local.stack import LocalStack
from services.local.topics import admin, partition_counts
from services.shared.settings import KafkaSettings

TOPIC = "handoff.carrier.v1"


def handoff_topics(home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("handoff")), "topics"],
        env={**os.environ, "HANDOFF_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def bootstrap(stack: LocalStack) -> Iterator[str]:
    """Of a Kafka that is afterwards without the carrier's topic."""
    yield stack.settings.kafka.bootstrap
    with admin(stack.settings.kafka) as kafka:
        if TOPIC in partition_counts(kafka):
            kafka.delete_topics([TOPIC])


def test_a_new_party_gets_its_topic_and_a_second_run_changes_nothing(
    home: Path, bootstrap: str
) -> None:
    told = {"HANDOFF_KAFKA__BOOTSTRAP": bootstrap, "HANDOFF_PARTIES": '{"carrier": {}}'}
    for _ in range(2):
        done = handoff_topics(home, **told)
        assert (done.returncode, done.stderr) == (0, "")
        assert "4 partitions" in done.stdout
        with admin(KafkaSettings(bootstrap=bootstrap)) as kafka:
            assert partition_counts(kafka)[TOPIC] == 4


def test_another_number_of_partitions_is_refused_with_the_remedy(
    home: Path, bootstrap: str
) -> None:
    done = handoff_topics(home, HANDOFF_KAFKA__BOOTSTRAP=bootstrap, HANDOFF_PARTITIONS="8")
    assert done.returncode == 1
    assert "set HANDOFF_PARTITIONS=4" in done.stderr


def test_a_kafka_that_does_not_answer_is_named(home: Path) -> None:
    ports = Ports()
    address = f"127.0.0.1:{ports.take(39092)}"
    ports.release()
    done = handoff_topics(home, HANDOFF_KAFKA__BOOTSTRAP=address)
    assert done.returncode == 1
    assert address in done.stderr
    assert done.stderr.count("\n") == 1
