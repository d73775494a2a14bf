"""How soon the console answers with many open alerts, and how soon many watchers see a change.

    python -m tests.bench.console [--results tests/bench/RESULTS.md]

The console is a process of its own, with a tracker and an alerts service that speak gRPC and know
5,000 promises that need somebody. Pages are asked for one after the other, as a person would; then
200 pages are live, an alert is acknowledged, and the last of them hears of it.
"""

import argparse
import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.bench.core import loop_ms
from tests.bench.results import TITLE, with_section
from tests.component.console.company import Company
from tests.component.console.running import Stream, a_console, listening
from tests.markdown import table

ALERTS = 5_000
REQUESTS = 200
WATCHERS = 200
CHANGES = 20
PAGES = ("/", "/.json", "/?owed_by=finance", "/subjects/order/17")
PAGE_GOAL_MS = 200
LIVE_GOAL_MS = 1_000
HEADING = "The console with many alerts"


class Row(NamedTuple):
    """Milliseconds at the median, at p95 and at worst, of so many tries."""

    what: str
    tries: int
    p50: float
    p95: float
    worst: float
    goal: str


def main(arguments: Sequence[str]) -> int:
    """0 once everything was measured, whether a goal is met or missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, help="write the table into this file")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.serve:
        asyncio.run(serve())
        return 0
    told = report(asyncio.run(measure()))
    print(told)
    if path := chosen.results:
        text = path.read_text() if path.exists() else f"{TITLE}\n"
        path.write_text(with_section(text, HEADING, told))
    return 0


async def serve() -> None:
    """Says its address, then answers until its input ends."""
    async with a_console(a_bad_morning()) as running, listening(running) as address:
        await running.feed.refresh()
        reading = asyncio.create_task(running.feed.run())
        print(address, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await running.feed.close()
        await reading


def a_bad_morning() -> Company:
    """Four departments that owe each other 5,000 things which are late or will be."""
    company, parties = Company(), ("finance", "operations", "sales", "support")
    for number in range(ALERTS):
        debtor = parties[number % 4]
        creditor = parties[(number + 1 + number // 4 % 3) % 4]
        id = f"order/{number}~ship-paid-order"
        late = number % 3 == 0
        company.promise(
            id,
            "breached" if late else "at_risk",
            subject=f"order/{number}",
            order=str(number),
            owed_by=debtor,
            owed_to=creditor,
            due_by=-number % 90 if late else number % 240,
            customer_visible_by=number % 1_000,
        )
        company.alert(id)
    return company


async def measure() -> list[Row]:
    async with a_served_console() as address:
        rows = [await pages(address, path) for path in PAGES]
        return [*rows, await live(address)]


@asynccontextmanager
async def a_served_console() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.console",
        "--serve",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


async def pages(address: str, path: str) -> Row:
    took = []
    async with httpx.AsyncClient(base_url=address, timeout=30) as browser:
        for _ in range(REQUESTS):
            began = time.perf_counter()
            (await browser.get(path)).raise_for_status()
            took.append(time.perf_counter() - began)
    return _row(f"GET {path}", took, f"p95 <= {PAGE_GOAL_MS} ms", p95_limit=PAGE_GOAL_MS)


async def live(address: str) -> Row:
    """From the press of a button to the last of all watchers."""
    took = []
    async with httpx.AsyncClient(base_url=address, timeout=30) as browser:
        page = (await browser.get("/")).text
        token, position = _found(r'name="csrf" value="([^"]+)"', page), _after(page)
        keys = re.findall(r'name="key" value="([^"]+)"', page)
        async with watchers(address, position) as streams:
            for key in list(dict.fromkeys(keys))[:CHANGES]:
                heard = [asyncio.create_task(_seen(each, key)) for each in streams]
                began = time.perf_counter()
                form = {"csrf": token, "key": key, "back": "/"}
                answer = await browser.post("/acknowledge", data=form)
                assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
                await asyncio.gather(*heard)
                took.append(time.perf_counter() - began)
    what = f"a press of a button to the last of {WATCHERS} live pages"
    return _row(what, took, f"<= {LIVE_GOAL_MS} ms", p95_limit=LIVE_GOAL_MS)


@asynccontextmanager
async def watchers(address: str, position: str) -> AsyncIterator[list[Stream]]:
    limits = httpx.Limits(max_connections=None)
    async with AsyncExitStack() as stack:
        browser = httpx.AsyncClient(base_url=address, timeout=None, limits=limits)
        await stack.enter_async_context(browser)
        streams = []
        for _ in range(WATCHERS):
            asked = browser.stream("GET", "/live", params={"after": position})
            streams.append(Stream(await stack.enter_async_context(asked)))
        yield streams


def report(rows: Sequence[Row]) -> str:
    heads = ("what", "tries", "p50 ms", "p95 ms", "worst ms", "goal")
    said = [(*row[:2], *(f"{each:.0f}" for each in row[2:5]), row.goal) for row in rows]
    return (
        f"Measured on {date.today()} with {ALERTS:,} open alerts; the reference loop took"
        f" {loop_ms():.0f} ms.\n\n{table(heads, said)}"
    )


async def _seen(stream: Stream, key: str) -> None:
    """Until a message has the alert's row as it is once it was acknowledged."""
    while not any(
        f'value="{key}"' in row and "told acknowledged" in row
        for row in (await stream.next()).data.split("<tr ")
    ):
        pass


def _row(what: str, took: Sequence[float], goal: str, *, p95_limit: float) -> Row:
    ordered = sorted(each * 1_000 for each in took)
    p95 = ordered[int(len(ordered) * 0.95) - 1]
    outcome = "met" if p95 <= p95_limit else "missed"
    return Row(what, len(took), ordered[len(took) // 2], p95, ordered[-1], f"{goal}: {outcome}")


def _after(page: str) -> str:
    return _found(r"after=([\w-]+)", page)


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found, pattern
    return found[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
