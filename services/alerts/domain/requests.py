"""What people ask of alerts, and what is wrong with a request before anything is looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from services.alerts.domain.alert import Alert, State, urgency
from services.alerts.domain.matching import Matcher
from services.alerts.domain.promise import Condition
from services.alerts.domain.silences import Silence
from services.shared.clock import SECOND, Instant, iso
from services.shared.errors import RefusalCode, Refused

TEXT_LENGTH_LIMIT = 1_024
NAME_LENGTH_LIMIT = 200
DAY = 86_400 * SECOND
SNOOZE_LIMIT = 30 * DAY
SILENCE_LIMIT = 30 * DAY
"""A silence is no longer than this, and begins within as much."""
NAMES_LIMIT = 100
KEYS_LIMIT = 100
"""Alerts that one request may name; each is decided and saved by itself."""
PAGE_SIZE = 100
PAGE_SIZE_LIMIT = 1_000
STANDING = frozenset({State.OPEN, State.ACKNOWLEDGED, State.SNOOZED})

Place = tuple[Instant, Instant, str]
"""Where a page begins: after the alert with this urgency."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which alerts to list, the most urgent first; empty is any."""

    states: frozenset[State] = STANDING
    owed_by: str = ""
    owed_to: str = ""
    subject: str = ""
    assignee: str = ""
    unassigned: bool = False
    after: Place | None = None
    limit: int = PAGE_SIZE

    def takes(self, alert: Alert) -> bool:
        promise = alert.promise
        return (
            alert.state in self.states
            and self.owed_by in ("", promise.owed_by)
            and self.owed_to in ("", promise.owed_to)
            and self.subject in ("", promise.subject)
            and self.assignee in ("", alert.assignee)
            and not (self.unassigned and alert.assignee)
            and (self.after is None or urgency(alert) > self.after)
        )


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Somebody has it in hand."""

    key: str
    actor: str
    note: str = ""
    idempotency_key: str = ""
    """Given where the same wish may come twice."""
    through: str = ""
    """The receiver in whose system it was said, if any."""


@dataclass(frozen=True, slots=True)
class SnoozeUntil:
    """Somebody wants to hear of it again later."""

    key: str
    actor: str
    until: Instant
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What every other action says; of one idempotency key and alert only the first has an effect.

    `words` are the reason, the question, or the note itself.
    """

    key: str
    actor: str
    words: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Release:
    """The creditor gives the promise up; the same idempotency key twice has one effect."""

    promise_id: str
    actor: str
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Redrive:
    """Dead letters shall be sent again: those with `ids`, or all that have one `reason`.

    `words` say why they will be taken now.
    """

    ids: tuple[str, ...]
    reason: str
    actor: str
    words: str
    idempotency_key: str


def check_acknowledge(request: Acknowledge) -> None:
    """Raises Refused, as all of these do, with the field and what would be right."""
    _name("key", request.key, "the key that `handoff inbox` shows")
    _name("actor", request.actor, "who has it in hand")
    _text("note", request.note)
    check_name("idempotency_key", request.idempotency_key, "a key of its own for each reply")


def check_snooze(request: SnoozeUntil, now: Instant) -> None:
    _name("key", request.key, "the key that `handoff inbox` shows")
    _name("actor", request.actor, "who wants to hear of it later")
    _text("reason", request.reason)
    if not now < request.until <= now + SNOOZE_LIMIT:
        raise _invalid(
            "until",
            f"is {iso(request.until)}; give a moment after now ({iso(now)}) and within"
            f" {SNOOZE_LIMIT // DAY} days",
        )


def check_keys(keys: Sequence[str]) -> None:
    if not 1 <= len(keys) <= KEYS_LIMIT:
        raise _invalid("keys", f"has {len(keys)}; give 1 to {KEYS_LIMIT}")
    for key in keys:
        _name("keys", key, "the key that `handoff inbox` shows")


