"""What was told to a person about a promise and what people answered, in words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.console.desk import Alert
from services.console.facts import Said
from services.console.times import Moment, maybe_moment, moment
from services.console.words import plain

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SaidLine:
    """Who said what, and when; a note, or what somebody was asked."""

    what: str
    actor: str
    at: Moment
    words: str


@dataclass(frozen=True, slots=True)
class AlertView:
    """What a person was told and answered, and what they may answer now.

    `notes` of `notes_count` could be read; `said` is what was asked of others.
    """

    key: str
    state: str
    words: str
    at: Moment | None
    can_acknowledge: bool
    can_snooze: bool
    can_close: bool
    is_finding: bool
    hands: str
    since: Moment | None
    rung: str
    next_rung: Moment | None
    assignee: str
    notes_count: int
    notes: tuple[SaidLine, ...]
    said: tuple[SaidLine, ...]
    disputed: str
    rated: str


def alert_view(alert: Alert | None, now: datetime) -> AlertView | None:
    if alert is None:
        return None
    words, at = _alert_words(alert)
    return AlertView(
        key=alert.key,
        state=alert.state,
        words=words,
        at=maybe_moment(at, now),
        can_acknowledge=can_acknowledge(alert),
        can_snooze=alert.state in ("open", "acknowledged", "closed"),
        can_close=alert.state != "closed" and bool(alert.condition == "breached" or alert.finding),
        is_finding=bool(alert.finding),
        hands=_hands(alert),
        since=maybe_moment(alert.opened_at, now),
        rung=f"rung {alert.rungs} of {plain(alert.ladder).lower()}" if alert.rungs else "",
        next_rung=maybe_moment(alert.next_rung_at, now),
        assignee=alert.assignee,
        notes_count=alert.notes_count,
        notes=tuple(_line("Note", each, now) for each in alert.notes),
        said=_asked(alert, now),
        disputed=_disputed(alert),
        rated=_rated(alert),
    )


def can_acknowledge(alert: Alert) -> bool:
    return alert.state in ("open", "snoozed", "closed")


def _alert_words(alert: Alert) -> tuple[str, datetime | None]:
    match alert.state:
        case "open":
            return (
                ("Alert sent", alert.notified_at) if alert.notified_at else ("Not sent yet", None)
            )
        case "acknowledged" if alert.hands_needed > 1:
            return "Acknowledged", alert.acknowledged_at
        case "acknowledged":
            return (
                f"Acknowledged by {alert.acknowledged_by or 'nobody named'}",
                alert.acknowledged_at,
            )
        case "snoozed":
            return "Snoozed, wakes", alert.snoozed_until
        case "closed":
            return f"Closed by {alert.closed_by}, {plain(alert.cause).lower()}", alert.closed_at
        case other:
            return plain(other), None


def _hands(alert: Alert) -> str:
    """Who took it up so far, where one person is not enough."""
    if alert.hands_needed == 1 or alert.state not in ("open", "acknowledged"):
        return ""
    counted = f"{len(alert.taken_up_by)} of {alert.hands_needed}"
    return ": ".join(filter(None, (counted, ", ".join(alert.taken_up_by))))


def _asked(alert: Alert, now: datetime) -> tuple[SaidLine, ...]:
    asked = (("New date asked", alert.new_date_asked), ("Support asked", alert.customer_to_be_told))
    return tuple(_line(what, said, now) for what, said in asked if said)


def _line(what: str, said: Said, now: datetime) -> SaidLine:
    return SaidLine(what, said.actor, moment(said.at, now), said.words)


def _disputed(alert: Alert) -> str:
    if not alert.disputed_by:
        return ""
    return f"{alert.disputed_by} does not agree: {alert.dispute_reason}"


def _rated(alert: Alert) -> str:
    if not alert.useful + alert.not_useful:
        return ""
    return f"of use to {alert.useful}, not to {alert.not_useful}"


def latest_by_promise(alerts: Iterable[Alert]) -> dict[str, Alert]:
    """One alert a promise: the one sent last, where an amended date made a second."""
    return {
        alert.promise_id: alert
        for alert in sorted(alerts, key=lambda each: (each.notified_at or _NEVER, each.key))
    }
