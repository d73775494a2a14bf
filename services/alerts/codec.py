"""From the wire to the domain: verdicts and the ledger's rows."""

from datetime import UTC

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import tracker_pb2

from services.alerts.domain.promise import (
    Condition,
    Promise,
    Resolution,
    Word,
)
from services.shared.clock import Instant, to_instant
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
        serves=message.serves,
        escalate=message.escalate,
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
