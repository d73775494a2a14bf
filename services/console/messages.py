"""From the messages of tracker and alerts to the console's own data; translates only."""

from datetime import UTC, datetime

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2, tracker_pb2

from services.console.desk import Alert, Event, Promise
from services.console.facts import CustomerTree, Finding, Hop, Part, Pause, Skipped
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
        opened_at=_moment(told, "opened_at"),
        due_by=_moment(told, "due_by"),
        settled_at=_moment(told, "settled_at"),
        breached_at=_moment(told, "breached_at"),
        customer_visible_by=_moment(told, "customer_visible_by"),
        awaits=told.awaits,
        because=told.because,
        next_step=told.next_step,
        trace_id=told.trace_id,
        announced=_announced(told),
        version=told.version,
        requested_by=_moment(told, "requested_by"),
        first_confirmed_by=_moment(told, "first_confirmed_by"),
        acknowledged_at=_moment(told, "acknowledged_at"),
        reported_at=_moment(told, "reported_at"),
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
        notified_at=_moment(told, "notified_at"),
        acknowledged_by=told.acknowledged_by,
        acknowledged_at=_moment(told, "acknowledged_at"),
        snoozed_until=_moment(told, "snoozed_until"),
        next_step=told.next_step,
    )


def event_of(told: tracker_pb2.SubjectEvent) -> Event:
    return Event(
        id=told.id.hex(),
        type=told.type,
        party=told.party,
        occurred_at=told.occurred_at.ToDatetime(tzinfo=UTC),
        arrived_at=_moment(told, "arrived_at"),
        trace_id=told.trace_id,
    )


def skipped_of(told: tracker_pb2.SkippedOpening) -> Skipped:
    return Skipped(told.agreement, told.event_id.hex(), told.reason)


def finding_of(told: tracker_pb2.Finding) -> Finding:
    return Finding(
        finding_id=told.finding_id,
        kind=told.kind,
        found_at=_moment(told, "found_at"),
        owed_by=told.owed_by,
        owed_to=told.owed_to,
        detail=told.detail,
        next_step=told.next_step,
        at_stake=_money(told),
        cleared_at=_moment(told, "cleared_at"),
    )


def tree_of(told: tracker_pb2.CustomerTree) -> CustomerTree:
    return CustomerTree(
        promise_id=told.promise_id,
        customer_visible_by=_moment(told, "customer_visible_by"),
        predicted_p50=_moment(told, "predicted_p50"),
        predicted_p80=_moment(told, "predicted_p80"),
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
        latest_finish=_moment(told, "latest_finish"),
        expected_finish=_moment(told, "expected_finish"),
        slack_s=told.slack_s,
        received_late_s=told.received_late_s,
        done=told.done,
    )


def _pause(told: tracker_pb2.Pause) -> Pause:
    return Pause(
        started_at=told.started_at.ToDatetime(tzinfo=UTC),
        ended_at=_moment(told, "ended_at"),
        waiting_on=told.waiting_on,
        because_of=told.because_of,
        actor=told.actor,
    )


def _announced(told: tracker_pb2.Promise) -> str:
    if not told.announced:
        return ""
    return _slug(tracker_pb2.VerdictKind.DESCRIPTOR, told.announced, "VERDICT_KIND_")


def _money(told: tracker_pb2.Promise | tracker_pb2.Finding) -> Money | None:
    if not told.HasField("at_stake"):
        return None
    return Money(told.at_stake.minor, told.at_stake.currency)


def _moment(message: Message, name: str) -> datetime | None:
    if not message.HasField(name):
        return None
    stamp: Timestamp = getattr(message, name)
    return stamp.ToDatetime(tzinfo=UTC)


def _slug(enum: EnumDescriptor, number: int, prefix: str) -> str:
    """`at_risk` for PROMISE_STATE_AT_RISK; a number of a newer service is kept as UNKNOWN(n)."""
    if number == 0 or number not in enum.values_by_number:
        return f"UNKNOWN({number})"
    return enum.values_by_number[number].name.removeprefix(prefix).lower()
