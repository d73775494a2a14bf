"""A changed agreement, tried on what was said lately: one at a time, in a process of its own.

`handoff agreements try` reads and folds. It is ended when it takes too long, when nobody looks any
more, and with the console. Nothing of it is stored.
"""

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from services.console.desk import Refusal

TEXT_BYTES_LIMIT = 65_536
"""As long as a file of agreements may be."""
DAYS = (30, 7, 1)
SECONDS_LIMIT = 600.0
"""Three minutes to read as many records as may be, three to fold as many events, and some more."""
UNSEEN_LIMIT_S = 30.0
"""A page asks every other second; one in a hidden tab may be late."""
ANSWER_BYTES_LIMIT = 1_048_576
KEPT = 8
"""Those that ended stay for their page and its data, the last few."""
FIRST = 50
NICE = 10
"""Whatever else runs on the machine goes before it."""
_LOOK_EVERY_S = 0.5
_READ_BYTES = 65_536
_WORDS_BYTES = 2_000


@dataclass(slots=True, eq=False)
class Trial:
    """One of them: what is tried, how far it is, and how it ended.

    `answer` is what the command printed as JSON, `problem` a sentence where it could not.
    """

    agreement: str
    text: str
    days: int
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    progress: str = "Starting"
    answer: dict[str, Any] | None = None
    problem: str | None = None
    began_at: float = field(default_factory=time.monotonic)
    seen_at: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> bool:
        return self.answer is not None or self.problem is not None

    def to_be_ended(self, now: float) -> str | None:
        """Why, where it is; `now` is in seconds, as `began_at` and `seen_at` are."""
        if now - self.began_at > SECONDS_LIMIT:
            return f"It took longer than {SECONDS_LIMIT:g} s and was ended; take fewer days."
        if now - self.seen_at > UNSEEN_LIMIT_S:
            return "It was ended because nobody looked at it any more."
        return None


Command = Callable[[str, int], Sequence[str]]
"""What tries an agreement, by its name, on so many days; it gets the text on stdin."""


def command(agreement: str, days: int) -> Sequence[str]:
    options = ("--last", f"{days}d", "--first", str(FIRST), "--json", "--progress")
    handoff = (sys.executable, "-P", "-m", "services.cli")
    return (*handoff, "agreements", "try", *options, "--", agreement, "-")


class Trials:
    """Those of one console."""

    def __init__(self, command: Command = command) -> None:
        self._command = command
        self._kept: OrderedDict[str, Trial] = OrderedDict()
        self._running: asyncio.Task[None] | None = None

    def begin(self, agreement: str, text: str, days: int) -> Trial:
        """Raises Refusal where something is wrong with it, or where one runs already."""
        if not text.strip():
            raise Refusal(400, "There is no text to try; paste the agreement as it might be.")
        if (size := len(text.encode())) > TEXT_BYTES_LIMIT:
            raise Refusal(
                413, f"The text has {size:,} bytes; an agreement has {TEXT_BYTES_LIMIT:,} at most."
            )
        if days not in DAYS:
            raise Refusal(400, f"{days} days cannot be looked back; {DAYS} can.")
        if self._running and not self._running.done():
            raise Refusal(
                429, "Another agreement is being tried, and one at a time is; try again soon."
            )
        trial = Trial(agreement, text, days)
        self._kept[trial.id] = trial
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self._running = asyncio.create_task(self._run(trial))
        return trial

    def look(self, agreement: str, id: str) -> Trial:
        """Who looks keeps it going. Raises Refusal where there is none."""
        trial = self._kept.get(id)
        if trial is None or trial.agreement != agreement:
            raise Refusal(404, "What was tried here is not kept any more; try it again.")
        trial.seen_at = time.monotonic()
        return trial

    async def close(self) -> None:
        """Ends the one that runs."""
        if self._running:
            self._running.cancel()
            await asyncio.wait([self._running])

    async def _run(self, trial: Trial) -> None:
        try:
            trial.answer, trial.problem = await self._answer(trial)
        except OSError as error:
            trial.problem = f"It could not be started: {error.strerror}."
        finally:
            trial.problem = trial.problem or (None if trial.answer else "It was ended.")

    async def _answer(self, trial: Trial) -> tuple[dict[str, Any] | None, str | None]:
        process = await asyncio.create_subprocess_exec(
            *self._command(trial.agreement, trial.days),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,
        )
        talking = asyncio.gather(_write(process, trial.text), _read(process), _hear(process, trial))
        try:
            with suppress(ProcessLookupError):  # it has ended already
                os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
            while not (await asyncio.wait([talking], timeout=_LOOK_EVERY_S))[0]:
                if why := trial.to_be_ended(time.monotonic()):
                    return None, why
            _, printed, last_words = talking.result()
        finally:
            talking.cancel()
            _kill(process)
            await asyncio.gather(process.wait(), talking, return_exceptions=True)
        return understood(printed, last_words)


def understood(printed: bytes, last_words: str) -> tuple[dict[str, Any] | None, str | None]:
    """The answer where one was printed, else why there is none."""
    if len(printed) > ANSWER_BYTES_LIMIT:
        return None, f"The answer is longer than {ANSWER_BYTES_LIMIT:,} bytes."
    with suppress(ValueError):
        answer = json.loads(printed)
        if isinstance(answer, dict):
            return answer, None
    return None, last_words or "It ended without a word."


async def _write(process: Process, text: str) -> None:
    assert process.stdin
    with suppress(ConnectionError):  # it says by itself why it did not listen
        process.stdin.write(text.encode())
        await process.stdin.drain()
    process.stdin.close()


async def _read(process: Process) -> bytes:
    """Up to one byte over the limit; the rest is read and dropped."""
    assert process.stdout
    printed = b""
    while some := await process.stdout.read(_READ_BYTES):
        printed += some[: ANSWER_BYTES_LIMIT + 1 - len(printed)]
    return printed


async def _hear(process: Process, trial: Trial) -> str:
    """Each line is how far it is; the last one may say what went wrong."""
    assert process.stderr
    tail = b""
    while some := await process.stderr.read(_READ_BYTES):
        tail = (tail + some)[-_WORDS_BYTES:]
        trial.progress = tail.decode(errors="replace").strip().rpartition("\n")[2]
    return trial.progress if tail else ""


def _kill(process: Process) -> None:
    """Its whole session, unless it ended."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
