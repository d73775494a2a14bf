"""How a decision about a promise's alerts moves them on their ladders, and whom it tells.

An alert climbs while it is open: nobody has acknowledged it, and nobody wants to hear of it later.
A rung is told once for a due date, however often the decision behind it is made: how many were told
is part of the alert. Who is on call is looked up as a rung is told, and not again; one that reaches
nobody gives its turn to the next. Whatever else changes is told to all who were told of it before.
While a silence holds, or the alert is held back, nobody is told anything but the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.alerts.domain.alert import Alert, Decision, History, Notice, Reason, Snooze, State
from services.alerts.domain.flapping import flapping
from services.alerts.domain.inhibition import beneath, inhibiting
from services.alerts.domain.ladders import Escalation, Ladder
from services.alerts.domain.silences import Silence, silence_of
from services.alerts.domain.text import message
from services.shared.clock import Instant


@dataclass(frozen=True, slots=True)
class Rules:
    """The ladders and routes, the silences that hold now or later, and the alerts that stand
    `beside` those of a promise, about the same subject.
    """

    escalation: Escalation
    silences: Sequence[Silence] = ()
    beside: Sequence[Alert] = ()


def climbing(before: History, decision: Decision, rules: Rules, now: Instant) -> Decision:
    """The decision with each changed alert on its ladder, and each notice addressed."""
    history = decision.history
    for alert in decision.history.alerts:
        known = before.alert(alert.key)
        if alert != known:
            history = history.having(_placed(known, alert, rules, now))
    addressed = [_addressed(each, history, rules.escalation, now) for each in decision.notices]
    notices = tuple(each for each in addressed if _is_told(before.alert(each.alert.key), each))
    held = next((each.alert.held for each in addressed if each.alert.held), None)
    reason = held if held and not notices else decision.reason
    return replace(decision, history=history, reason=reason, notices=notices)


def _is_told(known: Alert | None, notice: Notice) -> bool:
    alert = notice.alert
    if alert.end:
        return not _ends_quietly(known, alert)
    return alert.snooze is None or not alert.snooze.untold


def _ends_quietly(known: Alert | None, alert: Alert) -> bool:
    """Nobody has heard that it stood: it was held back from its beginning on."""
    if alert.end is None or known is None or known.snooze is None or not known.snooze.held:
        return False
    return known.snooze.over or known.notified_at is None


def _placed(known: Alert | None, alert: Alert, rules: Rules, now: Instant) -> Alert:
    """An alert that begins, or that another ladder is for by now, is on the first rung."""
    ladder = rules.escalation.ladder_of(alert)
    alert = _held(alert, ladder)
    if alert.state is not State.OPEN:
        quiet = known is not None and _ends_quietly(known, alert)
        told_at = known.notified_at if quiet and known else alert.notified_at
        return replace(alert, next_rung_at=None, notified_at=told_at)
    if snooze := _kept_quiet(known, alert, rules, now):
        told_at, rungs = (known.notified_at, known.rungs) if known else (None, 0)
        return replace(alert, snooze=snooze, next_rung_at=None, notified_at=told_at, rungs=rungs)
    begins = known is None or known.state is State.RESOLVED or alert.ladder != ladder.name
    if begins or known is None or alert.rungs > known.rungs:
        step = rules.escalation.step(ladder, 1 if begins else alert.rungs, now)
        told = tuple(dict.fromkeys((*alert.told, *step.receivers)))
        alert = replace(
            alert,
            ladder=ladder.name,
            rungs=step.rungs,
            told=told,
            on_call=step.on_call,
            hands=ladder.hands(step.rungs),
        )
    elif known.state is State.OPEN:
        return alert
    following = ladder.rung(alert.rungs + 1)
    return replace(alert, next_rung_at=now + following.after if following else None)


def _kept_quiet(known: Alert | None, alert: Alert, rules: Rules, now: Instant) -> Snooze | None:
    if silence := silence_of(alert, rules.silences, now):
        return silence.snooze
    if outer := inhibiting(known, alert, rules.beside):
        return beneath(outer, known, now)
    return flapping(known, alert, now)


def _held(alert: Alert, ladder: Ladder) -> Alert:
    """Each acknowledgement holds as long as the ladder says, if it says so; how many it takes is
    said by the rung that the alert is on, the first one of a ladder that it is only to come to.
    """
    climbed = alert.rungs if alert.ladder == ladder.name else 1
    alert = replace(alert, hands=ladder.hands(climbed))
    if ladder.acknowledged_for is None:
        return alert
    span = ladder.acknowledged_for
    taken = (
        each if each.until is not None else replace(each, until=each.at + span)
        for each in alert.acknowledgements
    )
    return replace(alert, acknowledgements=tuple(taken))


def _addressed(notice: Notice, history: History, escalation: Escalation, now: Instant) -> Notice:
    """With the alert as it is on its ladder; a rung that was climbed is told alone, and so is who
    is asked for something. That the last rung reaches nobody is told to all who know."""
    alert = history.alert(notice.alert.key)
    assert alert, "a notice is of an alert that the decision has"
    placed = replace(
        notice.alert,
        ladder=alert.ladder,
        rungs=alert.rungs,
        told=alert.told,
        on_call=alert.on_call,
        next_rung_at=alert.next_rung_at,
        snooze=alert.snooze,
        hands=alert.hands,
        acknowledgements=alert.acknowledgements,
    )
    receivers = notice.receivers
    if notice.reason in (Reason.ESCALATED, Reason.CALLED) and alert.state is State.OPEN:
        receivers = escalation.step(escalation.ladder_of(alert), alert.rungs, now).receivers
    text = message(placed, notice.at)
    return replace(notice, alert=placed, text=text, receivers=receivers or alert.told)
