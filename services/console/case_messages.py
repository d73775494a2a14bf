"""From the tracker's answers about one case to the console's own data; translates only."""

from datetime import UTC

from handoff.v1 import tracker_pb2

from services.console.belonging import Belonging, SubjectSummary
from services.console.explanation import Change, Clause, ClockStep, Conclusion, Explanation, Wait
from services.console.messages import event_of, finding_of, moment_of, promise_of, verdict_kind_of


def explanation_of(told: tracker_pb2.ExplainPromiseResponse) -> Explanation:
    return Explanation(
        promise=promise_of(told.promise),
        as_of=told.now.ToDatetime(tzinfo=UTC),
        deadline=_clause(told.deadline),
        calendar=told.calendar,
        steps=tuple(_step(each) for each in told.steps),
        conclusions=tuple(_conclusion(each) for each in told.conclusions),
        waits=tuple(
            Wait(each.need, each.party, each.words, moment_of(each, "by")) for each in told.waits
        ),
        complete_through=moment_of(told, "complete_through"),
        worked_s=told.worked_s,
        left_s=told.left_s if told.HasField("left_s") else None,
    )


def belonging_of(told: tracker_pb2.ListSubjectsResponse) -> Belonging:
    subjects = tuple(_summary(each) for each in told.subjects)
    return Belonging(told.now.ToDatetime(tzinfo=UTC), subjects, told.cut)


def _summary(told: tracker_pb2.SubjectSummary) -> SubjectSummary:
    return SubjectSummary(
        subject=told.subject,
        order=told.order,
        customer=told.customer,
        case=told.case,
        began_at=moment_of(told, "began_at"),
        promises=tuple(promise_of(each) for each in told.promises),
        promise_count=told.promise_count,
        events=tuple(event_of(each) for each in told.events),
        event_count=told.event_count,
        findings=tuple(finding_of(each) for each in told.findings),
    )


def _step(told: tracker_pb2.ClockStep) -> ClockStep:
    return ClockStep(
        at=told.at.ToDatetime(tzinfo=UTC),
        event=event_of(told.event) if told.HasField("event") else None,
        changes=tuple(Change(each.move, _clause(each.clause)) for each in told.changes),
        worked_s=told.worked_s,
        due_before=moment_of(told, "due_before"),
        due_after=moment_of(told, "due_after"),
    )


def _clause(told: tracker_pb2.Clause) -> Clause:
    return Clause(told.key, told.words)


def _conclusion(told: tracker_pb2.Conclusion) -> Conclusion:
    return Conclusion(
        kind=verdict_kind_of(told.kind),
        reason=told.reason,
        rule=told.rule,
        occurred_at=moment_of(told, "occurred_at"),
        decided_at=moment_of(told, "decided_at"),
        due_by=moment_of(told, "due_by"),
        needed_through=moment_of(told, "needed_through"),
        told=told.told,
    )
