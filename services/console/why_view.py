"""From an explanation to what the page of a promise shows. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.console.desk import SubjectFacts
from services.console.explanation import Change, ClockStep, Conclusion, Explanation, Wait
from services.console.subject_view import ARRIVED_LATE_AFTER, Card, subject_view
from services.console.timeline import Axis
from services.console.times import Moment, distance, maybe_moment, moment
from services.console.why_words import conclusion_word, move_word, reason_word
from services.console.words import known_state, plain, subject_path


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What happened, and the clause that says so."""

    what: str
    key: str
    says: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step in words; `moved` where it moved the due date."""

    at: Moment
    changes: tuple[ChangeLine, ...]
    event: str
    party: str
    trace_id: str
    delay: str
    worked: str
    due: Moment | None
    due_before: Moment | None
    moved: str


@dataclass(frozen=True, slots=True)
class ConclusionLine:
    """What was concluded, when, by which rule, and what had to be known first."""

    state: str
    word: str
    why: str
    decided: Moment | None
    due: Moment | None
    known: Moment | None
    told: bool


@dataclass(frozen=True, slots=True)
class WaitLine:
    """One thing that is waited for."""

    party: str
    words: str
    by: Moment | None


@dataclass(frozen=True, slots=True)
class WhyView:
    """The page of one promise."""

    card: Card
    axis: Axis
    as_of: Moment
    subject: str
    back: str
    deadline: ChangeLine
    calendar: str
    steps: tuple[StepLine, ...]
    conclusions: tuple[ConclusionLine, ...]
    waits: tuple[WaitLine, ...]
    known: Moment | None
    worked: str
    left: str


def why_view(explained: Explanation) -> WhyView:
    promise, now = explained.promise, explained.as_of
    told = tuple(step.event for step in explained.steps if step.event)
    drawn = subject_view(SubjectFacts(promise.subject, now, (promise,), told), ())
    (card,) = drawn.cards
    return WhyView(
        card=card,
        axis=drawn.axis,
        as_of=moment(now, now),
        subject=promise.subject,
        back=f"{subject_path(promise.subject)}#{card.id}",
        deadline=ChangeLine("", explained.deadline.key, explained.deadline.words),
        calendar=_calendar(explained.calendar),
        steps=tuple(_step(each, now) for each in explained.steps),
        conclusions=tuple(_conclusion(each, now) for each in explained.conclusions),
        waits=tuple(_wait(each, now) for each in explained.waits),
        known=maybe_moment(explained.complete_through, now),
        worked=_span(explained.worked_s),
        left=_left(explained.left_s),
    )


def _calendar(name: str) -> str:
    return "elapsed time" if name == "always" else f"the working time of {name}"


def _left(left_s: int | None) -> str:
    if left_s is None:
        return ""
    return f"{_span(left_s)} left" if left_s >= 0 else f"{_span(-left_s)} over"


def _step(step: ClockStep, now: datetime) -> StepLine:
    event = step.event
    took = event.arrived_at - event.occurred_at if event and event.arrived_at else timedelta()
    return StepLine(
        at=moment(step.at, now),
        changes=tuple(_change(each) for each in step.changes),
        event=plain(event.type) if event else "",
        party=event.party if event else "",
        trace_id=event.trace_id if event else "",
        delay=distance(took) if took > ARRIVED_LATE_AFTER else "",
        worked=_span(step.worked_s) if step.worked_s else "",
        due=maybe_moment(step.due_after, now),
        due_before=maybe_moment(step.due_before, now),
        moved=_moved(step.due_before, step.due_after),
    )


def _change(change: Change) -> ChangeLine:
    return ChangeLine(move_word(change.move), change.clause.key, change.clause.words)


def _moved(before: datetime | None, after: datetime | None) -> str:
    if before is None or after is None or before == after:
        return ""
    return f"{distance(abs(after - before))} {'later' if after > before else 'earlier'}"


def _conclusion(told: Conclusion, now: datetime) -> ConclusionLine:
    return ConclusionLine(
        state=known_state(_ICONS.get(told.kind, told.kind)),
        word=conclusion_word(told.kind),
        why=reason_word(told.reason, told.rule),
        decided=maybe_moment(told.decided_at, now),
        due=maybe_moment(told.due_by, now),
        known=maybe_moment(told.needed_through, now),
        told=told.told,
    )


def _wait(wait: Wait, now: datetime) -> WaitLine:
    return WaitLine(wait.party, wait.words, maybe_moment(wait.by, now))


def _span(seconds: int) -> str:
    return distance(timedelta(seconds=seconds))


_ICONS = {
    "warned": "at_risk",
    "withdrawn": "cancelled",
    "resumed": "on_track",
    "amended": "on_track",
    "acknowledged": "on_track",
    "opened": "on_track",
    "cleared": "kept",
}
