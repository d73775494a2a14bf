"""Limits of the timing wheel, on both sides; and that nothing stays of what was taken back."""

import pickle

import pytest

from services.tracker.core.wheel import SLACK, WIDTH_BITS, Wheel

WIDTH = 1 << WIDTH_BITS
FEW_BYTES = 40 * SLACK


def a_wheel(*moments: int) -> Wheel:
    wheel = Wheel()
    for at in moments:
        wheel.put(at, str(at))
    return wheel


def moments(wheel: Wheel, until: int) -> list[int]:
    return [at for at, _ in wheel.due(until)]


@pytest.mark.parametrize("edge", [WIDTH, 5 * WIDTH, 5 * WIDTH + 7])
def test_what_is_due_is_due_at_its_very_moment(edge: int) -> None:
    wheel = a_wheel(edge - 1, edge, edge + 1)
    assert moments(wheel, edge - 2) == []
    assert moments(wheel, edge - 1) == [edge - 1]
    assert moments(wheel, edge) == [edge]
    assert moments(wheel, edge) == []
    assert moments(wheel, edge + 1) == [edge + 1]


def test_what_is_due_at_one_moment_comes_in_order_of_the_keys() -> None:
    wheel = Wheel()
    for key in "cab":
        wheel.put(WIDTH, key)
    assert [key for _, key in wheel.due(WIDTH)] == ["a", "b", "c"]


def test_what_is_put_into_the_bucket_that_is_read_comes_in_its_order() -> None:
    wheel = a_wheel(10, 20, 40)
    assert moments(wheel, 10) == [10]
    wheel.put(30, "30")
    wheel.put(5, "5")
    wheel.cancel(20, "20")
    assert moments(wheel, 40) == [5, 30, 40]


def test_what_was_taken_back_and_put_in_again_comes_once() -> None:
    wheel = a_wheel(10, 20)
    assert moments(wheel, 10) == [10]
    wheel.cancel(20, "20")
    wheel.put(20, "20")
    assert moments(wheel, 20) == [20]


def test_nothing_may_be_there_before_the_first_bucket() -> None:
    wheel = a_wheel(3 * WIDTH + 5)
    assert not wheel.may_have(3 * WIDTH - 1)
    assert wheel.may_have(3 * WIDTH)
    assert not Wheel().may_have(2**62)


def test_of_what_was_taken_back_nothing_stays() -> None:
    wheel = a_wheel(2**60)
    for number in range(20 * SLACK):
        wheel.put(number * WIDTH, str(number))
    for number in range(20 * SLACK):
        wheel.cancel(number * WIDTH, str(number))
    assert len(pickle.dumps(wheel)) < FEW_BYTES
    assert moments(wheel, 2**60) == [2**60]


def test_of_what_was_due_nothing_stays() -> None:
    wheel = a_wheel(*(number * WIDTH for number in range(20 * SLACK)))
    assert len(wheel.due(20 * SLACK * WIDTH)) == 20 * SLACK
    assert len(pickle.dumps(wheel)) < FEW_BYTES


def test_of_what_comes_and_goes_in_the_bucket_that_is_read_nothing_stays() -> None:
    wheel = a_wheel(1, 10)
    assert moments(wheel, 1) == [1]
    for number in range(20 * SLACK):
        wheel.put(11, str(number))
        wheel.cancel(11, str(number))
    assert len(pickle.dumps(wheel)) < FEW_BYTES


def test_of_what_comes_and_goes_before_the_bucket_that_is_next_nothing_stays() -> None:
    wheel = a_wheel(2**60)
    for number in range(20 * SLACK):
        wheel.put(number, str(number))
        wheel.cancel(number, str(number))
    assert len(pickle.dumps(wheel)) < FEW_BYTES
