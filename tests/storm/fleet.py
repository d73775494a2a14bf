"""Three trackers, and what is done to them; whoever ends by itself is started again."""

import signal
import sys
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from services.local.ports import Ports
from services.local.supervisor import Program
from services.shared.settings import KafkaSettings
from tests.storm.children import Child, log_of
from tests.storm.events import PARTITIONS

TRACKERS = 3
SESSION_S = 4.0
ANSWER_S = 2.0
DATABASE = "storm"
TRACKER_MODULE = "services.tracker"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the servers are, and the folder of agreements that every start reads."""

    home: Path
    kafka: KafkaSettings
    mongo_uri: str
    agreements: Path


class Fleet:
    """`module` is what is started: the tracker, or one that a control has broken."""

    def __init__(self, around: Surroundings, ports: Ports, module: str = TRACKER_MODULE) -> None:
        self._http = [ports.take(7205) for _ in range(TRACKERS)]
        self._grpc = [ports.take(7105) for _ in range(TRACKERS)]
        self.trackers = [Child(self._program(number, around, module)) for number in range(TRACKERS)]
        self._down: set[int] = set(range(TRACKERS))
        self.counts: Counter[str] = Counter()

    @property
    def grpc_addresses(self) -> list[str]:
        """Any of them answers for all."""
        return [f"127.0.0.1:{port}" for port in self._grpc]

    def start(self, number: int) -> None:
        self.trackers[number].start()
        self._down.discard(number)

    def kill(self, number: int) -> None:
        """It stays down until it is started."""
        self._down.add(number)
        self.trackers[number].kill()
        self.counts["kills"] += 1

    def restart(self, number: int) -> None:
        """Politely, as a new release does it."""
        self._down.add(number)
        self.trackers[number].end()
        self.start(number)

    def pause(self, number: int) -> None:
        self.trackers[number].tell(signal.SIGSTOP)

    def resume(self, number: int) -> None:
        self.trackers[number].tell(signal.SIGCONT)

    def tend(self) -> None:
        """Start again what ended although nobody had killed it: it was fenced, or it failed."""
        for number, tracker in enumerate(self.trackers):
            if number not in self._down and tracker.ended is not None:
                self.counts["ended"] += 1
                tracker.start()

    def ready(self) -> bool:
        """Whether all of them are at work."""
        return all(self._ready(number) for number in range(TRACKERS))

    def end(self) -> None:
        """At once: nothing that they do is looked at any more."""
        for number, tracker in enumerate(self.trackers):
            self._down.add(number)
            tracker.kill()

    def _ready(self, number: int) -> bool:
        asked = HTTPConnection("127.0.0.1", self._http[number], timeout=ANSWER_S)
        try:
            asked.request("GET", "/readyz")
            return asked.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            asked.close()

    def _program(self, number: int, around: Surroundings, module: str) -> Program:
        name, kafka = f"tracker-{number}", around.kafka
        secrets = around.home / "secrets"
        secrets.mkdir(exist_ok=True)
        (secrets / "handoff_kafka__password").write_text(kafka.password.get_secret_value())
        environment = {
            "HANDOFF_HOME": str(around.home),
            "HANDOFF_SECRETS": str(secrets),
            "HANDOFF_KAFKA__BOOTSTRAP": kafka.bootstrap,
            "HANDOFF_KAFKA__TLS": "true",
            "HANDOFF_KAFKA__CA_FILE": str(kafka.ca_file),
            "HANDOFF_KAFKA__USERNAME": kafka.username,
            "HANDOFF_MONGO__URI": around.mongo_uri,
            "HANDOFF_MONGO__DATABASE": DATABASE,
            "HANDOFF_PARTITIONS": str(PARTITIONS),
            "HANDOFF_AGREEMENTS": str(around.agreements),
            "HANDOFF_TRACKER__INSTANCE": name,
            "HANDOFF_TRACKER__SESSION_S": str(SESSION_S),
            "HANDOFF_ENDPOINTS__TRACKER__GRPC": str(self._grpc[number]),
            "HANDOFF_ENDPOINTS__TRACKER__HTTP": str(self._http[number]),
        }
        command = (sys.executable, "-m", module)
        return Program(name, command, environment, log_of(around.home, name))
