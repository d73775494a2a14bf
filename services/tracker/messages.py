"""Promises and verdicts as the messages that others read: on Kafka and in answers."""

from typing import Any

from handoff.v1 import tracker_pb2
from opentelemetry.trace import SpanKind

from services.shared import telemetry as names
from services.shared.bus import Headers, Record
from services.shared.clock import Instant, iso
from services.shared.codec import stamp
from services.shared.outbox import OutboxRow
from services.shared.subjects import VERDICTS_TOPIC
from services.shared.telemetry import TRACEPARENT, Telemetry, trace_headers, trace_id_of
from services.tracker.core.agreements import Agreement
from services.tracker.core.promises import State
from services.tracker.core.subject import Event, Subject
from services.tracker.core.verdicts import Verdict


def verdict_row(
    subject: Subject, verdict: Verdict, historic_before: Instant, telemetry: Telemetry
) -> OutboxRow:
    """The verdict on its way to Kafka, in a span of its own linked to the opening event's."""
    promise = subject.promises[verdict.promise_id]
    opened = trace_context(promise.traceparent)
    agreement = promise.agreement
    message = tracker_pb2.Verdict(
        id=verdict.id,
        kind=tracker_pb2.VerdictKind.Value(f"VERDICT_KIND_{verdict.kind.name}"),
        reason=verdict.reason,
        promise_id=promise.id,
        revision=verdict.revision,
        agreement=agreement.name,
        agreement_version=agreement.version,
        owed_by=agreement.owed_by,
        owed_to=agreement.owed_to,
        subject=subject.id,
        order=subject.order,
        customer=subject.customer,
        case=subject.case,
        opened_at=stamp(promise.opened_at),
        due_by=stamp(verdict.due_by),
        occurred_at=stamp(verdict.occurred_at),
        decided_at=stamp(verdict.decided_at),
        customer_visible_by=stamp(subject.customer_visible_by),
        awaits=agreement.evidence[0],
        because=agreement.because,
        next_step=agreement.next_step,
        trace_id=trace_id_of(opened),
        historic=verdict.due_by < historic_before,
    )
    with telemetry.span(
        f"verdict {verdict.kind}",
        parent=(),
        links=[opened],
        kind=SpanKind.PRODUCER,
        attributes={
            names.HANDOFF_SUBJECT: subject.id,
            names.HANDOFF_PROMISE_ID: promise.id,
            names.HANDOFF_VERDICT_ID: verdict.id.hex(),
            names.HANDOFF_VERDICT_KIND: verdict.kind,
            names.HANDOFF_REASON: verdict.reason,
        },
    ):
        headers = (*_cloud_event(verdict, subject), *trace_headers())
    record = Record(VERDICTS_TOPIC, subject.id.encode(), message.SerializeToString(), headers)
    return OutboxRow(verdict.id, record, sequenced=False)


def promise_message(row: dict[str, Any], agreement: Agreement, state: State) -> tracker_pb2.Promise:
    """A stored promise as it stands; `state` is its status at the moment of the question."""
    announced = row["announced"]
    return tracker_pb2.Promise(
        promise_id=row["_id"],
        agreement=row["agreement"],
        agreement_version=row["agreement_version"],
        owed_by=row["owed_by"],
        owed_to=row["owed_to"],
        subject=row["subject"],
        order=row["order"],
        customer=row["customer"],
        case=row["case"],
        state=tracker_pb2.PromiseState.Value(f"PROMISE_STATE_{state.name}"),
        revision=row["revision"],
        opened_at=stamp(row["opened_at"]),
        due_by=stamp(row["due_by"]),
        settled_at=stamp(row["ended_at"]),
        breached_at=stamp(row["breached_at"]),
        customer_visible_by=stamp(row["customer_visible_by"]),
        awaits=agreement.evidence[0],
        because=agreement.because,
        next_step=agreement.next_step,
        trace_id=trace_id_of(trace_context(row["traceparent"])),
        announced=tracker_pb2.VerdictKind.Value(f"VERDICT_KIND_{announced.upper()}")
        if announced
        else tracker_pb2.VERDICT_KIND_UNSPECIFIED,
    )


def event_message(event: Event) -> tracker_pb2.SubjectEvent:
    return tracker_pb2.SubjectEvent(
        id=event.id,
        type=event.type,
        party=event.party,
        occurred_at=stamp(event.occurred_at),
        arrived_at=stamp(event.arrived_at),
        trace_id=trace_id_of(trace_context(event.traceparent)),
    )


def trace_context(traceparent: str) -> Headers:
    """A stored traceparent as the headers that it came in."""
    return ((TRACEPARENT, traceparent.encode()),) if traceparent else ()


def _cloud_event(verdict: Verdict, subject: Subject) -> Headers:
    return (
        ("content-type", b"application/protobuf"),
        ("ce_specversion", b"1.0"),
        ("ce_id", verdict.id.hex().encode()),
        ("ce_source", b"/tracker"),
        ("ce_type", b"handoff.Verdict"),
        ("ce_subject", subject.id.encode()),
        ("ce_time", iso(verdict.decided_at).encode()),
    )
