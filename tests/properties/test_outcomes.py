"""However a day goes, each promise is counted once, as it turned out in the end."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.tracker.core.outcomes import Outcomes, count
from services.tracker.core.verdicts import Kind, Reason
from tests.histories import END, Day, Step, days
from tests.outcomes import totals, turned_out
from tests.searching import never_seen


def the_whole(steps: list[Step], *, restarting: bool = False) -> Day:
    """The day to its end, when everything is known and counted."""
    day = Day(steps, restarting=restarting)
    day.look(END)
    day.count()
    return day


@given(days(), st.booleans())
def test_what_was_counted_is_how_the_promises_turned_out_in_the_end(
    steps: list[Step], restarting: bool
) -> None:
    day = the_whole(steps, restarting=restarting)
    assert totals(day.outcomes) == turned_out(day.promises.values())


@given(days(), st.booleans())
def test_each_is_counted_for_the_time_that_it_happened_and_for_no_other(
    steps: list[Step], restarting: bool
) -> None:
    day = the_whole(steps, restarting=restarting)
    at_once: Outcomes = {}
    count([replace(each, counted=None) for each in day.promises.values()], 0, at_once)
    assert {span: counts for span, counts in day.outcomes.items() if any(counts)} == at_once


CASES: dict[str, Callable[[Day], bool]] = {
    "a breach that late evidence withdrew": lambda day: any(
        each.kind is Kind.WITHDRAWN and each.reason is Reason.LATE_EVIDENCE for each in day.verdicts
    ),
    "a breach that a moved deadline withdrew": lambda day: any(
        each.kind is Kind.WITHDRAWN and each.reason is Reason.DEADLINE_MOVED
        for each in day.verdicts
    ),
    "evidence that was taken back": lambda day: any(
        each.reason is Reason.EVIDENCE_RETRACTED for each in day.verdicts
    ),
    "a breach of a promise whose opening was taken back": lambda day: any(
        each.opening_taken_back and each.breached_at is not None for each in day.promises.values()
    ),
    "a count that went back to nothing": lambda day: any(
        not any(counts) for counts in day.outcomes.values()
    ),
}


def cases_of(steps: list[Step]) -> list[str]:
    day = the_whole(steps)
    return [name for name, is_in in CASES.items() if is_in(day)]


def test_the_days_have_in_them_what_takes_counts_back() -> None:
    """Otherwise the properties above would say nothing of it."""
    assert never_seen(days(), cases_of, CASES) == set()
