"""What people ask for, as the messages of gRPC's answers."""

from collections.abc import Iterable
from typing import Any

from handoff.v1 import tracker_pb2

from services.shared.clock import SECOND
from services.shared.codec import stamp, stamp_of
from services.shared.events.common import Money
from services.shared.telemetry import trace_id_of
from services.tracker.core.findings import Found
from services.tracker.core.pausing import Pause, paused_at
from services.tracker.core.promises import Promise, State
from services.tracker.core.subject import Event, Subject
from services.tracker.core.tree.tree import CustomerTree, Hop
from services.tracker.messages import awaits, decides, detail, money, trace_context
from services.tracker.rows import parked_of
from services.tracker.standing import Standing

Row = dict[str, Any]


def subject_answer(
    subject: Subject, standings: Iterable[Standing], trees: Iterable[CustomerTree]
) -> tracker_pb2.GetSubjectResponse:
    """All that is known of a subject; what was found is told once, not among its promises too."""
    return tracker_pb2.GetSubjectResponse(
        subject=subject.id,
        promises=[standing_message(each) for each in standings if each.promise],
        events=[event_message(event) for event in subject.events],
        skipped=[
            tracker_pb2.SkippedOpening(agreement=agreement, event_id=event_id, reason=reason)
            for (agreement, event_id), reason in subject.rare.skipped.items()
        ],
        findings=[found_message(id, known) for id, known in subject.found.items()],
        trees=[tree_message(tree) for tree in trees],
    )


def standing_message(standing: Standing) -> tracker_pb2.Promise:
    if standing.promise is None or standing.state is None:
        return finding_message(standing.row)
    message = promise_message(standing.row, standing.promise, standing.state)
    if pause := _pause_at(standing):
        message.waiting_on = pause.waiting_on
    return message


def _pause_at(standing: Standing) -> Pause | None:
    """The pause that holds at the moment of the question."""
    if standing.promise is None or standing.state is not State.PAUSED:
        return None
    promise = standing.promise
    return paused_at(promise.course.pauses, standing.now, promise.due_by)


def promise_message(row: Row, promise: Promise, state: State) -> tracker_pb2.Promise:
    """A stored promise as it stands; `state` is its status at the moment of the question."""
    agreement, course = promise.agreement, promise.course
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
        awaits=awaits(agreement),
        because=agreement.because,
        next_step=agreement.next_step,
        trace_id=trace_id_of(trace_context(row["traceparent"])),
        announced=_announced(row),
        runbook=agreement.runbook,
        decides=decides(agreement),
        serves=agreement.serves,
        version=course.version,
        requested_by=stamp(promise.requested_by),
        first_confirmed_by=stamp(promise.first_confirmed_by),
        acknowledged_at=stamp(course.acknowledged_at),
        reported_at=stamp(course.reported_at),
        deemed_accepted=course.deemed_accepted,
        pauses=[_pause_message(pause) for pause in course.pauses],
        parts=[tracker_pb2.Part(**part._asdict()) for part in course.parts],
        detail=detail(promise),
    )


def _announced(row: Row) -> tracker_pb2.VerdictKind.ValueType:
    if row["announced"] is None:
        return tracker_pb2.VERDICT_KIND_UNSPECIFIED
    return tracker_pb2.VerdictKind.Value(f"VERDICT_KIND_{row['announced'].upper()}")


def _pause_message(pause: Pause) -> tracker_pb2.Pause:
    return tracker_pb2.Pause(
        started_at=stamp(pause.since),
        ended_at=stamp(pause.ended_at),
        waiting_on=pause.waiting_on,
        because_of=pause.because_of,
        actor=pause.actor,
    )


def finding_message(row: Row) -> tracker_pb2.Promise:
    """A finding where promises are listed, because somebody has to act on it."""
    at_stake = row["at_stake"]
    return tracker_pb2.Promise(
        promise_id=row["_id"],
        agreement=row["agreement"],
        owed_by=row["owed_by"],
        owed_to=row["owed_to"],
        subject=row["subject"],
        order=row["order"],
        customer=row["customer"],
        case=row["case"],
        revision=row["revision"],
        opened_at=stamp(row["opened_at"]),
        due_by=stamp(row["due_by"]),
        settled_at=stamp(row["ended_at"]),
        customer_visible_by=stamp(row["customer_visible_by"]),
        next_step=row["next_step"],
        announced=_announced(row),
        detail=row["detail"],
        finding=row["finding"],
        at_stake=money(Money(**at_stake) if at_stake else None),
    )


def found_message(id: str, known: Found) -> tracker_pb2.Finding:
    finding = known.finding
    return tracker_pb2.Finding(
        finding_id=id,
        kind=finding.kind,
        found_at=stamp(finding.true_from),
        owed_by=finding.owed_by,
        owed_to=finding.owed_to,
        detail=finding.detail,
        next_step=finding.next_step,
        at_stake=money(finding.at_stake),
        cleared_at=stamp(known.cleared_at),
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


def tree_message(tree: CustomerTree) -> tracker_pb2.CustomerTree:
    return tracker_pb2.CustomerTree(
        promise_id=tree.promise_id,
        customer_visible_by=stamp(tree.customer_visible_by),
        predicted_p50=stamp(tree.predicted_p50),
        predicted_p80=stamp(tree.predicted_p80),
        jeopardy=tree.jeopardy,
        next_action_owner=tree.next_action_owner,
        root_cause=tree.root_cause,
        hops=[_hop_message(hop) for hop in tree.hops],
    )


def _hop_message(hop: Hop) -> tracker_pb2.Hop:
    return tracker_pb2.Hop(
        agreement=hop.agreement,
        owed_by=hop.owed_by,
        promise_id=hop.promise_id,
        latest_finish=stamp(hop.latest_finish),
        expected_finish=stamp(hop.expected_finish),
        slack_s=hop.slack // SECOND,
        received_late_s=hop.received_late // SECOND,
        done=hop.done,
    )


def progress_message(row: Row) -> tracker_pb2.PartitionProgress:
    """A partition as it was last committed, with how many promises are open in it."""
    return tracker_pb2.PartitionProgress(
        partition=row["_id"],
        epoch=row["epoch"],
        seq=row["seq"],
        caught_up_at=stamp(row.get("caught_up_at")),
        complete_through={party: stamp_of(at) for party, at in row["complete_through"].items()},
        open_promises=row["open_promises"],
        positions=row["positions"],
        fenced=row["fenced"],
        skews=[
            tracker_pb2.SourceSkew(
                party=each["party"],
                source=each["source"],
                skew_s=each["skew"] / SECOND,
                samples=each["samples"],
            )
            for each in row.get("skews", ())
        ],
        parked=[
            tracker_pb2.ParkedType(type=each.type, events=each.events, since=stamp(each.since))
            for each in parked_of(row)
        ],
    )
