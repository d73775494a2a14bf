"""Which stories there are, and that each is told in a usual week."""

from datetime import timedelta
from itertools import pairwise

import pytest

from services.shared.clock import SECOND, Instant, to_datetime, to_instant
from services.shared.events.sales import OrderCancelled
from services.simulator.company import Step
from services.simulator.stories.catalogue import FIRST_MONDAY, STORIES, script_of
from services.simulator.stories.names import ALL, LIST, NOT_TOLD, TOLD
from services.simulator.stories.script import Does, Says
from services.simulator.stories.telling import OFFICE, WEEK, Telling
from services.tracker.agreement_files import load_folder, shipped

OF_THE_PRODUCT = {
    *("approval-delayed", "refund-neglected", "billing-mismatch", "oversold-date"),
    *("promotion-unready", "support-without-background", "ping-pong", "repeated-request"),
    *("conflicting-details", "incomplete-handoff", "complaint-unreviewed"),
    *("silent-department", "customer-not-told"),
}


def test_each_story_of_the_product_is_told_or_says_why_not() -> None:
    assert {*TOLD, *NOT_TOLD} == OF_THE_PRODUCT
    assert len(TOLD) + len(NOT_TOLD) == len(OF_THE_PRODUCT)
    assert list(STORIES) == list(TOLD)
    assert not {ALL, LIST} & OF_THE_PRODUCT


def test_in_the_weeks_of_the_stories_every_weekday_is_worked_and_no_clock_is_moved() -> None:
    offsets, worked = set(), []
    (office,) = (
        each for each in load_folder(shipped("default")).calendars if each.name == "office"
    )
    for day in range(len(STORIES) * 7):
        noon = (FIRST_MONDAY + timedelta(days=day)).replace(hour=12)
        offsets.add(noon.utcoffset())
        if noon.weekday() < 5:
            start = to_instant(noon)
            worked.append(office.between(start, start + 3_600 * SECOND))
    assert len(offsets) == 1
    assert set(worked) == {3_600 * SECOND}


def test_no_two_stories_share_an_order_a_case_or_a_moment() -> None:
    scripts = [script_of(name) for name in STORIES]
    subjects = [{notice.promise.subject for notice in script.expected} for script in scripts]
    assert sum(map(len, subjects)) == len(set().union(*subjects))
    for before, after in pairwise(scripts):
        assert before.ends_at == after.starts_at


def a_telling() -> Telling:
    return Telling(1, FIRST_MONDAY)


def test_times_are_those_of_the_offices_wall() -> None:
    telling = a_telling()
    telling.at("Tue 13:00:02").does("somebody orders", Step.PLACE)
    (placed,) = telling.script("a story").happens
    local = to_datetime(placed.at).astimezone(OFFICE)
    assert f"{local:%A %H:%M:%S}" == "Tuesday 13:00:02"


def test_a_story_does_not_go_back() -> None:
    telling = a_telling().at("Tue 13:00")
    with pytest.raises(AssertionError, match="Mon 09:00 has been"):
        telling.at("Mon 09:00")


def test_what_happened_before_it_is_told_keeps_its_own_moment() -> None:
    telling = a_telling().at("Mon 16:00")
    telling.does("the shop tells it late", Step.PLACE, happened="Mon 10:30")
    (placed,) = telling.script("a story").happens
    assert isinstance(placed, Does)
    assert moments(placed.at, to_instant(placed.command.context.now)) == ["16:00", "10:30"]


def test_what_a_system_says_is_about_the_storys_order_now() -> None:
    telling = a_telling().at("Mon 16:00")
    telling.says("the shop cancels", OrderCancelled("changed their mind"))
    (said,) = telling.script("a story").happens
    assert isinstance(said, Says)
    envelope, event = said.told
    assert (envelope.type, envelope.party) == ("sales.OrderCancelled", "sales")
    assert (envelope.subject, envelope.order) == (telling.of_order, telling.order.id)
    assert (envelope.occurred_at, event) == (said.at, OrderCancelled("changed their mind"))


def test_a_story_has_a_week() -> None:
    script = a_telling().script("a story")
    assert to_datetime(script.ends_at) - to_datetime(script.starts_at) == WEEK


def moments(*instants: Instant) -> list[str]:
    return [f"{to_datetime(each).astimezone(OFFICE):%H:%M}" for each in instants]
