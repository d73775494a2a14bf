"""What people ask for, as the messages of gRPC's answers."""

from collections.abc import Iterable
from typing import Any

from handoff.v1 import tracker_pb2

from services.shared.clock import SECOND
from services.shared.codec import stamp, stamp_of
from services.shared.telemetry import trace_id_of
from services.tracker.attainment import Attainment
from services.tracker.core.findings import Found
from services.tracker.core.pausing import Pause, paused_at
from services.tracker.core.promises import State
from services.tracker.core.subject import Event, Subject
from services.tracker.core.tree.tree import CustomerTree, Hop
from services.tracker.messages import KINDS, awaits, decides, detail, money, trace_context
from services.tracker.rows import announced_of, parked_of
from services.tracker.standing import Standing, StandingFinding

Row = dict[str, Any]


def subject_answer(
    subject: Subject, standings: Iterable[Standing], trees: Iterable[CustomerTree]
) -> tracker_pb2.GetSubjectResponse:
    """All that is known of a subject; what was found is told once, not among its promises too."""
    return tracker_pb2.GetSubjectResponse(
        subject=subject.id,
        promises=[_promise_message(each) for each in standings],
        events=[event_message(event) for event in subject.events],
        skipped=[
            tracker_pb2.SkippedOpening(agreement=agreement, event_id=event_id, reason=reason)
            for (agreement, event_id), reason in subject.rare.skipped.items()
        ],
        findings=[found_message(id, known) for id, known in subject.found.items()],
        trees=[tree_message(tree) for tree in trees],
    )


def standing_message(standing: Standing | StandingFinding) -> tracker_pb2.Promise:
    match standing:
        case Standing():
            return _promise_message(standing)
        case StandingFinding():
            return _finding_message(standing)


def _promise_message(standing: Standing) -> tracker_pb2.Promise:
    subject, promise = standing.subject, standing.promise
    agreement, course = promise.agreement, promise.course
    pause = _pause_at(standing)
    return tracker_pb2.Promise(
        promise_id=promise.id,
        agreement=agreement.name,
        agreement_version=agreement.version,
        owed_by=agreement.owed_by,
        owed_to=agreement.owed_to,
        subject=subject.id,
        order=subject.order,
        customer=subject.customer,
        case=subject.case,
        state=tracker_pb2.PromiseState.Value(f"PROMISE_STATE_{standing.state.name}"),
        revision=promise.revision,
        opened_at=stamp(promise.opened_at),
        due_by=stamp(promise.due_by),
        settled_at=stamp(promise.settled_at or promise.ended_at),
        breached_at=stamp(promise.breached_at),
        customer_visible_by=stamp(subject.customer_visible_by),
        awaits=awaits(agreement),
        because=agreement.because,
        next_step=agreement.next_step,
        trace_id=trace_id_of(trace_context(promise.traceparent)),
        announced=_announced(promise.announced),
        runbook=agreement.runbook,
        decides=decides(agreement),
        serves=agreement.serves,
        escalate=agreement.escalate,
        version=course.version,
        requested_by=stamp(promise.requested_by),
        first_confirmed_by=stamp(promise.first_confirmed_by),
        acknowledged_at=stamp(course.acknowledged_at),
        reported_at=stamp(course.reported_at),
        deemed_accepted=course.deemed_accepted,
        pauses=[_pause_message(each) for each in course.pauses],
        parts=[tracker_pb2.Part(**part._asdict()) for part in course.parts],
        detail=detail(promise),
        waiting_on=pause.waiting_on if pause else "",
    )


def _pause_at(standing: Standing) -> Pause | None:
    """The pause that holds at the moment of the question."""
    if standing.state is not State.PAUSED:
        return None
    promise = standing.promise
    return paused_at(promise.course.pauses, standing.now, promise.due_by)


def _announced(kind: str | None) -> tracker_pb2.VerdictKind.ValueType:
    if kind is None:
        return tracker_pb2.VERDICT_KIND_UNSPECIFIED
    return KINDS[kind]


def _pause_message(pause: Pause) -> tracker_pb2.Pause:
    return tracker_pb2.Pause(
        started_at=stamp(pause.since),
        ended_at=stamp(pause.ended_at),
        waiting_on=pause.waiting_on,
        because_of=pause.because_of,
        actor=pause.actor,
    )


def _finding_message(standing: StandingFinding) -> tracker_pb2.Promise:
    """A finding where promises are listed, because somebody has to act on it."""
    subject, known = standing.subject, standing.found
    finding = known.finding
    return tracker_pb2.Promise(
        promise_id=standing.id,
        agreement=finding.kind,
        owed_by=finding.owed_by,
        owed_to=finding.owed_to,
        subject=subject.id,
        order=subject.order,
        customer=subject.customer,
        case=subject.case,
        revision=known.revision,
        opened_at=stamp(finding.true_from),
        due_by=stamp(finding.true_from),
        settled_at=stamp(known.cleared_at),
        customer_visible_by=stamp(subject.customer_visible_by),
        next_step=finding.next_step,
        announced=_announced(announced_of(known)),
        detail=finding.detail,
        finding=finding.kind,
        at_stake=money(finding.at_stake),
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


def attainment_message(attainment: Attainment) -> tracker_pb2.Attainment:
    return tracker_pb2.Attainment(
        agreement=attainment.agreement,
        owed_by=attainment.owed_by,
        owed_to=attainment.owed_to,
        objective=attainment.objective.kept,
        over_days=attainment.objective.over_days,
        windows=[
            tracker_pb2.WindowCount(window_s=window_s, **attained._asdict())
            for window_s, attained in attainment.windows.items()
        ],
    )
