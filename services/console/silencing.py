"""Silences as they are shown, and as they are asked for in a form. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.console.desk import Refusal
from services.console.filters import SPANS
from services.console.forms import needed, optional
from services.console.overviews import Silence
from services.console.times import Moment, maybe_moment, moment

WANTED = (
    ("owed_by", "Owed by"),
    ("owed_to", "Owed to"),
    ("agreements", "Agreement"),
    ("conditions", "State"),
    ("subjects", "Subject"),
)
"""What a silence may name, and the word for it; what it does not name may be anything."""


@dataclass(frozen=True, slots=True)
class SilenceView:
    """One silence; it is planned while it has not begun."""

    id: str
    takes: tuple[tuple[str, str], ...]
    planned: bool
    start: Moment | None
    end: Moment
    actor: str
    reason: str


def silence_view(silence: Silence, now: datetime) -> SilenceView:
    named = ((word, getattr(silence, name)) for name, word in WANTED)
    return SilenceView(
        id=silence.id,
        takes=tuple((word, " or ".join(values)) for word, values in named if values),
        planned=silence.starts_at is not None and silence.starts_at > now,
        start=maybe_moment(silence.starts_at, now),
        end=moment(silence.ends_at, now),
        actor=silence.actor,
        reason=silence.reason,
    )


def asked_for(form: Mapping[str, str], actor: str, now: datetime) -> Silence:
    """Raises Refusal with what would be right."""
    starts_at = _moment(optional(form, "starts_at"))
    named = {name: _names(optional(form, name)) for name, _ in WANTED}
    return Silence(
        id="",
        **named,
        starts_at=starts_at,
        ends_at=(starts_at or now) + _span(optional(form, "for")),
        actor=actor,
        reason=needed(form, "reason", "say why nobody needs to hear of these alerts"),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _span(slug: str) -> timedelta:
    if slug not in SPANS:
        raise Refusal(400, f"A silence cannot last {slug!r}; use {', '.join(SPANS)}.")
    return SPANS[slug]


def _moment(text: str) -> datetime | None:
    """As a browser's form field gives it; all times here are in UTC."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise Refusal(
            400, f"The beginning {text!r} is no moment; write it as 2026-11-02T16:00, in UTC."
        ) from error
