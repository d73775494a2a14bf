"""`python -m services.console` as it is started by hand or by a supervisor."""

import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from tests import asking
from tests.polling import until

NOWHERE = "127.0.0.1:1"


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def start(**environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "services.console"],
        env=os.environ | {"HANDOFF_KAFKA__BOOTSTRAP": NOWHERE} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def on(port: int) -> dict[str, str]:
    return {
        "HANDOFF_ENDPOINTS__CONSOLE__HTTP": str(port),
        "HANDOFF_ENDPOINTS__CONSOLE__GRPC": str(free_port()),
        "HANDOFF_ENDPOINTS__TRACKER__GRPC": "1",
        "HANDOFF_ENDPOINTS__ALERTS__GRPC": "1",
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_alone_and_ends_cleanly_although_a_page_is_live(number: signal.Signals) -> None:
    port = free_port()
    with start(**on(port)) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: answers(url), "the console answers")
            assert "does not answer" in until(lambda: problem(url), "it asked the tracker")
            with httpx.stream("GET", f"{url}/live") as live:
                next(live.iter_lines())
                process.send_signal(number)
                output, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Traceback" not in output


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start(**on(port)) as process:
            output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert output.startswith(f"The console cannot listen on 127.0.0.1:{port}: ")
    assert "HANDOFF_ENDPOINTS__CONSOLE__HTTP" in output


def test_a_network_address_without_a_login_is_refused_with_the_remedy() -> None:
    with start(**on(free_port()), HANDOFF_LISTEN="0.0.0.0") as process:
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert output.startswith("HANDOFF_LISTEN is '0.0.0.0' and HANDOFF_LOGIN is 'none'")


def answers(url: str) -> bool:
    try:
        return asking.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def problem(url: str) -> str:
    """What keeps it from being ready, once it asked."""
    told = asking.get(f"{url}/readyz").json()["problems"].get("tracker", "")
    return "" if "not started" in told else told
