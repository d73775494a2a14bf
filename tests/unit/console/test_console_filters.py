"""Filters stand in the query string and nowhere else."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.filters import (
    ATTENTION,
    SPANS,
    VALUE_LENGTH_LIMIT,
    VALUES_LIMIT,
    BadFilter,
    Filters,
)

names = st.text(min_size=1, max_size=20)


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(values, max_size=3).map(lambda found: tuple(sorted(found)))


some_filters = st.builds(
    Filters,
    department=some(names),
    owed_by=some(names),
    owed_to=some(names),
    agreement=some(names),
    state=some(st.sampled_from(ATTENTION)),
    within=some(st.sampled_from([*SPANS])),
    unacknowledged=some(st.just("yes")),
)


@given(some_filters)
def test_a_query_string_says_the_filters_that_it_was_made_from(filters: Filters) -> None:
    assert Filters.parse(parse_qsl(filters.query().removeprefix("?"))) == filters


def test_the_order_and_repetition_in_a_query_do_not_matter() -> None:
    pairs = [("state", "breached"), ("owed_by", "sales"), ("owed_by", "finance")]
    assert Filters.parse(pairs) == Filters.parse([*reversed(pairs), ("owed_by", "sales")])


def test_names_that_are_no_filters_are_ignored() -> None:
    assert not Filters.parse([("after", "x-1"), ("did", "released"), ("owed_by", "")])


def test_an_impossible_state_is_refused_with_what_is_possible() -> None:
    with pytest.raises(BadFilter, match=r"'late' is no state of this list; use breached, "):
        Filters.parse([("state", "late")])


def test_an_impossible_span_is_refused_with_what_is_possible() -> None:
    with pytest.raises(BadFilter, match="'2h' is no span of this list; use 15m, 1h, 4h, 1d"):
        Filters.parse([("within", "2h")])


def test_a_value_has_a_longest_length() -> None:
    Filters.parse([("owed_by", "x" * VALUE_LENGTH_LIMIT)])
    with pytest.raises(BadFilter, match="101 characters"):
        Filters.parse([("owed_by", "x" * (VALUE_LENGTH_LIMIT + 1))])


def test_a_name_has_a_largest_number_of_values() -> None:
    Filters.parse([("owed_by", f"party-{n}") for n in range(VALUES_LIMIT)])
    with pytest.raises(BadFilter, match="owed_by is given over 20 times"):
        Filters.parse([("owed_by", f"party-{n}") for n in range(VALUES_LIMIT + 1)])
