"""Chains of agreements that cannot keep the customer's promise even if everybody is in time."""

from dataclasses import replace

import pytest

from services.tracker.core.agreements import Before
from services.tracker.core.durations import WallTime
from services.tracker.core.tree.shortfalls import Shortfall, negative_slack
from tests.planning import APPROVE, CHAIN, DELIVER, SHIP, a_hop, hours
from tests.promising import HOUR


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (20, []),
        (19.5, [Shortfall(APPROVE.name, DELIVER.name, HOUR // 2)]),
        (2, [Shortfall(APPROVE.name, DELIVER.name, 18 * HOUR)]),  # shipping is a part of it
    ],
)
def test_a_chain_that_needs_more_than_the_customer_was_given_is_told(
    given: float, missing: list[Shortfall]
) -> None:
    outer = replace(DELIVER, by=None, within=hours(given))  # 4 hours to approve, 16 to ship
    assert list(negative_slack((APPROVE, SHIP, outer))) == missing


def test_a_chain_that_fits_from_no_day_of_the_week_is_told() -> None:
    # 20 hours of the office take at least from Monday 13:00 to Wednesday 17:00: 52 hours
    outer = replace(DELIVER, by=None, within=WallTime(51 * HOUR))
    assert negative_slack((APPROVE, SHIP, outer)) == (Shortfall(APPROVE.name, DELIVER.name, HOUR),)
    outer = replace(DELIVER, by=None, within=WallTime(52 * HOUR))
    assert negative_slack((APPROVE, SHIP, outer)) == ()


def test_of_a_date_that_an_order_will_tell_nothing_can_be_told_before() -> None:
    assert negative_slack(CHAIN) == ()


@pytest.mark.parametrize(
    ("slack", "missing"), [(8, []), (7, [Shortfall(SHIP.name, DELIVER.name, HOUR)])]
)
def test_slack_before_a_date_has_to_hold_what_comes_after_it(
    slack: float, missing: list[Shortfall]
) -> None:
    ship = replace(SHIP, within=None, before=Before(DELIVER.name, hours(slack)))
    carry = a_hop("carry-parcel", SHIP.evidence[0], "carrier.ParcelSorted", within=hours(8))
    assert list(negative_slack((APPROVE, ship, carry, DELIVER))) == missing


def test_what_opens_the_customers_promise_takes_nothing_of_its_time() -> None:
    approve = replace(APPROVE, within=hours(40))
    outer = replace(DELIVER, by=None, within=hours(16), opens_on=APPROVE.evidence[0])
    assert negative_slack((approve, SHIP, outer)) == ()


def test_only_what_the_customer_was_promised_is_held_against_its_parts() -> None:
    outer = replace(DELIVER, by=None, within=hours(1), owed_to="sales")
    assert negative_slack((APPROVE, SHIP, outer)) == ()
