"""Verdicts as the messages that others read on Kafka."""

from collections.abc import Mapping

from handoff.v1 import common_pb2, tracker_pb2
from opentelemetry.trace import SpanKind

from services.shared import telemetry as names
from services.shared.bus import Headers, Record
from services.shared.clock import SECOND, Instant, iso
from services.shared.codec import put
from services.shared.events.common import Money
from services.shared.money import amount_in_words
from services.shared.outbox import OutboxRow
from services.shared.subjects import VERDICTS_TOPIC
from services.shared.telemetry import TRACEPARENT, Telemetry, trace_headers
from services.tracker.core.agreements import Agreement
from services.tracker.core.findings import Finding
from services.tracker.core.pausing import Pause
from services.tracker.core.promises import Promise
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Kind, Verdict

AGREEMENTS_LIMIT = 1_000
"""Agreements of which the part of a message that is always the same is kept; all go at once."""

TRACE_ID = slice(3, 35)
"""Where a traceparent has it."""

KINDS: Mapping[str, tracker_pb2.VerdictKind.ValueType] = {
    kind: tracker_pb2.VerdictKind.Value(f"VERDICT_KIND_{kind.name}") for kind in Kind
}
_by_agreement: dict[int, tuple[Agreement, tracker_pb2.Verdict]] = {}
"""By the agreement's identity, which it keeps while it lies here: its hash would take longer."""


def verdict_row(
    subject: Subject,
    verdict: Verdict,
    historic_before: Instant,
    telemetry: Telemetry | None,
    slack: int | None = None,
) -> OutboxRow:
    """The verdict on its way to Kafka, in a span of its own linked to the opening event's.

    `slack` is the promise's own in microseconds, where a date of the customer depends on it.
    Without `telemetry` the verdict has no span, and its headers refer to the opening event.
    """
    id, promise = verdict.id, subject.promises.get(verdict.promise_id)
    opened = promise.traceparent if promise else ""
    if promise:
        message = _of_promise(subject, promise)
        message.trace_id = opened[TRACE_ID]
    else:
        message = _of_finding(subject.found[verdict.promise_id].finding)
    _add_common(message, subject, verdict, historic_before)
    message.id = id
    if slack is not None:
        message.slack_s = slack // SECOND  # what is overdrawn by less than a second is overdrawn
    trace = _span(telemetry, subject, verdict, opened) if telemetry else trace_context(opened)
    headers = (*_cloud_event(id, verdict, subject), *trace)
    record = Record(VERDICTS_TOPIC, subject.id.encode(), message.SerializeToString(), headers)
    return OutboxRow(id, record, sequenced=False)


def _span(telemetry: Telemetry, subject: Subject, verdict: Verdict, opened: str) -> Headers:
    with telemetry.span(
        f"verdict {verdict.kind}",
        parent=(),
        links=[trace_context(opened)],
        kind=SpanKind.PRODUCER,
        attributes={
            names.HANDOFF_SUBJECT: subject.id,
            names.HANDOFF_PROMISE_ID: verdict.promise_id,
            names.HANDOFF_VERDICT_ID: verdict.id.hex(),
            names.HANDOFF_VERDICT_KIND: verdict.kind,
            names.HANDOFF_REASON: verdict.reason,
        },
    ):
        return trace_headers()


def _add_common(
    message: tracker_pb2.Verdict, subject: Subject, verdict: Verdict, historic_before: Instant
) -> None:
    message.kind = KINDS[verdict.kind]
    message.reason = verdict.reason
    message.promise_id = verdict.promise_id
    message.revision = verdict.revision
    message.subject = subject.id
    message.order = subject.order
    message.customer = subject.customer
    message.case = subject.case
    put(message.due_by, verdict.due_by)
    put(message.occurred_at, verdict.occurred_at)
    put(message.decided_at, verdict.decided_at)
    put(message.customer_visible_by, subject.customer_visible_by)
    message.historic = verdict.due_by < historic_before


