"""Which notices are told at once, and under which id."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.domain.alert import Notice
from services.alerts.domain.posts import ALERTS_A_POST, Post, alone, halves, posts_of
from tests.alerting import a_promise, at, breached, ended, key, warned
from tests.notices import notices, trigger


def triggers(count: int) -> list[Notice]:
    return [trigger(a_promise(str(order))) for order in range(count)]


def sizes(posts: Sequence[Post]) -> list[int]:
    return [len(post.notices) for post in posts]


def tried(post: Post) -> list[Notice]:
    return [replace(notice, post=post.id) for notice in post.notices]


@pytest.mark.parametrize(
    "change",
    [{"owed_by": "finance"}, {"owed_to": "support"}, {"agreement": "deliver-order"}],
)
def test_what_another_pair_or_agreement_caused_is_told_apart(change: dict[str, Any]) -> None:
    assert sizes(posts_of([trigger(), trigger(a_promise("2"))], 10)) == [2]
    assert sizes(posts_of([trigger(), trigger(a_promise("2", **change))], 10)) == [1, 1]


def test_another_condition_and_what_is_over_are_told_apart() -> None:
    other = a_promise("2")
    broken, over = notices(breached(2, other), ended(promise=other))
    assert sizes(posts_of([trigger(), broken], 10)) == [1, 1]
    assert sizes(posts_of([notices(breached())[0], over], 10)) == [1, 1]


@pytest.mark.parametrize(("count", "expected"), [(99, [99]), (100, [100]), (101, [100, 1])])
def test_a_post_has_so_many_alerts_and_no_more(count: int, expected: list[int]) -> None:
    assert ALERTS_A_POST == 100
    assert sizes(posts_of(triggers(count), ALERTS_A_POST)) == expected


def test_what_a_customer_notices_first_is_told_first() -> None:
    late, soon = (a_promise(str(n), customer_visible_by=at(f"{n}:00")) for n in (22, 20))
    (post,) = posts_of([trigger(late), trigger(soon)], 10)
    assert post.keys == (key(soon), key(late))


def test_one_alone_has_the_id_of_its_notice() -> None:
    assert alone(trigger()).id == trigger().id == f"{key()}:1:first_notice"


def test_what_was_told_together_is_told_so_again_whatever_came_since() -> None:
    (first,) = posts_of(triggers(3), 10)
    again, new = posts_of([*tried(first), *triggers(5)[3:]], 10)
    assert again.id == first.id
    assert again.keys == first.keys
    assert sizes([new]) == [2]


def test_what_was_told_alone_stays_alone() -> None:
    (first,) = posts_of(triggers(1), 10)
    assert sizes(posts_of([*tried(first), *triggers(3)[1:]], 10)) == [1, 2]


def test_a_post_that_is_not_whole_any_more_has_another_id() -> None:
    """Whoever dropped it as seen would drop what it never saw."""
    (first,) = posts_of(triggers(3), 10)
    (rest,) = posts_of(tried(first)[1:], 10)
    assert rest.id != first.id


@pytest.mark.parametrize(("count", "expected"), [(2, [1, 1]), (3, [1, 2]), (100, [50, 50])])
def test_halves_hold_all_of_it_in_order(count: int, expected: list[int]) -> None:
    (post,) = posts_of(triggers(count), count)
    parts = halves(post)
    assert sizes(parts) == expected
    assert parts[0].notices + parts[1].notices == post.notices


@given(st.lists(st.integers(0, 30), unique=True, min_size=1), st.randoms(), st.integers(1, 12))
def test_each_is_in_one_post_whatever_the_order(
    orders: list[int], chance: Random, most: int
) -> None:
    waiting = [
        trigger(a_promise(str(order), agreement=f"agreement-{order % 3}")) for order in orders
    ]
    posts = posts_of(waiting, most)
    chance.shuffle(waiting)
    assert {post.id for post in posts_of(waiting, most)} == {post.id for post in posts}
    assert sorted(key for post in posts for key in post.keys) == sorted(
        notice.alert.key for notice in waiting
    )
    assert max(sizes(posts)) <= most


def test_a_warning_and_a_breach_of_one_moment_have_different_ids() -> None:
    both = notices(warned(2), breached(3))
    assert len({alone(notice).id for notice in both}) == 2
