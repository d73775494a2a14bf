"""Exactly one entry stands for whatever is to be looked at again, after any history."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.tracker.core.table import Table
from services.tracker.packing import pack, unpack
from tests.agendas import entries, wanted
from tests.histories import FIRST, SETS, Step, days
from tests.promising import MINUTE, ORDER
from tests.properties.test_usual import DAYS, TOGETHER, sets_of_two


@pytest.mark.parametrize("name", TOGETHER)
@settings(max_examples=60)
@given(data=st.data())
def test_one_entry_stands_for_each_promise_that_is_looked_at_again(
    name: str, data: st.DataObject
) -> None:
    table = Table(sets_of_two(TOGETHER[name]))
    now = FIRST
    for step in data.draw(DAYS[name]):
        for event in step.events:
            table.apply(ORDER, event, now)
            assert entries(table) == wanted(table)
        now += step.minutes * MINUTE
        table.advance(now, step.known(now))
        assert entries(table) == wanted(table)
    table.drop(ORDER)
    assert entries(table) == []


@settings(max_examples=100)
@given(days(), st.data())
def test_one_entry_stands_for_each_also_while_subjects_come_go_and_are_taken_up(
    steps: list[Step], data: st.DataObject
) -> None:
    table, now = Table(SETS), FIRST
    for step in steps:
        for event in step.events:
            table.apply(ORDER, event, now)
        now += step.minutes * MINUTE
        subject = table.subjects[ORDER]
        match data.draw(st.sampled_from(["stored", "put", "taken up", "advanced"])):
            case "stored":
                table.put(unpack(ORDER, pack(subject), SETS))
            case "put":
                table.drop(ORDER)
                table.put(subject)
            case "taken up":
                table.take_up(subject, now)
            case _:
                table.advance(now, step.known(now))
        assert entries(table) == wanted(table)


@settings(max_examples=100)
@given(days(), st.integers(1, 3))
def test_a_look_that_is_cut_into_slices_tells_the_same(steps: list[Step], limit: int) -> None:
    whole, sliced, now = Table(SETS), Table(SETS), FIRST
    for step in steps:
        for event in step.events:
            assert whole.apply(ORDER, event, now) == sliced.apply(ORDER, event, now)
        now += step.minutes * MINUTE
        known = step.known(now)
        told = sliced.advance(now, known, limit)
        while sliced.more_is_due:
            told += sliced.advance(now, known, limit)
        ids = [{verdict.id for _, verdict in each} for each in (whole.advance(now, known), told)]
        assert ids[0] == ids[1]
        assert entries(sliced) == wanted(sliced)
