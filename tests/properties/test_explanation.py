"""However a day goes, what is told of a promise's clock leads from its opening to its due date."""

from itertools import pairwise

from hypothesis import given

from services.tracker.core.explanation.moves import Move
from services.tracker.core.explanation.steps import Step, steps, worked
from services.tracker.core.promises import Promise, settled_state
from tests.histories import END, SETS, Day, days
from tests.histories import Step as Passing
from tests.promising import ORDER
from tests.searching import never_seen


def explained(passing: list[Passing]) -> list[tuple[Promise, list[Step]]]:
    """Every promise of the whole day, with its steps."""
    day = Day(passing)
    day.look(END)
    subject = day.table.subjects[ORDER]
    return [(each, steps(subject, each, SETS, END)) for each in subject.promises.values()]


@given(days())
def test_the_last_step_leads_to_the_due_date_of_the_promise(passing: list[Passing]) -> None:
    for promise, told in explained(passing):
        assert told[0].moves[0] is Move.OPENED
        assert told[0].at == promise.opened_at
        assert told[-1].due_after == promise.due_by


@given(days())
def test_each_step_goes_on_from_the_one_before(passing: list[Passing]) -> None:
    for _, told in explained(passing):
        assert told[0].due_before is None
        for before, after in pairwise(told):
            assert after.due_before == before.due_after
            assert after.at >= before.at
            assert after.moves


@given(days())
def test_a_promise_that_is_over_ends_in_its_steps_and_an_open_one_does_not(
    passing: list[Passing],
) -> None:
    ends = {
        Move.KEPT,
        Move.KEPT_LATE,
        Move.DEEMED_ACCEPTED,
        Move.CANCELLED,
        Move.RELEASED,
        Move.OPENING_TAKEN_BACK,
    }
    for promise, told in explained(passing):
        ended = ends & {move for step in told for move in step.moves}
        assert bool(ended) is (settled_state(promise) is not None)


@given(days())
def test_the_steps_consume_what_the_clock_counts_between_the_first_and_the_last(
    passing: list[Passing],
) -> None:
    for promise, told in explained(passing):
        if settled_state(promise) is None and not promise.agreement.part_of:
            consumed = sum(step.worked for step in told)
            assert consumed == worked(promise, promise.opened_at, told[-1].at)


def test_the_days_have_in_them_whatever_can_befall_a_promise() -> None:
    """Otherwise the properties above would say nothing of it."""
    missing = never_seen(
        days(),
        lambda passing: (
            move for _, told in explained(passing) for step in told for move in step.moves
        ),
        Move,
    )
    assert missing == set()
