"""What was told to a person about a promise and what the person answered, in words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.console.desk import Alert
from services.console.times import Moment, maybe_moment
from services.console.words import plain

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AlertView:
    """What a person was told and answered, and what they may answer now."""

    key: str
    state: str
    words: str
    at: Moment | None
    can_acknowledge: bool
    can_snooze: bool
    since: Moment | None
    rung: str
    next_rung: Moment | None


def alert_view(alert: Alert | None, now: datetime) -> AlertView | None:
    if alert is None:
        return None
    words, at = _alert_words(alert)
    return AlertView(
        key=alert.key,
        state=alert.state,
        words=words,
        at=maybe_moment(at, now),
        can_acknowledge=alert.state in ("open", "snoozed"),
        can_snooze=alert.state in ("open", "acknowledged"),
        since=maybe_moment(alert.opened_at, now),
        rung=f"rung {alert.rungs} of {plain(alert.ladder).lower()}" if alert.rungs else "",
        next_rung=maybe_moment(alert.next_rung_at, now),
    )


def _alert_words(alert: Alert) -> tuple[str, datetime | None]:
    match alert.state:
        case "open":
            return (
                ("Alert sent", alert.notified_at) if alert.notified_at else ("Not sent yet", None)
            )
        case "acknowledged":
            return (
                f"Acknowledged by {alert.acknowledged_by or 'nobody named'}",
                alert.acknowledged_at,
            )
        case "snoozed":
            return "Snoozed, wakes", alert.snoozed_until
        case other:
            return plain(other), None


def latest_by_promise(alerts: Iterable[Alert]) -> dict[str, Alert]:
    """One alert a promise: the one sent last, where an amended date made a second."""
    return {
        alert.promise_id: alert
        for alert in sorted(alerts, key=lambda each: (each.notified_at or _NEVER, each.key))
    }
