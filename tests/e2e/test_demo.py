"""`handoff demo` as a person watches it: another process, real servers, and Ctrl-C."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.local import state
from services.local.processes import ProcessIdentity, is_alive
from services.local.programs import SERVICES
from tests import asking
from tests.commands import HANDOFF
from tests.olist_files import ORDERS, write_joined
from tests.polling import until

START_DEADLINE_S = 150.0
PLAY_DEADLINE_S = 150.0
STOP_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demonstration and what it has printed so far."""

    process: "subprocess.Popen[bytes]"
    log: Path
    home: Path

    @property
    def text(self) -> str:
        return self.log.read_text()

    def says(self, words: str) -> bool:
        assert self.process.poll() is None or words in self.text, self.text
        return words in self.text

    def processes(self) -> dict[str, ProcessIdentity]:
        known = state.running(self.home / "demo")
        assert known
        return dict(known.processes)

    def number(self, pattern: str) -> int:
        found = re.search(pattern, self.text)
        assert found, f"{pattern} is not in:\n{self.text}"
        return int(found[1])


@contextmanager
def demo(environment: dict[str, str], home: Path, *options: str) -> Iterator[Demo]:
    log = home / "demo.log"
    with (
        log.open("wb") as file,
        subprocess.Popen(
            (*HANDOFF, "demo", *options), env=environment, stdout=file, stderr=file
        ) as run,
    ):
        try:
            yield Demo(run, log, home)
        finally:
            run.kill()


def nothing_is_left(processes: dict[str, ProcessIdentity]) -> bool:
    return not any(is_alive(process) for process in processes.values())


def test_a_company_is_watched_to_its_summary_and_goes_on_until_ctrl_c_ends_it_in_peace(
    environment: dict[str, str], home: Path
) -> None:
    with demo(environment, home, "--duration", "15") as shown:
        until(lambda: shown.says("Ready after"), "all services are ready", START_DEADLINE_S)
        processes = shown.processes()
        assert list(processes) == ["kafka", "mongod", *SERVICES]
        until(lambda: shown.says("Time goes on"), "it is summed up", PLAY_DEADLINE_S)

        assert shown.number(r"First alert (\d+) s after the start") > 0
        assert re.search(r"(at risk|broken) .*finance owes sales “payment approved”", shown.text)
        assert "Next: Approve or decline the payment" in shown.text
        assert re.search(r"console +http://127.0.0.1:\d+", shown.text)
        page = re.search(r"http://127.0.0.1:\d+/subjects/order/A-10\d\d", shown.text)
        assert page
        assert "order/A-10" in asking.get(page[0]).raise_for_status().text

        assert shown.number(r"(\d+) promises, from \d+ events") > 20
        assert shown.number(r"(\d+) +kept") > 10
        assert shown.number(r"(\d+) +breached") > 0
        assert shown.number(r"(\d+) of \d+ +at risk or broken") > 0
        assert "refused" not in shown.text

        shown.process.send_signal(signal.SIGINT)
        assert shown.process.wait(STOP_DEADLINE_S) == 0
        assert "Everything has stopped." in shown.text
        assert "Traceback" not in shown.text
        assert nothing_is_left(processes)
        assert not state.state_path(home / "demo").exists()


def test_real_orders_are_played_once_and_nothing_is_left_running(
    environment: dict[str, str], home: Path
) -> None:
    data = home / "data"
    data.mkdir()
    write_joined(data, ORDERS)
    with demo(environment, home, "--from", str(data), "--duration", "8", "--once") as shown:
        until(lambda: shown.says("Ready after"), "what reads is ready", START_DEADLINE_S)
        processes = shown.processes()
        assert shown.process.wait(PLAY_DEADLINE_S) == 0, shown.text
        assert "3 of the last month's orders" in shown.text
        assert shown.number(r"(\d+) +kept") == 6
        assert shown.number(r"(\d+) +breached") == 4
        assert re.search(r"http://127.0.0.1:\d+/subjects/order/late", shown.text)
        assert nothing_is_left(processes)


def test_a_folder_without_orders_is_refused_before_anything_starts(
    environment: dict[str, str], home: Path
) -> None:
    with demo(environment, home, "--from", str(home)) as shown:
        assert shown.process.wait(STOP_DEADLINE_S) == 2
        assert "olist_orders" in shown.text
        assert not (home / "demo").exists()
