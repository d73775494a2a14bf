"""What a receiver that forgets is told again: the alerts that stand, and that it was told of."""

from collections.abc import Collection, Sequence

from services.alerts.domain.alert import Alert, Notice, Reason, State
from services.alerts.domain.text import message
from services.shared.clock import Instant

TOLD_AGAIN = frozenset({State.OPEN, State.ACKNOWLEDGED, State.SNOOZED})
"""What a person closed needs nobody; a receiver that is not told of it any more lets it go."""


def again(alert: Alert, now: Instant) -> Notice:
    """The alert as it is, in the words of now."""
    reason = Reason.RESOLVED if alert.end else Reason.FIRST_NOTICE
    return Notice(f"{alert.key}:{alert.revision}:again", reason, alert, message(alert, now), now)


def heard_by(receiver: str, alerts: Sequence[Alert], passed_on: Collection[str]) -> Sequence[Alert]:
    """Those that the receiver was told of, by itself or because they were `passed_on` to it."""
    return [
        alert
        for alert in alerts
        if _is_told(alert) and (receiver in alert.told or alert.key in passed_on)
    ]


def _is_told(alert: Alert) -> bool:
    """Whether anybody heard that it stands: not where it began, or began again, in silence."""
    return alert.notified_at is not None and alert.notified_at >= alert.opened_at
