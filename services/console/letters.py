"""Dead letters: how many for which reason, and the newest of them, as Kafka holds them.

They are read when somebody looks, and not again for a while. What sends them again is the alerts
service, which acts for people and keeps the audit: the console has no right to write to any topic.
"""

import asyncio
import shlex
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from services.console.desk import Refusal
from services.console.forms import needed, optional
from services.shared.bus import Received, SubscribeError
from services.shared.dead_letters import Letter, letter_of
from services.shared.dead_letters_kafka import KafkaDeadLetters
from services.shared.settings import KafkaSettings

LISTED_LIMIT = 100
KEPT_S = 15.0
WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Reason:
    """How many letters have one reason, when the last one came, and the command that sends them."""

    reason: str
    count: int
    last_at: str
    command: str


@dataclass(frozen=True, slots=True)
class Redrive:
    """One letter by its id, or all of one reason, shall be sent again; `words` say why."""

    id: str
    reason: str
    actor: str
    words: str
    request: str


@dataclass(frozen=True, slots=True)
class Letters:
    """All of them by reason, the most frequent first, and the newest by themselves."""

    count: int
    reasons: tuple[Reason, ...]
    newest: tuple[Letter, ...]


def redrive_of(form: Mapping[str, str], actor: str) -> Redrive:
    """Raises Refusal with what would be right."""
    id, reason = optional(form, "id"), optional(form, "reason")
    if bool(id) == bool(reason):
        raise Refusal(400, "Give the field `id` or `reason`: which letters are to be sent again.")
    return Redrive(
        id=id,
        reason=reason,
        actor=actor,
        words=needed(form, "words", "say why they will be taken now, it stays in the record"),
        request=needed(form, "idempotency_key", "reload the page, the form makes one"),
    )


class LetterBox(Protocol):
    """Where dead letters lie."""

    async def look(self) -> Letters | str:
        """A sentence where they cannot be read."""
        ...


class KafkaLetterBox:
    """Reads the topic in a thread, one reading for all who look meanwhile."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._dead_letters = KafkaDeadLetters(kafka, "handoff-console")
        self._reading: asyncio.Task[Letters | str] | None = None
        self._began_s = 0.0

    async def look(self) -> Letters | str:
        known = self._reading
        if known is None or (known.done() and time.monotonic() - self._began_s > KEPT_S):
            self._began_s = time.monotonic()
            known = self._reading = asyncio.create_task(asyncio.to_thread(self._read))
        done, _ = await asyncio.wait({known}, timeout=WITHIN_S)
        return known.result() if done else f"Kafka did not answer within {WITHIN_S:g} s."

    def _read(self) -> Letters | str:
        try:
            return letters_of(self._dead_letters.read())
        except SubscribeError as error:
            return str(error)


def letters_of(records: Iterable[Received]) -> Letters:
    """However many there are, only the newest are kept."""
    counts: Counter[str] = Counter()
    last_at: dict[str, str] = {}
    newest: deque[Letter] = deque(maxlen=LISTED_LIMIT)
    for record in records:
        letter = letter_of(record)
        counts[letter.reason] += 1
        last_at[letter.reason] = max(letter.failed_at, last_at.get(letter.reason, ""))
        newest.append(letter)
    return Letters(
        count=counts.total(),
        reasons=tuple(
            Reason(
                reason,
                count,
                last_at[reason],
                f"handoff dlq redrive --reason {shlex.quote(reason)}",
            )
            for reason, count in counts.most_common()
        ),
        newest=tuple(sorted(newest, key=lambda each: each.failed_at, reverse=True)),
    )
