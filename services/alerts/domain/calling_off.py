"""Receivers that call people until somebody has the alert in hand are told when somebody has, and
when nobody has any more.

Only those that were told of the alert itself; where it was taken up in a receiver's own system,
that one knows. What is open again they hear of as such, in place of any other notice of it: they
have to begin anew.
"""

from collections.abc import Collection
from dataclasses import replace

from services.alerts.domain.alert import Alert, Decision, History, Notice, Reason, State
from services.alerts.domain.answers import CalledOff
from services.alerts.domain.decisions import not_before, notice_of
from services.alerts.domain.text import in_hand
from services.shared.clock import Instant

IN_HAND = frozenset({State.ACKNOWLEDGED, State.SNOOZED, State.CLOSED})
"""Nobody has to be called; also while a silence holds."""


def calling_off(
    before: History, decision: Decision, callers: Collection[str], now: Instant
) -> Decision:
    """The decision with what `callers` have to hear of each alert that it changed."""
    for alert in decision.history.alerts:
        known = before.alert(alert.key)
        if alert == known:
            continue
        if alert.state in IN_HAND and _was_called_for(known):
            decision = _call_off(decision, alert, callers, now)
        elif alert.state is State.OPEN:
            decision = _call_again(decision, alert, now)
    return decision


def _was_called_for(known: Alert | None) -> bool:
    """Not what is there again and kept quiet from its beginning on."""
    if known is None or known.end:
        return False
    return known.state is State.OPEN or known.called_off is not None


def _call_off(decision: Decision, alert: Alert, callers: Collection[str], now: Instant) -> Decision:
    knowing = tuple(each for each in alert.told if each in callers)
    new = tuple(each for each in knowing if each not in _knowing(alert))
    if not new:
        return decision
    at = not_before(alert, now)
    changed = replace(alert, called_off=CalledOff(knowing, at))
    taken = alert.acknowledgement
    others = tuple(each for each in new if taken is None or each != taken.through)
    notice = replace(
        notice_of(changed, Reason.CALLED_OFF, at), text=in_hand(changed, at), receivers=others
    )
    told = (*decision.notices, notice) if others else decision.notices
    return replace(decision, history=decision.history.having(changed), notices=told)


def _call_again(decision: Decision, alert: Alert, now: Instant) -> Decision:
    knowing = _knowing(alert)
    if not knowing:
        return decision
    at = not_before(alert, now)
    changed = replace(alert, called_off=CalledOff((), at))
    again = replace(notice_of(changed, Reason.OPEN_AGAIN, at), receivers=knowing)
    others = tuple(_without(knowing, each, alert.key) for each in decision.notices)
    told = (*(each for each in others if each.receivers), again)
    return replace(decision, history=decision.history.having(changed), notices=told)


def _knowing(alert: Alert) -> tuple[str, ...]:
    return alert.called_off.receivers if alert.called_off else ()


def _without(receivers: Collection[str], notice: Notice, key: str) -> Notice:
    """As it goes to all others, where it is of this alert."""
    if notice.alert.key != key:
        return notice
    others = tuple(each for each in notice.receivers if each not in receivers)
    return replace(notice, receivers=others)