def _of_promise(subject: Subject, promise: Promise) -> tracker_pb2.Verdict:
    pause = _pause(promise)
    message = tracker_pb2.Verdict()
    message.CopyFrom(_of_agreement(promise.agreement))
    put(message.opened_at, promise.opened_at)
    message.detail = detail(promise) or _returned_for(subject, pause)
    message.waiting_on = pause.waiting_on if pause else ""
    message.promise_version = promise.course.version
    return message


def _of_agreement(agreement: Agreement) -> tracker_pb2.Verdict:
    """What is the same for all verdicts under it."""
    known = _by_agreement.get(id(agreement))
    if known is not None:
        return known[1]
    if len(_by_agreement) >= AGREEMENTS_LIMIT:
        _by_agreement.clear()
    message = tracker_pb2.Verdict(
        agreement=agreement.name,
        agreement_version=agreement.version,
        owed_by=agreement.owed_by,
        owed_to=agreement.owed_to,
        awaits=awaits(agreement),
        because=agreement.because,
        next_step=agreement.next_step,
        runbook=agreement.runbook,
        decides=decides(agreement),
        serves=agreement.serves,
        escalate=agreement.escalate,
    )
    _by_agreement[id(agreement)] = (agreement, message)
    return message


def _of_finding(finding: Finding) -> tracker_pb2.Verdict:
    message = tracker_pb2.Verdict(
        agreement=finding.kind,
        agreement_version=1,
        owed_by=finding.owed_by,
        owed_to=finding.owed_to,
        next_step=finding.next_step,
        detail=finding.detail,
        finding=finding.kind,
        at_stake=money(finding.at_stake),
    )
    put(message.opened_at, finding.true_from)
    return message


def _pause(promise: Promise) -> Pause | None:
    if not promise.mentioned.pause:
        return None
    return next(
        (each for each in promise.course.pauses if each.event == promise.mentioned.pause), None
    )


def awaits(agreement: Agreement) -> str:
    """What closes it: of an update, which any word of the debtor closes, nothing in particular."""
    return agreement.evidence[0] if agreement.evidence else ""


def _returned_for(subject: Subject, pause: Pause | None) -> str:
    """What is missing in the words of who returned the handoff."""
    event = subject.event(pause.event) if pause else None
    missing = event.fields.get("missing") if event else None
    return f"missing: {', '.join(map(str, missing))}" if isinstance(missing, list) else ""


def detail(promise: Promise) -> str:
    """What is lacking, where the deadline does not say it all."""
    course = promise.course
    if course.missing:
        return f"missing: {', '.join(course.missing)}"
    short = [part for part in course.parts if part.delivered < part.promised]
    told = (f"{part.delivered} of {part.promised} {part.name}".strip() for part in short)
    return "; ".join(told) if any(part.delivered for part in course.parts) else ""


def decides(agreement: Agreement) -> list[str]:
    """Who may decide, in words; the deputy last."""
    who = agreement.decides
    if who is None:
        return []
    up_to = f" (up to {amount_in_words(who.up_to)})" if who.up_to else ""
    return [f"{who.who}{up_to}", *filter(None, [who.deputy])]


def money(amount: Money | None) -> common_pb2.Money | None:
    if amount is None:
        return None
    return common_pb2.Money(minor=amount.minor, currency=amount.currency)


def trace_context(traceparent: str) -> Headers:
    """A stored traceparent as the headers that it came in."""
    return ((TRACEPARENT, traceparent.encode()),) if traceparent else ()


def _cloud_event(id: bytes, verdict: Verdict, subject: Subject) -> Headers:
    return (
        ("content-type", b"application/protobuf"),
        ("ce_specversion", b"1.0"),
        ("ce_id", id.hex().encode()),
        ("ce_source", b"/tracker"),
        ("ce_type", b"handoff.Verdict"),
        ("ce_subject", subject.id.encode()),
        ("ce_time", iso(verdict.decided_at).encode()),
    )
