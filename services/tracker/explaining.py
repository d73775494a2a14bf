"""Why a promise stands where it stands, as it is asked for: from the ledger to gRPC's answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from handoff.v1 import tracker_pb2

from services.shared.clock import SECOND, Instant
from services.shared.codec import stamp
from services.tracker.answers import event_message, standing_message
from services.tracker.core.explanation.awaiting import Wait, awaiting
from services.tracker.core.explanation.clauses import Clause, clause, deadline
from services.tracker.core.explanation.moves import Change
from services.tracker.core.explanation.steps import Step, worked
from services.tracker.core.promises import COMMIT_MARGIN, Promise, State, settled_state
from services.tracker.core.verdicts import Kind, Reason, Verdict
from services.tracker.messages import KINDS
from services.tracker.standing import Standing


@dataclass(frozen=True, slots=True)
class Explanation:
    """A promise with its steps and what was recorded of it.

    `complete_through` is its watermark.
    """

    standing: Standing
    steps: Sequence[Step]
    concluded: Sequence[Verdict]
    complete_through: Instant


def explanation_message(explained: Explanation) -> tracker_pb2.ExplainPromiseResponse:
    standing, promise = explained.standing, explained.standing.promise
    agreement, now = promise.agreement, standing.now
    return tracker_pb2.ExplainPromiseResponse(
        promise=standing_message(standing),
        deadline=_clause_message(deadline(agreement)),
        calendar=agreement.clock.name,
        steps=[_step_message(each, promise) for each in explained.steps],
        conclusions=[_conclusion_message(each) for each in explained.concluded],
        waits=[_wait_message(each) for each in awaiting(promise, standing.state, now)],
        now=stamp(now),
        complete_through=stamp(explained.complete_through),
        worked_s=_worked_until(explained.steps, promise, now) // SECOND,
        left_s=_left(standing),
    )


def _worked_until(steps: Sequence[Step], promise: Promise, now: Instant) -> int:
    so_far = sum(each.worked for each in steps)
    if settled_state(promise) is not None or not steps:
        return so_far
    return so_far + worked(promise, steps[-1].at, now)


def _left(standing: Standing) -> int | None:
    promise = standing.promise
    if settled_state(promise) is not None or standing.state is State.PAUSED:
        return None
    return promise.agreement.clock.between(standing.now, promise.due_by) // SECOND


def _step_message(step: Step, promise: Promise) -> tracker_pb2.ClockStep:
    return tracker_pb2.ClockStep(
        at=stamp(step.at),
        event=event_message(step.event) if step.event else None,
        changes=[_change_message(each, promise) for each in step.changes],
        worked_s=step.worked // SECOND,
        due_before=stamp(step.due_before),
        due_after=stamp(step.due_after),
    )


def _change_message(change: Change, promise: Promise) -> tracker_pb2.ClockChange:
    says = _clause_message(clause(promise.agreement, change))
    return tracker_pb2.ClockChange(move=change.move, clause=says)


def _clause_message(says: Clause) -> tracker_pb2.Clause:
    return tracker_pb2.Clause(key=says.key, words=says.words)


def _conclusion_message(verdict: Verdict) -> tracker_pb2.Conclusion:
    by_time = verdict.reason is Reason.DEADLINE_PASSED
    return tracker_pb2.Conclusion(
        kind=KINDS[verdict.kind],
        reason=verdict.reason,
        rule=verdict.cause if verdict.kind is Kind.WARNED else "",
        occurred_at=stamp(verdict.occurred_at),
        decided_at=stamp(verdict.decided_at),
        due_by=stamp(verdict.due_by),
        needed_through=stamp(verdict.due_by + COMMIT_MARGIN if by_time else None),
        told=verdict.publish,
    )


def _wait_message(wait: Wait) -> tracker_pb2.Wait:
    return tracker_pb2.Wait(need=wait.need, party=wait.party, words=wait.words, by=stamp(wait.by))
