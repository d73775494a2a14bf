"""Trying a changed agreement from the console: what a person gives, waits for and reads.

In place of `handoff agreements try` stands a program of a test's own, in a process as real.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from services.console.desk import Refusal
from services.console.trials import (
    ANSWER_BYTES_LIMIT,
    KEPT,
    SECONDS_LIMIT,
    TEXT_BYTES_LIMIT,
    UNSEEN_LIMIT_S,
    Trial,
    Trials,
)
from tests.agreed import an_agreement_text
from tests.component.console.company import Company
from tests.component.console.running import Running, read
from tests.component.console.trying import ANSWER, printing

pytestmark = pytest.mark.anyio

PATH = "/agreements/ship/try"
TEXT = an_agreement_text("ship")
NOW_S = 10_000.0
WAITS = "import sys, time; print('Reading: 7 of 9', file=sys.stderr, flush=True); time.sleep(600)"


@pytest.fixture
def company() -> Company:
    company = Company()
    company.agreement_files = {"office.yaml": "calendar: office", "a.yaml": TEXT}
    company.trying = printing(ANSWER)
    return company


async def tried(running: Running, text: str = TEXT, **fields: str) -> Response:
    csrf = read((await running.browser.get(PATH)).text).value("csrf")
    form = {"csrf": csrf, "text": text, "days": "30"} | fields
    return await running.browser.post(PATH, data=form)


async def ended(running: Running, text: str = TEXT) -> tuple[str, Any]:
    """The page and the data of one that has ended."""
    path = (await tried(running, text)).headers["location"]
    async with asyncio.timeout(20):
        while not (data := (await running.browser.get(f"{path}.json")).json())["done"]:
            await asyncio.sleep(0.02)
    return (await running.browser.get(path)).text, data


def words(html: str) -> str:
    return " ".join(read(html).text.split())


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


async def test_the_form_begins_with_what_is_active(running: Running) -> None:
    page = (await running.browser.get(PATH)).text
    assert TEXT in page.replace("&#39;", "'")
    assert (await running.browser.get(f"{PATH}.json")).json()["text"] == TEXT


async def test_an_agreement_that_is_not_there_cannot_be_tried(running: Running) -> None:
    assert (await running.browser.get("/agreements/none/try")).status_code == 404


async def test_what_would_be_different_is_told_with_links_to_its_subjects(running: Running) -> None:
    html, data = await ended(running)
    text = words(html)
    assert "6 promises would be different" in text
    assert "3 would be broken 2 would be opened 1 would be due at another time" in text
    assert "1234 events were folded twice" in text
    assert "1 of 4 partitions" in text
    assert "give it a higher version" in text
    assert "The first 2" in text
    assert {"href": "/subjects/order/4711"} in read(html).all("a")
    assert "<b>x" not in html
    assert data["answer"]["counts"] == ANSWER["counts"]


async def test_what_would_be_the_same_is_said(running: Running) -> None:
    running.company.trying = printing(ANSWER | {"ends": [], "first": []})
    assert "Every promise would be the same" in words((await ended(running))[0])


async def test_the_command_gets_the_text_as_it_was_written(running: Running) -> None:
    running.company.trying = "import sys; sys.stderr.write(repr((sys.argv, sys.stdin.read())))"
    _, data = await ended(running, "agreement: ship\r\nversion: 2\r\n")
    assert data["problem"] == repr((["-c", "ship", "30"], "agreement: ship\nversion: 2\n"))


async def test_faults_are_told_with_their_place_and_nothing_that_was_written_is_lost(
    running: Running,
) -> None:
    fault = {"file": "a.yaml", "line": 7, "key": "fulfil.within", "remedy": "write 4 hours."}
    running.company.trying = printing({"faults": [fault]})
    html, _ = await ended(running, "agreement: ship\nmine: <here>")
    assert "a.yaml:7 fulfil.within: write 4 hours." in words(html)
    assert "mine: <here>" in read(html).text


async def test_how_far_it_is_is_asked_for_again_and_again(running: Running) -> None:
    running.company.trying = WAITS
    path = (await tried(running)).headers["location"]
    trial = running.console.trials.look("ship", path.rpartition("/")[2])
    await until(lambda: trial.progress == "Reading: 7 of 9")
    part = (await running.browser.get(f"{path}/part")).text
    (section,) = read(part).all("section")
    assert section["hx-get"] == f"{path}/part"
    assert "Reading: 7 of 9" in part
    again = await tried(running, "agreement: ship\nmine: yes")
    assert again.status_code == 429
    assert "mine: yes" in again.text


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("import sys; sys.exit('Cannot read from Kafka.')", "Cannot read from Kafka."),
        ("pass", "It ended without a word."),
        ("print([])", "It ended without a word."),
        (f"print('x' * {ANSWER_BYTES_LIMIT})", "The answer is longer than 1,048,576 bytes."),
    ],
)
async def test_why_it_was_not_tried_is_said(running: Running, program: str, problem: str) -> None:
    running.company.trying = program
    html, data = await ended(running)
    assert data["problem"] == problem
    assert problem in words(html)


@pytest.mark.parametrize(
    ("text", "days", "status"),
    [
        ("x" * TEXT_BYTES_LIMIT, "30", 303),
        ("x" * (TEXT_BYTES_LIMIT + 1), "30", 413),
        ("é" * (TEXT_BYTES_LIMIT // 2), "1", 303),
        ("é" * TEXT_BYTES_LIMIT, "1", 413),
        ("x" * (5 * TEXT_BYTES_LIMIT), "30", 413),
        (" \n", "30", 400),
        (TEXT, "31", 400),
        (TEXT, "-1", 400),
        (TEXT, "", 400),
    ],
)
async def test_what_is_given_has_limits(
    running: Running, text: str, days: str, status: int
) -> None:
    assert (await tried(running, text, days=days)).status_code == status


async def test_only_a_form_of_this_console_begins_one(running: Running) -> None:
    assert (await tried(running, csrf="x" * 43)).status_code == 403


async def test_only_the_last_few_are_kept(running: Running) -> None:
    paths = []
    for _ in range(KEPT + 1):
        await ended(running)
        paths.append(next(reversed(running.console.trials._kept)))
    gone, *kept = [(await running.browser.get(f"{PATH}/{id}")).status_code for id in paths]
    assert (gone, set(kept)) == (404, {200})
    assert (await running.browser.get(f"/agreements/other/try/{paths[-1]}")).status_code == 404


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def waiting(trials: Trials, place: Path) -> tuple[Trial, int]:
    """One whose process runs, and the process."""
    trial = trials.begin("ship", TEXT, 1)
    await until(lambda: place.exists() and bool(place.read_text()))
    return trial, int(place.read_text())


def that_waits(place: Path) -> Callable[[str, int], tuple[str, ...]]:
    """It does not heed SIGTERM, and does not read what it is given."""
    program = (
        "import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        " open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
    )
    return lambda name, days: (sys.executable, "-Sc", program, str(place))


@pytest.mark.parametrize(
    ("began_at", "seen_at", "why"),
    [
        (NOW_S - SECONDS_LIMIT, NOW_S, None),
        (NOW_S - SECONDS_LIMIT - 1, NOW_S, "It took longer than 600 s"),
        (NOW_S - 60, NOW_S - UNSEEN_LIMIT_S, None),
        (NOW_S - 60, NOW_S - UNSEEN_LIMIT_S - 1, "nobody looked at it any more"),
    ],
)
async def test_one_that_takes_too_long_or_that_nobody_looks_at_is_to_be_ended(
    began_at: float, seen_at: float, why: str | None
) -> None:
    trial = Trial("ship", TEXT, 1, began_at=began_at, seen_at=seen_at)
    said = trial.to_be_ended(NOW_S)
    assert said is None if why is None else why in (said or "")


async def test_what_is_to_be_ended_is_killed_and_makes_room_for_another(tmp_path: Path) -> None:
    trials = Trials(that_waits(tmp_path / "pid"))
    trial, pid = await waiting(trials, tmp_path / "pid")
    with pytest.raises(Refusal, match="one at a time"):
        trials.begin("ship", TEXT, 1)
    trial.seen_at -= UNSEEN_LIMIT_S + 1
    await until(lambda: trial.done)
    assert trial.problem == "It was ended because nobody looked at it any more."
    assert not alive(pid)
    assert trials.begin("ship", TEXT, 1)
    await trials.close()


async def test_who_looks_keeps_it_going(running: Running) -> None:
    running.company.trying = WAITS
    path = (await tried(running)).headers["location"]
    trial = running.console.trials.look("ship", path.rpartition("/")[2])
    trial.seen_at = 0.0
    await running.browser.get(f"{path}/part")
    assert trial.seen_at > 0.0


async def test_one_that_runs_ends_with_the_console(tmp_path: Path) -> None:
    trials = Trials(that_waits(tmp_path / "pid"))
    trial, pid = await waiting(trials, tmp_path / "pid")
    await trials.close()
    assert not alive(pid)
    assert trial.problem == "It was ended."


async def test_a_program_that_is_not_there_is_said() -> None:
    trials = Trials(lambda name, days: ("/nowhere/handoff",))
    trial = trials.begin("ship", TEXT, 1)
    await until(lambda: trial.done)
    assert trial.problem == "It could not be started: No such file or directory."
