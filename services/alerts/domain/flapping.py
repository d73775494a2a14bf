"""What comes and goes: a promise is broken, withdrawn, and broken again within minutes.

Each end is told at once, because somebody may stop working on it. The next beginning is told when
it has stood until `RENOTIFY_AFTER` from the end that was told; if it ends before, nobody hears of
either. What is graver than before is told at once, and so is a new due date: that is another alert.
"""

from services.alerts.domain.alert import Alert, Reason, Snooze
from services.alerts.domain.inhibition import ACTOR
from services.alerts.domain.promise import Condition
from services.shared.clock import SECOND, Instant

RENOTIFY_AFTER = 300 * SECOND


def flapping(known: Alert | None, alert: Alert, now: Instant) -> Snooze | None:
    """How an alert that is there again is held back; None where it is told."""
    if known is None or known.end is None or known.notified_at is None:
        return None
    until = known.notified_at + RENOTIFY_AFTER
    if now >= until or known.condition not in (alert.condition, Condition.BREACHED):
        return None
    reason = "It was told to be over a moment ago, and may be again."
    return Snooze(ACTOR, until, reason, held=Reason.FLAPPING, over=True)
