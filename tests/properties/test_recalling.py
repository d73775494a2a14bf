"""A subject that is folded again and given its history from the records goes on as if it had lived.

The records are those that Mongo keeps: not every verdict is among them.
"""

from collections.abc import Iterable

from hypothesis import given

from services.shared.clock import Instant
from services.tracker.core.subject import Subject
from services.tracker.core.table import Table
from services.tracker.core.verdicts import Verdict
from services.tracker.packing import pack, unpack
from services.tracker.rebuild.recalling import in_order, recall
from services.tracker.rows import for_the_record, verdict_of, verdict_record
from tests.histories import END, FIRST, SETS, Day, Step, days
from tests.promising import MINUTE, ORDER, marks

NEVER = 0


def recorded(day: Day) -> list[Verdict]:
    return [verdict_of(verdict_record(each)) for each in day.verdicts if for_the_record(each)]


def made_again(day: Day, steps: list[Step]) -> Subject:
    """From its events, which are folded as they came while no time passes, and from the records."""
    table = Table(SETS)
    now = FIRST
    for step in steps:
        for event in step.events:
            table.apply(ORDER, event, now)
        now += step.minutes * MINUTE
    subject = unpack(ORDER, pack(table.subjects[ORDER]), SETS)
    recall(subject, in_order(recorded(day)), SETS)
    return unpack(ORDER, pack(subject), SETS)


def looked_at(subject: Subject, now: Instant) -> list[Verdict]:
    table = Table(SETS)
    table.put(subject)
    return [verdict for _, verdict in table.advance(now, marks(now))]


def last_moment(steps: list[Step]) -> Instant:
    return FIRST + sum(step.minutes for step in steps) * MINUTE


def said(verdicts: Iterable[Verdict]) -> set[tuple[str, str, Instant]]:
    return {(each.promise_id, each.kind, each.due_by) for each in verdicts if each.publish}


@given(days())
def test_nobody_is_told_anything_when_nothing_has_happened_since(steps: list[Step]) -> None:
    day, now = Day(steps), last_moment(steps)
    day.look(now)
    assert said(looked_at(made_again(day, steps), now)) == set()


@given(days())
def test_what_was_still_to_be_told_is_told(steps: list[Step]) -> None:
    day, now = Day(steps), last_moment(steps)
    day.look(now)
    again = made_again(day, steps)
    assert said(looked_at(again, END)) == said(day.look(END))


@given(days())
def test_whoever_was_told_hears_only_of_later_revisions_and_other_verdicts(
    steps: list[Step],
) -> None:
    day, now = Day(steps), last_moment(steps)
    day.look(now)
    told = {each.promise_id: each.revision for each in day.verdicts if each.publish}
    ids = {each.id for each in day.verdicts if each.publish}
    for verdict in (each for each in looked_at(made_again(day, steps), END) if each.publish):
        assert verdict.revision > told.get(verdict.promise_id, NEVER)
        assert verdict.id not in ids


@given(days())
def test_a_subject_is_as_announced_as_it_was(steps: list[Step]) -> None:
    day, now = Day(steps), last_moment(steps)
    day.look(now)
    again = made_again(day, steps)
    assert {id: each.announced for id, each in again.promises.items()} == {
        id: each.announced for id, each in day.promises.items()
    }
