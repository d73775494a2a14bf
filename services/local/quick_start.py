"""What Java has to work out of Kafka's classes each time it starts, worked out once and kept.

Java writes it when a broker that ran for that alone ends (an ahead-of-time cache: JEP 483 and 514);
with it a broker is ready in about half of the time. Nothing depends on it: a file that Java cannot
use is passed over, and where none can be made Kafka starts as ever.
"""

import fcntl
import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from services.local.jars import Jars
from services.local.kafka import Kafka
from services.local.ports import Ports
from services.local.tether import tethered

_WITHOUT_CODE = ("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTAdapterCaching", "-XX:-AOTStubCaching")
"""Java 25 complains of every piece of code that it cannot link again, of which there are many."""

DEADLINE_S = 120.0
LOOK_EVERY_S = 0.05


def prepare_quick_start(jars: Jars) -> None:
    """Make the cache if there is none, in ten seconds; whoever comes meanwhile goes without it.

    Raises ServerFailed where not even storage can be made.
    """
    folder = jars.startup.parent
    with (folder / "quick-start-lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        with tempfile.TemporaryDirectory(prefix="quick-start-", dir=folder) as home:
            made = Path(home) / jars.startup.name
            if _run_once(Path(home), jars, made) and made.exists():
                made.replace(jars.startup)


def _run_once(folder: Path, jars: Jars, made: Path) -> bool:
    """A broker on data of its own, until it can be used; whether it ended well."""
    give_up_at = time.monotonic() + DEADLINE_S
    ports = Ports(prefer_usual=False)
    kafka = Kafka(folder, jars, ports)
    kafka.prepare()
    program = kafka.program()
    java, *options = program.command
    ports.release()
    with subprocess.Popen(
        tethered((java, *_WITHOUT_CODE, f"-XX:AOTCacheOutput={made}", *options)),
        env={**os.environ, **program.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            while not kafka.is_ready() and process.poll() is None and time.monotonic() < give_up_at:
                time.sleep(LOOK_EVERY_S)
            process.terminate()
            return process.wait(max(0.0, give_up_at - time.monotonic())) >= 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """With the Java that it starts to write the cache."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
