"""Events of a subject that come together give what they give one after the other."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.tracker.core.promises import Announced, Promise
from services.tracker.core.sets import VERDICT, AgreementSets
from services.tracker.core.subject import Event, Subject
from services.tracker.core.table import MANY_TOGETHER, Table
from tests.agendas import entries, wanted
from tests.bench.late import events_of_an_order
from tests.histories import FIRST, SETS, Step, days, histories
from tests.promising import MINUTE, ORDER, marks
from tests.properties.test_folding import all_that_follows
from tests.tracking import agreement_sets

WITHOUT_VERDICTS = AgreementSets(
    tuple(
        replace(
            each,
            agreements=tuple(a for a in each.agreements if not a.opens_on.startswith(VERDICT)),
        )
        for each in SETS.sets
    )
)
"""What opens on a verdict follows what was told, and with it how much came at once."""


def concluded(subject: Subject) -> dict[str, tuple[object, ...]]:
    """What stands in the end, however often it was told otherwise before.

    History depends on the order of arrival: a breach of what was cancelled since, of which of its
    deadlines a promise was broken, and a dispute that was told and then taken back, which stays
    told.
    """
    return {
        id: (each.concluded, announced(each), each.concluded is None and each.breached_at is None)
        for id, each in subject.promises.items()
        if not each.opening_taken_back
    }


def announced(promise: Promise) -> Announced | None:
    told = promise.announced
    return None if told is Announced.DISPUTED and not promise.course.disputes else told


def folded(table: Table, events: list[Event], size: int) -> Subject:
    for first in range(0, len(events), size):
        together = events[first : first + size]
        counted, _ = table.apply_together(ORDER, together, FIRST)
        assert len(counted) == len(together)
    return table.subjects[ORDER]


@settings(max_examples=150)
@given(histories(), st.integers(1, 12))
def test_what_comes_together_is_folded_as_one_after_the_other(told: list[Event], size: int) -> None:
    single, together = Table(WITHOUT_VERDICTS), Table(WITHOUT_VERDICTS)
    for event in told:
        single.apply(ORDER, event, FIRST)
    one, other = single.subjects[ORDER], folded(together, told, size)
    assert all_that_follows(one) == all_that_follows(other)
    assert concluded(one) == concluded(other)
    assert entries(together) == wanted(together)


@settings(max_examples=150)
@given(days())
def test_days_of_events_that_come_together_end_alike(steps: list[Step]) -> None:
    single, together, now = Table(WITHOUT_VERDICTS), Table(WITHOUT_VERDICTS), FIRST
    for step in steps:
        for event in step.events:
            single.apply(ORDER, event, now)
        _, verdicts = together.apply_together(ORDER, step.events, now)
        assert len({each.id for each in verdicts}) == len(verdicts)
        now += step.minutes * MINUTE
        single.advance(now, step.known(now))
        together.advance(now, step.known(now))
    for table in (single, together):
        table.advance(now, marks(now))
    one, other = single.subjects[ORDER], together.subjects[ORDER]
    assert all_that_follows(one) == all_that_follows(other)
    assert concluded(one) == concluded(other)


@given(histories())
def test_events_in_order_that_come_together_tell_the_same(told: list[Event]) -> None:
    in_order = [each for each in sorted(told) if not each.retracts]
    single, together = Table(SETS), Table(SETS)
    verdicts = [verdict for event in in_order for verdict in single.apply(ORDER, event, FIRST)[1]]
    assert together.apply_together(ORDER, in_order, FIRST)[1] == verdicts


@given(histories())
def test_each_of_those_that_come_together_is_counted_once(told: list[Event]) -> None:
    table = Table(SETS)
    counted, _ = table.apply_together(ORDER, [*told, *told], FIRST)
    assert counted == ["folded"] * len(told) + ["duplicate"] * len(told)


def test_so_many_events_in_order_are_folded_at_once_and_end_alike() -> None:
    sets = agreement_sets()
    told = events_of_an_order(sets)[: MANY_TOGETHER + 1]
    for count, refolded in ((MANY_TOGETHER, False), (MANY_TOGETHER + 1, True)):
        together, events = Table(sets), told[:count]
        _, verdicts = together.apply_together(ORDER, events, FIRST)
        one_by_one = Table(sets)
        each = [one for event in events for one in one_by_one.apply(ORDER, event, FIRST)[1]]
        assert (verdicts != each) is refolded
        one, other = one_by_one.subjects[ORDER], together.subjects[ORDER]
        assert all_that_follows(one) == all_that_follows(other)
        assert concluded(one) == concluded(other)
