"""A person has dead letters sent again, once their cause is mended.

The audit has it before a letter is sent: should Kafka go away in between, asking again sends them.
An event counts once however often it comes.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from services.alerts.actions import act_of
from services.alerts.domain.audit.chain import Act, Action, Facts
from services.alerts.domain.requests import Redrive, check_redrive
from services.alerts.handlers import Audit
from services.shared.bus import PublishError, Received, SubscribeError
from services.shared.clock import Instant
from services.shared.dead_letters import (
    Letter,
    NoSuchLetter,
    TooManyLetters,
    letter_of,
    named,
    of_reason,
)
from services.shared.errors import RefusalCode, Refused

LETTERS_LIMIT = 1_000
"""So many of one reason are sent again by one request; the command line has no limit."""


class DeadLetters(Protocol):
    """Where dead letters lie, and how they go back to where they came from."""

    def read(self) -> Generator[Received]:
        """Raises SubscribeError."""
        ...

    def send_again(self, letters: Iterable[Received]) -> None:
        """Raises PublishError; after it the same letters may be sent again."""
        ...


@dataclass(frozen=True, slots=True)
class LetterPost:
    """The dead letters, and the topics that they may be sent to."""

    letters: DeadLetters
    topics: frozenset[str]


def redrive_letters(
    request: Redrive, post: LetterPost, audit: Audit, now: Instant
) -> Sequence[str]:
    """The ids of those that were sent, the oldest first. Raises Refused."""
    check_redrive(request)
    records = _wanted(request, post.letters)
    letters = [letter_of(each) for each in records]
    for letter in letters:
        _check_topic(letter, post.topics)
    for act in _acts(request, letters, now):
        audit.record(act)
    try:
        post.letters.send_again(records)
    except PublishError as error:
        raise _away(error) from error
    return [letter.id for letter in letters]


def _wanted(request: Redrive, letters: DeadLetters) -> list[Received]:
    try:
        with closing(letters.read()) as records:
            if request.ids:
                return named(records, request.ids)
            found = of_reason(records, request.reason, LETTERS_LIMIT)
    except NoSuchLetter as error:
        raise Refused(RefusalCode.NOT_FOUND, "ids", str(error)) from error
    except TooManyLetters as error:
        raise Refused(RefusalCode.FULL, "reason", str(error)) from error
    except SubscribeError as error:
        raise _away(error) from error
    if not found:
        raise Refused(
            RefusalCode.NOT_FOUND,
            "reason",
            f"No dead letter has the reason {request.reason!r}; `handoff dlq list` shows those"
            " that there are.",
        )
    return found


def _check_topic(letter: Letter, topics: frozenset[str]) -> None:
    """Whoever may write dead letters says in them where they came from."""
    if letter.topic not in topics:
        raise Refused(
            RefusalCode.CONFLICT,
            "ids",
            f"Letter {letter.id} says that it came from {letter.topic!r}, which is no topic of"
            " events or verdicts; it is not sent there.",
        )


def _acts(request: Redrive, letters: Sequence[Letter], now: Instant) -> list[Act]:
    """One for each letter that was named, or one for all of a reason."""
    if request.ids:
        return [_act(request, f"letter/{each.id}", [each], now) for each in letters]
    return [_act(request, f"letters/{request.reason}", letters, now)]


def _act(request: Redrive, about: str, letters: Sequence[Letter], now: Instant) -> Act:
    act = act_of(request.actor, Action.REDRIVE, about, now, request.words)
    return replace(
        act, before=_before(letters), after=_after(letters), request=request.idempotency_key
    )


def _before(letters: Sequence[Letter]) -> Facts:
    """What lay there: for which reason, how many, and from when until when they failed."""
    failed = sorted({each.failed_at for each in letters})
    return {
        "reason": ", ".join(sorted({each.reason for each in letters})),
        "dead_letters": str(len(letters)),
        "failed_at": " to ".join(dict.fromkeys((failed[0], failed[-1]))),
    }


def _after(letters: Sequence[Letter]) -> Facts:
    topics = ", ".join(sorted({each.topic for each in letters}))
    return {"sent_again": str(len(letters)), "sent_to": topics}


def _away(error: Exception) -> Refused:
    return Refused(RefusalCode.CONFLICT, "", f"{error} Try again in a moment.", retryable=True)
