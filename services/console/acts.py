"""What a person may do to alerts, up to 100 at once, and what became of each. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.console.desk import Alert, Refusal
from services.console.forms import needed, optional
from services.console.snoozes import SNOOZES

CAUSES = (
    "approval",
    "missing_information",
    "capacity",
    "system",
    "know_how",
    "supplier",
    "customer",
    "over_promise",
)
"""Why a promise was broken, as whoever is through with it sees it."""
DEFAULT_SNOOZE = "1h"


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing to do: its path, the word behind a count, the sentence for one alert.

    `why` ends the sentence that asks for words; where it is empty, they may be left out.
    """

    path: str
    done: str
    notice: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One wish about several alerts; `words` are the reason, the question, or the note itself."""

    verb: str
    keys: tuple[str, ...]
    actor: str
    words: str = ""
    request: str = ""
    until: datetime | None = None
    assignee: str = ""
    cause: str = ""
    useful: bool = False
    by_party: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one alert; where it was refused, why, and the HTTP status that says so."""

    key: str
    alert: Alert | None
    problem: str = ""
    status: int = 200


def act_of(
    verb: Verb, form: Mapping[str, str], keys: tuple[str, ...], actor: str, now: datetime | None
) -> Act:
    """Raises Refusal with what would be right."""
    if not keys:
        raise Refusal(400, "The field `key` is empty: it names the alert.")
    if verb.path in ("acknowledge", "snooze"):
        request = ""
    else:
        request = needed(form, "idempotency_key", "reload the page, the form makes one")
    return Act(
        verb=verb.path,
        keys=keys,
        actor=actor,
        words=needed(form, "words", verb.why) if verb.why else optional(form, "words"),
        request=request,
        until=_until(form, now) if verb.path == "snooze" else None,
        assignee=_assignee(verb.path, form, actor),
        cause=_cause(form) if verb.path == "close" else "",
        useful=_useful(form) if verb.path == "rate" else False,
        by_party=optional(form, "by_party"),
    )


def _until(form: Mapping[str, str], now: datetime | None) -> datetime:
    slug = optional(form, "for") or DEFAULT_SNOOZE
    if slug not in SNOOZES:
        raise Refusal(400, f"An alert cannot be snoozed for {slug!r}; use {', '.join(SNOOZES)}.")
    if now is None:
        raise Refusal(503, "The tracker has not answered yet, so it is not known until when.")
    return now + SNOOZES[slug]


def _assignee(path: str, form: Mapping[str, str], actor: str) -> str:
    """Nobody, where an assignment names nobody."""
    if path == "take":
        return actor
    return optional(form, "assignee") if path == "assign" else ""


def _cause(form: Mapping[str, str]) -> str:
    cause = optional(form, "cause")
    if cause not in CAUSES:
        raise Refusal(400, f"The cause {cause!r} is none; choose one of {', '.join(CAUSES)}.")
    return cause


def _useful(form: Mapping[str, str]) -> bool:
    answer = optional(form, "useful")
    if answer not in ("yes", "no"):
        raise Refusal(400, f"Whether it was useful is {answer!r}; say yes or no.")
    return answer == "yes"


VERBS = {
    each.path: each
    for each in (
        Verb(
            "acknowledge",
            "acknowledged",
            "Acknowledged. It stays in the list until the promise ends.",
        ),
        Verb("snooze", "snoozed", "Snoozed. The alert comes back by itself."),
        Verb(
            "take", "assigned to you", "Assigned to you. Its ladder goes on until you take it up."
        ),
        Verb("assign", "assigned", "Assigned. Its ladder goes on until somebody takes it up."),
        Verb(
            "escalate",
            "escalated",
            "Escalated. The next rung of its ladder is told now.",
            "say why somebody else has to hear of it, they will read it",
        ),
        Verb("note", "noted", "Noted. The note stays with the alert.", "it is the note"),
        Verb("close", "closed", "Closed. It needs nobody, unless it becomes graver."),
        Verb(
            "dispute",
            "disputed",
            "Disputed. The tracker hears of it, and so does the other party.",
            "say why, the other party will read it",
        ),
        Verb("rate", "rated", "Thank you. It counts in the table of the agreements."),
        Verb(
            "ask-date",
            "asked for a new date",
            "Asked. The debtor answers by an event of its own.",
            "it is what the debtor is asked",
        ),
        Verb(
            "tell-customer",
            "handed to support",
            "Support is asked to tell the customer.",
            "it is what the customer is to be told",
        ),
    )
}
