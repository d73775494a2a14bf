"""Between the wire and the domain: verdicts and the ledger's rows come in, alerts go out."""

from datetime import UTC

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2, common_pb2, tracker_pb2

from services.alerts.domain.alert import Alert, State
from services.alerts.domain.matching import Matcher
from services.alerts.domain.pages import page_of
from services.alerts.domain.promise import (
    Condition,
    Promise,
    Resolution,
    Word,
    next_action_owner,
)
from services.alerts.domain.silences import Silence
from services.alerts.domain.text import next_step, summary
from services.shared.clock import Instant, to_instant
from services.shared.codec import stamp
from services.shared.errors import InvalidEvent
from services.shared.events.common import Money

_SAYS: dict[int, Condition | Resolution] = {
    tracker_pb2.VERDICT_KIND_WARNED: Condition.AT_RISK,
    tracker_pb2.VERDICT_KIND_UNKNOWN: Condition.UNKNOWN,
    tracker_pb2.VERDICT_KIND_BREACHED: Condition.BREACHED,
    tracker_pb2.VERDICT_KIND_RETURNED: Condition.RETURNED,
    tracker_pb2.VERDICT_KIND_DISPUTED: Condition.DISPUTED,
    tracker_pb2.VERDICT_KIND_BOUNCED: Condition.BOUNCED,
    tracker_pb2.VERDICT_KIND_FOUND: Condition.FOUND,
    tracker_pb2.VERDICT_KIND_WITHDRAWN: Resolution.WITHDRAWN,
    tracker_pb2.VERDICT_KIND_KEPT: Resolution.KEPT,
    tracker_pb2.VERDICT_KIND_KEPT_LATE: Resolution.KEPT_LATE,
    tracker_pb2.VERDICT_KIND_CANCELLED: Resolution.CANCELLED,
    tracker_pb2.VERDICT_KIND_RELEASED: Resolution.RELEASED,
    tracker_pb2.VERDICT_KIND_AMENDED: Resolution.AMENDED,
    tracker_pb2.VERDICT_KIND_PAUSED: Resolution.PAUSED,
    tracker_pb2.VERDICT_KIND_RESUMED: Resolution.RESUMED,
    tracker_pb2.VERDICT_KIND_CLEARED: Resolution.CLEARED,
}
"""The verdicts that open or end an alert; any other kind is for other readers."""

_ENDED: dict[int, Resolution] = {
    tracker_pb2.PROMISE_STATE_KEPT: Resolution.KEPT,
    tracker_pb2.PROMISE_STATE_KEPT_LATE: Resolution.KEPT_LATE,
    tracker_pb2.PROMISE_STATE_CANCELLED: Resolution.CANCELLED,
    tracker_pb2.PROMISE_STATE_RELEASED: Resolution.RELEASED,
    tracker_pb2.PROMISE_STATE_PAUSED: Resolution.PAUSED,
    tracker_pb2.PROMISE_STATE_REPORTED_DONE: Resolution.REPORTED_DONE,
}
"""Why nothing is announced; in any other state the ledger just does not."""

STATES = {
    State.OPEN: alerts_pb2.ALERT_STATE_OPEN,
    State.ACKNOWLEDGED: alerts_pb2.ALERT_STATE_ACKNOWLEDGED,
    State.SNOOZED: alerts_pb2.ALERT_STATE_SNOOZED,
    State.RESOLVED: alerts_pb2.ALERT_STATE_RESOLVED,
}


def word_of_verdict(value: bytes) -> Word | None:
    """None for a kind that no alert hangs on. Raises InvalidEvent where it is no verdict."""
    try:
        verdict = tracker_pb2.Verdict.FromString(value)
        return _word(verdict)
    except (DecodeError, ValueError) as error:
        raise InvalidEvent(
            "undecodable", f"These {len(value)} bytes are not a verdict: {error}."
        ) from error


def word_of_ledger(promise: tracker_pb2.Promise) -> Word:
    """What the ledger says of a promise now, to be held against what was heard of it."""
    says = _SAYS.get(promise.announced)
    if not isinstance(says, Condition):
        says = _ENDED.get(promise.state, Resolution.NO_LONGER_ANNOUNCED)
    return Word(
        promise=_promise(promise),
        revision=promise.revision,
        says=says,
        why="ledger",
        reconciled=True,
    )


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
        acknowledged_until=stamp(acknowledgement.until if acknowledgement else None),
    )


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


def _money_message(amount: Money | None) -> common_pb2.Money | None:
    if amount is None:
        return None
    return common_pb2.Money(minor=amount.minor, currency=amount.currency)


def instant(message: Timestamp) -> Instant:
    """Raises ValueError for a moment that no calendar has."""
    return to_instant(message.ToDatetime(tzinfo=UTC))


def _word(verdict: tracker_pb2.Verdict) -> Word | None:
    says = _SAYS.get(verdict.kind)
    missing = [name for name in _needed(says) if not _has(verdict, name)]
    if missing:
        raise InvalidEvent("incomplete", f"This verdict has no {', '.join(missing)}.")
    if says is None:
        return None
    return Word(
        promise=_promise(verdict),
        revision=verdict.revision,
        says=says,
        why=verdict.reason,
        decided_at=instant(verdict.decided_at),
        historic=verdict.historic,
    )


def _promise(message: tracker_pb2.Verdict | tracker_pb2.Promise) -> Promise:
    visible = message.HasField("customer_visible_by")
    at_stake = message.at_stake if message.HasField("at_stake") else None
    return Promise(
        promise_id=message.promise_id,
        agreement=message.agreement,
        owed_by=message.owed_by,
        owed_to=message.owed_to,
        subject=message.subject,
        due_by=instant(message.due_by),
        opened_at=instant(message.opened_at) if message.HasField("opened_at") else None,
        order=message.order,
        customer=message.customer,
        case=message.case,
        customer_visible_by=instant(message.customer_visible_by) if visible else None,
        awaits=message.awaits,
        because=message.because,
        next_step=message.next_step,
        trace_id=message.trace_id,
        finding=message.finding,
        detail=message.detail,
        runbook=message.runbook,
        decides=tuple(message.decides),
        at_stake=Money(at_stake.minor, at_stake.currency) if at_stake else None,
        waiting_on=message.waiting_on,
        slack_s=_slack_s(message),
    )


def _slack_s(message: tracker_pb2.Verdict | tracker_pb2.Promise) -> int | None:
    """Only a verdict says how much was left, when it was concluded."""
    if isinstance(message, tracker_pb2.Promise) or not message.HasField("slack_s"):
        return None
    return message.slack_s


def _needed(says: Condition | Resolution | None) -> tuple[str, ...]:
    if says is None:
        return ("kind",)
    return ("promise_id", "revision", "subject", "owed_by", "owed_to", "agreement", "due_by")


def _has(verdict: tracker_pb2.Verdict, name: str) -> bool:
    return verdict.HasField("due_by") if name == "due_by" else bool(getattr(verdict, name))
