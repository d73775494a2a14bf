"""One page for a promise that the customer was given and that is broken, none for its parts.

The customer's promise is broken and told: what its departments owe each other for it, and only now
are late with or warned of, changes nothing for the customer, and whoever looks at the one sees the
others beneath it. So such an alert is kept without being told. When the outer one ends, or is not
broken any more, what still stands beneath it is told.

What was told before the outer promise broke stays told, gets worse aloud and climbs its ladder on:
somebody may be at it. An outer promise that nobody heard of, because it is silenced, keeps nothing
back. A return, a dispute or an unknown state is always told: there somebody has to do something
else.
"""

from collections.abc import Iterable
from dataclasses import replace

from services.alerts.domain.alert import Alert, Decision, History, Reason, Snooze
from services.alerts.domain.decisions import wake
from services.alerts.domain.promise import Condition
from services.shared.clock import SECOND, Instant

ACTOR = "handoff"
LOOK_AGAIN_AFTER = 600 * SECOND
"""Whatever is missed of an outer promise's end, what is beneath it is held no longer without a look
at it."""
_HELD = frozenset({Condition.AT_RISK, Condition.BREACHED})


def inhibiting(known: Alert | None, alert: Alert, beside: Iterable[Alert]) -> Alert | None:
    """The one `beside` it, about the same subject, beneath which it is not told by itself.

    `known` is the alert as it was before the change.
    """
    if alert.condition not in _HELD or not alert.promise.serves or _was_told(known):
        return None
    return next((each for each in beside if _is_outer(each, alert)), None)


def beneath(outer: Alert, known: Alert | None, now: Instant) -> Snooze:
    """Until somebody looks again; `known` is what is held, as it was before."""
    reason = f"Part of {outer.promise.agreement}, which is broken and told as {outer.key}."
    over = known is not None and (known.end is not None or _over(known))
    return Snooze(ACTOR, now + LOOK_AGAIN_AFTER, reason, held=Reason.INHIBITED, over=over)


def is_beneath(alert: Alert, agreement: str) -> bool:
    """Whether it is held for a promise of this agreement, or of any that is."""
    return alert.held is Reason.INHIBITED and alert.promise.serves == agreement


def look_again(history: History, key: str, now: Instant) -> Decision:
    """What is held is told now, unless there is still reason to hold it."""
    alert = history.alert(key)
    if alert is None or alert.end or not alert.snooze or alert.held is not Reason.INHIBITED:
        return Decision(history, Reason.STILL_ASLEEP)
    due = replace(alert, snooze=replace(alert.snooze, until=now))
    return wake(history.having(due), key, now)


def _was_told(known: Alert | None) -> bool:
    """Somebody has heard that it stands."""
    return (
        known is not None and known.end is None and known.notified_at is not None and not known.held
    )


def _is_outer(outer: Alert, alert: Alert) -> bool:
    heard_of = outer.notified_at is not None and outer.held is not Reason.FLAPPING
    return (
        outer.end is None
        and outer.condition is Condition.BREACHED
        and outer.promise.subject == alert.promise.subject
        and outer.promise.agreement == alert.promise.serves
        and (heard_of or outer.held is Reason.INHIBITED)
    )


def _over(known: Alert) -> bool:
    return known.snooze is not None and known.snooze.over
