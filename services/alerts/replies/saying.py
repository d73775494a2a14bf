"""Says in the conversation that somebody has an alert in hand: Slack shows nothing of a press."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

import httpx
import structlog

from services.alerts.channels.slack import escaped
from services.alerts.domain.alert import Alert
from services.alerts.errors import DeliveryError

WORDS_LIMIT = 300


class Say(Protocol):
    """Says words at an address, some time soon or never; whoever asks for it does not wait."""

    def __call__(self, address: str, words: str) -> None: ...


def in_hand(alerts: Sequence[Alert], of: int) -> str:
    """Who has them, of so many that were to be taken up; empty where nobody has any."""
    taken = (each.acknowledgement for each in alerts)
    people = Counter(each.actor.removeprefix("slack:") for each in taken if each)
    return " ".join(f"{who} has {_what(count, of)} in hand." for who, count in people.items())


def _what(count: int, of: int) -> str:
    if count < of:
        return f"{count} of these {of}"
    return "it" if of == 1 else f"all {of}"


def saying(
    client: httpx.Client,
    log: structlog.typing.FilteringBoundLogger,
    submit: Callable[..., object],
) -> Say:
    """`client` judges where it may go, and `submit` calls a function in another thread."""

    def say_it(address: str, words: str) -> None:
        message = {
            "response_type": "in_channel",
            "replace_original": False,
            "text": escaped(words, WORDS_LIMIT),
        }
        try:
            answer = client.post(address, json=message)
            problem = "" if answer.is_success else str(answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL, DeliveryError) as error:
            problem = type(error).__name__
        if problem:
            log.warning("not said that it is in hand", problem=problem)

    def say(address: str, words: str) -> None:
        submit(say_it, address, words)

    return say
