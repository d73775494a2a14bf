"""Alerts and silences as messages, and silences that somebody asks for as ours."""

from typing import Any

from handoff.v1 import alerts_pb2, common_pb2

from services.alerts.codec import instant
from services.alerts.domain.alert import Alert, State
from services.alerts.domain.answers import Acknowledgement, Cause, Said
from services.alerts.domain.matching import Matcher
from services.alerts.domain.pages import page_of
from services.alerts.domain.promise import next_action_owner
from services.alerts.domain.ratings import RatingCount
from services.alerts.domain.silences import Silence
from services.alerts.domain.text import next_step, summary
from services.shared.clock import Instant
from services.shared.codec import stamp
from services.shared.events.common import Money

STATES = {
    State.OPEN: alerts_pb2.ALERT_STATE_OPEN,
    State.ACKNOWLEDGED: alerts_pb2.ALERT_STATE_ACKNOWLEDGED,
    State.SNOOZED: alerts_pb2.ALERT_STATE_SNOOZED,
    State.CLOSED: alerts_pb2.ALERT_STATE_CLOSED,
    State.RESOLVED: alerts_pb2.ALERT_STATE_RESOLVED,
}


CAUSES = {
    Cause.APPROVAL: alerts_pb2.CAUSE_APPROVAL,
    Cause.MISSING_INFORMATION: alerts_pb2.CAUSE_MISSING_INFORMATION,
    Cause.CAPACITY: alerts_pb2.CAUSE_CAPACITY,
    Cause.SYSTEM: alerts_pb2.CAUSE_SYSTEM,
    Cause.KNOW_HOW: alerts_pb2.CAUSE_KNOW_HOW,
    Cause.SUPPLIER: alerts_pb2.CAUSE_SUPPLIER,
    Cause.CUSTOMER: alerts_pb2.CAUSE_CUSTOMER,
    Cause.OVER_PROMISE: alerts_pb2.CAUSE_OVER_PROMISE,
}


def alert_message(alert: Alert, console_url: str, now: Instant) -> alerts_pb2.Alert:
    promise = alert.promise
    acknowledgement, snooze, end = alert.acknowledgement, alert.snooze, alert.end
    return alerts_pb2.Alert(
        key=alert.key,
        state=STATES[alert.state],
        condition=alert.condition,
        promise_id=promise.promise_id,
        subject=promise.subject,
        order=promise.order,
        customer=promise.customer,
        case=promise.case,
        agreement=promise.agreement,
        owed_by=promise.owed_by,
        owed_to=promise.owed_to,
        due_by=None if promise.finding else stamp(promise.due_by),
        customer_visible_by=stamp(promise.customer_visible_by),
        summary=summary(alert, now),
        next_step=next_step(alert),
        reason=alert.reason,
        resolution=end.resolution if end else "",
        opened_at=stamp(alert.opened_at),
        notified_at=stamp(alert.notified_at),
        resolved_at=stamp(end.at if end else None),
        acknowledged_by=acknowledgement.actor if acknowledgement else "",
        acknowledged_at=stamp(acknowledgement.at if acknowledgement else None),
        snoozed_until=stamp(snooze.until if snooze else None),
        url=page_of(promise, console_url),
        trace_id=promise.trace_id,
        revision=alert.revision,
        finding=promise.finding,
        found_at=stamp(promise.due_by) if promise.finding else None,
        detail=promise.detail,
        at_stake=_money_message(promise.at_stake),
        decides=promise.decides,
        runbook=promise.runbook,
        waiting_on=promise.waiting_on,
        slack_s=promise.slack_s,
        next_action_owner="" if end else next_action_owner(promise, alert.condition),
        ladder=alert.ladder,
        rungs=alert.rungs,
        next_rung_at=stamp(alert.next_rung_at),
        told=alert.told,
        acknowledged_until=stamp(_in_hand_until(alert)),
        acknowledgements=map(_taken_up, alert.acknowledgements),
        acknowledgements_needed=alert.hands,
        **_answers(alert),
    )


def _answers(alert: Alert) -> dict[str, Any]:
    """What people said of it; the notes themselves are for whoever asks for one alert."""
    closing, dispute = alert.closing, alert.dispute
    useful = sum(each.useful for each in alert.ratings)
    return {
        "assignee": alert.assignee,
        "notes_count": len(alert.notes),
        "cause": CAUSES[closing.cause] if closing else alerts_pb2.CAUSE_UNSPECIFIED,
        "closed_by": closing.actor if closing else "",
        "closed_at": stamp(closing.at if closing else None),
        "disputed_by": dispute.party if dispute else "",
        "dispute_reason": dispute.reason if dispute else "",
        "useful": useful,
        "not_useful": len(alert.ratings) - useful,
        "new_date_asked": _said(alert.new_date_asked),
        "customer_to_be_told": _said(alert.customer_to_be_told),
    }


def whole_alert_message(alert: Alert, console_url: str, now: Instant) -> alerts_pb2.Alert:
    """With its notes."""
    message = alert_message(alert, console_url, now)
    message.notes.extend(filter(None, map(_said, alert.notes)))
    return message


def _in_hand_until(alert: Alert) -> Instant | None:
    """The first that no longer counts puts it back to open."""
    if alert.acknowledgement is None:
        return None
    return min((each.until for each in alert.acknowledgements if each.until), default=None)


def _taken_up(by: Acknowledgement) -> alerts_pb2.Acknowledgement:
    return alerts_pb2.Acknowledgement(
        actor=by.actor, at=stamp(by.at), until=stamp(by.until), note=by.note
    )


def _said(said: Said | None) -> alerts_pb2.Said | None:
    if said is None:
        return None
    return alerts_pb2.Said(actor=said.actor, at=stamp(said.at), words=said.words)


def silence_message(silence: Silence) -> alerts_pb2.Silence:
    wanted = silence.wanted
    return alerts_pb2.Silence(
        id=silence.id,
        owed_by=sorted(wanted.owed_by),
        owed_to=sorted(wanted.owed_to),
        agreements=sorted(wanted.agreements),
        conditions=sorted(wanted.conditions),
        subjects=sorted(wanted.subjects),
        starts_at=stamp(silence.starts_at),
        ends_at=stamp(silence.ends_at),
        actor=silence.actor,
        reason=silence.reason,
    )


def silence_of(told: alerts_pb2.Silence, id: str, now: Instant) -> Silence:
    """Raises ValueError where a moment is none."""
    return Silence(
        id,
        Matcher(
            frozenset(told.owed_by),
            frozenset(told.owed_to),
            frozenset(told.agreements),
            frozenset(told.conditions),
            frozenset(told.subjects),
        ),
        instant(told.starts_at) if told.HasField("starts_at") else now,
        instant(told.ends_at),
        told.actor,
        told.reason,
    )


def rating_message(count: RatingCount) -> alerts_pb2.RatingCount:
    return alerts_pb2.RatingCount(
        agreement=count.agreement,
        useful=count.useful,
        not_useful=count.not_useful,
        weeks=[
            alerts_pb2.RatedWeek(
                monday=stamp(each.monday), useful=each.useful, not_useful=each.not_useful
            )
            for each in count.weeks
        ],
    )


def _money_message(amount: Money | None) -> common_pb2.Money | None:
    if amount is None:
        return None
    return common_pb2.Money(minor=amount.minor, currency=amount.currency)
