"""`python -m services.alerts` on whatever Kafka and mongod settings name."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

import httpx

from services.local.ports import Ports
from services.shared.settings import Settings
from tests import asking
from tests.polling import until

STOP_DEADLINE_S = 10.0
TRACE = "0af7651916cd43dd8448eb211c80319c"
"""The trace in which published verdicts were decided."""


class AlertsProcess:
    """To be started, killed and asked."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        ports = Ports(prefer_usual=False)
        self.grpc, self.http = ports.take(7106), ports.take(7206)
        ports.release()
        self.environment = {
            **os.environ,
            "HANDOFF_KAFKA__BOOTSTRAP": settings.kafka.bootstrap,
            "HANDOFF_MONGO__URI": settings.mongo.uri,
            "HANDOFF_MONGO__DATABASE": settings.mongo.database,
            "HANDOFF_ENDPOINTS__ALERTS__GRPC": str(self.grpc),
            "HANDOFF_ENDPOINTS__ALERTS__HTTP": str(self.http),
            "HANDOFF_ENDPOINTS__TRACKER__GRPC": "1",
            "HANDOFF_LOG": "json",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "services.alerts"], env=self.environment
        )

    def wait_until_ready(self) -> None:
        until(lambda: self.readiness() == {}, "alerts are ready", 60)

    def readiness(self) -> dict[str, str] | None:
        """What stands in its way; None while it does not answer."""
        try:
            answer = asking.get(f"http://127.0.0.1:{self.http}/readyz")
        except httpx.HTTPError:
            return None
        problems: dict[str, str] = answer.json()["problems"]
        return problems

    def sent(self, receiver: str, result: str) -> float:
        """What the metrics say of tries to deliver."""
        name = f'handoff_alerts_sent_total{{receiver="{receiver}",result="{result}"}} '
        page = asking.get(f"http://127.0.0.1:{self.http}/metrics").text
        found = [line.removeprefix(name) for line in page.splitlines() if line.startswith(name)]
        return float(found[0]) if found else 0.0

    def kill(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> int | None:
        """The exit code after SIGTERM, or None where it did not run."""
        if self._process is None:
            return None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._process = None

    def command(self, *arguments: str, code: int = 0) -> str:
        """What `handoff ...` prints, pointed at this service, where it ends with this code."""
        program = "from services.cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-P", "-c", program, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == code, done.stdout
        return done.stdout
