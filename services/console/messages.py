"""From the messages of tracker and alerts to the console's own data; translates only."""

from datetime import UTC, datetime
from typing import Any

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2, tracker_pb2

from services.console.desk import Alert, Event, Promise
from services.console.facts import CustomerTree, Finding, Hop, Part, Pause, Said, Skipped
from services.shared.events.common import Money


def promise_of(told: tracker_pb2.Promise) -> Promise:
    return Promise(
        promise_id=told.promise_id,
        agreement=told.agreement,
        agreement_version=told.agreement_version,
        owed_by=told.owed_by,
        owed_to=told.owed_to,
        subject=told.subject,
        order=told.order,
        customer=told.customer,
        case=told.case,
        state=_slug(tracker_pb2.PromiseState.DESCRIPTOR, told.state, "PROMISE_STATE_"),
        revision=told.revision,
        opened_at=moment_of(told, "opened_at"),
        due_by=moment_of(told, "due_by"),
        settled_at=moment_of(told, "settled_at"),
        breached_at=moment_of(told, "breached_at"),
        customer_visible_by=moment_of(told, "customer_visible_by"),
        awaits=told.awaits,
        because=told.because,
        next_step=told.next_step,
        trace_id=told.trace_id,
        announced=_announced(told),
        version=told.version,
        requested_by=moment_of(told, "requested_by"),
        first_confirmed_by=moment_of(told, "first_confirmed_by"),
        acknowledged_at=moment_of(told, "acknowledged_at"),
        reported_at=moment_of(told, "reported_at"),
        deemed_accepted=told.deemed_accepted,
        waiting_on=told.waiting_on,
        pauses=tuple(_pause(each) for each in told.pauses),
        parts=tuple(Part(each.name, each.promised, each.delivered) for each in told.parts),
        detail=told.detail,
        runbook=told.runbook,
        decides=tuple(told.decides),
        serves=told.serves,
        finding=told.finding,
        at_stake=_money(told),
    )


def alert_of(told: alerts_pb2.Alert) -> Alert:
    return Alert(
        key=told.key,
        state=_slug(alerts_pb2.AlertState.DESCRIPTOR, told.state, "ALERT_STATE_"),
        promise_id=told.promise_id,
        summary=told.summary,
        notified_at=moment_of(told, "notified_at"),
        acknowledged_by=told.acknowledged_by,
        acknowledged_at=moment_of(told, "acknowledged_at"),
        snoozed_until=moment_of(told, "snoozed_until"),
        next_step=told.next_step,
        opened_at=moment_of(told, "opened_at"),
        slack_s=told.slack_s if told.HasField("slack_s") else None,
        next_action_owner=told.next_action_owner,
        waiting_on=told.waiting_on,
        ladder=told.ladder,
        rungs=told.rungs,
        next_rung_at=moment_of(told, "next_rung_at"),
        **_answers(told),
    )


def _answers(told: alerts_pb2.Alert) -> dict[str, Any]:
    """What people said of it."""
    return {
        "revision": told.revision,
        "condition": told.condition,
        "finding": told.finding,
        "assignee": told.assignee,
        "notes_count": told.notes_count,
        "notes": tuple(_said(each) for each in told.notes),
        "cause": _slug(alerts_pb2.Cause.DESCRIPTOR, told.cause, "CAUSE_") if told.cause else "",
        "closed_by": told.closed_by,
        "closed_at": moment_of(told, "closed_at"),
        "disputed_by": told.disputed_by,
        "dispute_reason": told.dispute_reason,
        "taken_up_by": tuple(each.actor for each in told.acknowledgements),
        "hands_needed": told.acknowledgements_needed or 1,
        "useful": told.useful,
        "not_useful": told.not_useful,
        "new_date_asked": _said(told.new_date_asked) if told.HasField("new_date_asked") else None,
        "customer_to_be_told": _said(told.customer_to_be_told)
        if told.HasField("customer_to_be_told")
        else None,
    }


def _said(told: alerts_pb2.Said) -> Said:
    return Said(told.actor, told.at.ToDatetime(tzinfo=UTC), told.words)


def event_of(told: tracker_pb2.SubjectEvent) -> Event:
    return Event(
        id=told.id.hex(),
        type=told.type,
        party=told.party,
        occurred_at=told.occurred_at.ToDatetime(tzinfo=UTC),
        arrived_at=moment_of(told, "arrived_at"),
        trace_id=told.trace_id,
    )


def skipped_of(told: tracker_pb2.SkippedOpening) -> Skipped:
    return Skipped(told.agreement, told.event_id.hex(), told.reason)


def finding_of(told: tracker_pb2.Finding) -> Finding:
    return Finding(
        finding_id=told.finding_id,
        kind=told.kind,
        found_at=moment_of(told, "found_at"),
        owed_by=told.owed_by,
        owed_to=told.owed_to,
        detail=told.detail,
        next_step=told.next_step,
        at_stake=_money(told),
        cleared_at=moment_of(told, "cleared_at"),
    )


def tree_of(told: tracker_pb2.CustomerTree) -> CustomerTree:
    return CustomerTree(
        promise_id=told.promise_id,
        customer_visible_by=moment_of(told, "customer_visible_by"),
        predicted_p50=moment_of(told, "predicted_p50"),
        predicted_p80=moment_of(told, "predicted_p80"),
        jeopardy=told.jeopardy,
        next_action_owner=told.next_action_owner,
        root_cause=told.root_cause,
        hops=tuple(_hop(each) for each in told.hops),
    )


def _hop(told: tracker_pb2.Hop) -> Hop:
    return Hop(
        agreement=told.agreement,
        owed_by=told.owed_by,
        promise_id=told.promise_id,
        latest_finish=moment_of(told, "latest_finish"),
        expected_finish=moment_of(told, "expected_finish"),
        slack_s=told.slack_s,
        received_late_s=told.received_late_s,
        done=told.done,
    )


def _pause(told: tracker_pb2.Pause) -> Pause:
    return Pause(
        started_at=told.started_at.ToDatetime(tzinfo=UTC),
        ended_at=moment_of(told, "ended_at"),
        waiting_on=told.waiting_on,
        because_of=told.because_of,
        actor=told.actor,
    )


def _announced(told: tracker_pb2.Promise) -> str:
    return verdict_kind_of(told.announced) if told.announced else ""


def verdict_kind_of(number: int) -> str:
    return _slug(tracker_pb2.VerdictKind.DESCRIPTOR, number, "VERDICT_KIND_")


def _money(told: tracker_pb2.Promise | tracker_pb2.Finding) -> Money | None:
    if not told.HasField("at_stake"):
        return None
    return Money(told.at_stake.minor, told.at_stake.currency)


def moment_of(message: Message, name: str) -> datetime | None:
    """None where the message does not say it."""
    if not message.HasField(name):
        return None
    stamp: Timestamp = getattr(message, name)
    return stamp.ToDatetime(tzinfo=UTC)


def _slug(enum: EnumDescriptor, number: int, prefix: str) -> str:
    """`at_risk` for PROMISE_STATE_AT_RISK; a number of a newer service is kept as UNKNOWN(n)."""
    if number == 0 or number not in enum.values_by_number:
        return f"UNKNOWN({number})"
    return enum.values_by_number[number].name.removeprefix(prefix).lower()
