"""Everything that a storm runs on, started in order, and ended whatever happens."""

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.local.jars import kafka_jars
from services.local.ports import Ports
from services.local.topics import create_topics
from services.shared.settings import KafkaSettings, Settings, load
from tests.polling import until
from tests.storm.broker import TRACKER, WRITER, SecureKafka
from tests.storm.certificates import certificates_in
from tests.storm.children import Child
from tests.storm.events import PARTITIONS
from tests.storm.fleet import TRACKER_MODULE, Fleet, Surroundings
from tests.storm.replica_set import ReplicaSet

AGREEMENTS = Path(__file__).parent / "agreements"
READY_DEADLINE_S = 120.0
LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Servers:
    """`kafka` is what a writer needs, `agreements` the folder that every tracker's start reads."""

    home: Path
    broker: Child
    broker_port: int
    kafka: KafkaSettings
    mongo: ReplicaSet
    fleet: Fleet
    agreements: Path


@contextmanager
def running(module: str = TRACKER_MODULE) -> Iterator[Servers]:
    """1. Mongo and certificates  2. Kafka  3. topics  4. trackers, until they are at work"""
    with ExitStack() as open_parts:
        home = Path(open_parts.enter_context(tempfile.TemporaryDirectory(prefix="handoff-storm-")))
        ports = Ports(prefer_usual=False)
        open_parts.callback(ports.release)
        mongo = ReplicaSet(home, ports)
        open_parts.callback(mongo.end)
        mongo.start()
        kafka = _kafka(home, ports)
        broker = Child(kafka.program())
        open_parts.callback(broker.kill)
        broker.start()
        mongo.unite()
        until(kafka.is_ready, "Kafka answers", READY_DEADLINE_S)
        create_topics(Settings(kafka=kafka.access(WRITER), partitions=PARTITIONS))
        agreements = Path(shutil.copytree(AGREEMENTS, home / "agreements"))
        around = Surroundings(home, kafka.access(TRACKER), mongo.uri, agreements)
        fleet = Fleet(around, ports, module)
        open_parts.callback(fleet.end)
        for number in range(len(fleet.trackers)):
            fleet.start(number)
        until(fleet.ready, "the trackers are at work", READY_DEADLINE_S, LOOK_EVERY_S)
        port = int(kafka.address.rpartition(":")[2])
        yield Servers(home, broker, port, kafka.access(WRITER), mongo, fleet, agreements)


def _kafka(home: Path, ports: Ports) -> SecureKafka:
    """Ready to be started."""
    certificates = certificates_in(home)
    kafka = SecureKafka(home, kafka_jars(load(Settings).home / "cache"), ports, certificates)
    with ThreadPoolExecutor() as beside:
        made = beside.submit(certificates.make)
        kafka.prepare()
        made.result()
    return kafka