def check_asked(request: Asked, needed: str = "") -> None:
    """`needed` says what its words have to be, where they are not for the actor to leave out."""
    _name("key", request.key, "the key that `handoff inbox` shows")
    _name("actor", request.actor, "who does it")
    _text("words", request.words, needed)
    _name("idempotency_key", request.idempotency_key, "a key of its own for each action")


def check_name(field: str, value: str, meaning: str) -> None:
    if value:
        _name(field, value, meaning)


def check_silence(silence: Silence, now: Instant) -> None:
    _name("actor", silence.actor, "who asks for it")
    _text("reason", silence.reason, needed="why nobody needs to hear of them")
    _check_wanted(silence.wanted)
    if silence.ends_at <= max(silence.starts_at, now):
        raise _invalid(
            "ends_at", f"is {iso(silence.ends_at)}; give a moment after the beginning and after now"
        )
    if silence.ends_at - silence.starts_at > SILENCE_LIMIT:
        raise _invalid("ends_at", f"is more than {SILENCE_LIMIT // DAY} days after the beginning")
    if silence.starts_at > now + SILENCE_LIMIT:
        raise _invalid("starts_at", f"is more than {SILENCE_LIMIT // DAY} days ahead")


def check_end_silence(actor: str) -> None:
    _name("actor", actor, "who ends it")


def _check_wanted(wanted: Matcher) -> None:
    if wanted.takes_all:
        raise _invalid(
            "silence", "names nothing, so it would take every alert; name at least one department"
        )
    for field in fields(wanted):
        names = getattr(wanted, field.name)
        if len(names) > NAMES_LIMIT:
            raise _invalid(field.name, f"has {len(names)} names; give at most {NAMES_LIMIT}")
        for name in names:
            _name(field.name, name, "a name")
    if unknown := wanted.conditions - {each.value for each in Condition}:
        there = ", ".join(Condition)
        raise _invalid("conditions", f"has {min(unknown)!r}; there are {there}")


def check_release(request: Release) -> None:
    _text("promise_id", request.promise_id, needed="the promise that is given up")
    _name("actor", request.actor, "who gives it up, for the creditor")
    _text("reason", request.reason, needed="why it is given up; the debtor will read it")
    _name("idempotency_key", request.idempotency_key, "a key of its own for each release")


def check_redrive(request: Redrive) -> None:
    if bool(request.ids) == bool(request.reason):
        raise _invalid("ids", "or reason: give either letters, or the reason of those to send")
    if len(request.ids) > KEYS_LIMIT:
        raise _invalid("ids", f"has {len(request.ids)}; give 1 to {KEYS_LIMIT}")
    for id in request.ids:
        _name("ids", id, "the letter as `handoff dlq list` shows it")
    _text("reason", request.reason)
    _name("actor", request.actor, "who has them sent again")
    _text("words", request.words, needed="why they will be taken now")
    _name("idempotency_key", request.idempotency_key, "a key of its own for each sending")


def check_page_size(size: int) -> int:
    if not 0 <= size <= PAGE_SIZE_LIMIT:
        raise _invalid(
            "page_size", f"is {size}; give 1 to {PAGE_SIZE_LIMIT:,}, or 0 for {PAGE_SIZE}"
        )
    return size or PAGE_SIZE


def _name(field: str, value: str, meaning: str) -> None:
    if not value.strip():
        raise _invalid(field, f"is empty; give {meaning}")
    if len(value) > NAME_LENGTH_LIMIT:
        raise _invalid(field, f"has {len(value)} characters; give at most {NAME_LENGTH_LIMIT}")


def _text(field: str, value: str, needed: str = "") -> None:
    if needed and not value.strip():
        raise _invalid(field, f"is empty; give {needed}")
    if len(value) > TEXT_LENGTH_LIMIT:
        raise _invalid(field, f"has {len(value)} characters; give at most {TEXT_LENGTH_LIMIT:,}")


def _invalid(field: str, problem: str) -> Refused:
    return Refused(RefusalCode.INVALID, field, f"{field} {problem}.")
