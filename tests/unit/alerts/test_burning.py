"""Which objectives are being missed: each limit on both sides, and that few cases are no rate."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.domain.alert import Alert, key_of
from services.alerts.domain.burning import (
    BURNS,
    WINDOWS_S,
    Alarm,
    alarm_of,
    burning,
    surely_above,
)
from services.alerts.domain.labels import Severity, severity
from services.alerts.domain.matching import Matcher
from services.alerts.domain.pages import page_of
from services.alerts.domain.promise import Condition, Promise
from services.alerts.domain.sight import AttainmentSeen, Turned
from services.alerts.domain.text import message
from services.alerts.domain.troubles import is_own
from tests.alerting import at

HOUR, SIX_HOURS, THREE_DAYS = 3_600, 21_600, 259_200
SIGNS = {HOUR: 300, SIX_HOURS: 1_800, THREE_DAYS: 21_600}
NOW = at("12:00")
PAGE, TICKET = f"{BURNS}ship-paid-order/page", f"{BURNS}ship-paid-order/ticket"


def seen(turned: dict[int, Turned], objective: float = 0.95) -> AttainmentSeen:
    windows = {each: turned.get(each, Turned(0, 0)) for each in WINDOWS_S}
    return AttainmentSeen("ship-paid-order", "operations", "sales", objective, 28, windows)


def lately(kept: int, broken: int, window_s: int = SIX_HOURS) -> dict[int, Turned]:
    """Within a window, and the last of them broken just now."""
    return {window_s: Turned(kept, broken), SIGNS[window_s]: Turned(0, min(broken, 1))}


def alarms(attained: AttainmentSeen, *standing: str) -> list[Alarm | None]:
    return [alarm_of(each.promise_id) for each in burning([attained], standing, NOW)]


def test_one_broken_promise_of_three_is_six_times_too_many_and_still_no_rate() -> None:
    one_of_three = Turned(2, 1)
    assert one_of_three.share / 0.05 > 6
    assert surely_above(one_of_three, 0.05, 6) == pytest.approx(0.04, abs=0.005)
    assert alarms(seen(lately(2, 1))) == []


@given(
    st.sampled_from([0.5, 0.9, 0.95, 0.97, 0.99, 0.999, 0.999_999]),
    st.integers(0, 1_000),
    st.integers(0, 1),
)
def test_a_single_broken_promise_is_never_a_rate(objective: float, kept: int, broken: int) -> None:
    everywhere = dict.fromkeys(WINDOWS_S, Turned(kept, broken))
    assert alarms(seen(everywhere, objective)) == []


@pytest.mark.parametrize(
    ("window_s", "kept", "broken", "found"),
    [
        (HOUR, 1, 3, [Alarm.PAGE]),  # 15 times
        (HOUR, 7, 18, []),  # 14.4 times, and not more
        (SIX_HOURS, 6, 3, [Alarm.PAGE]),  # 6.7 times
        (SIX_HOURS, 7, 3, []),  # 6 times, and not more
        (SIX_HOURS, 0, 2, []),  # all of two: not sure enough
        (THREE_DAYS, 56, 3, [Alarm.TICKET]),
        (THREE_DAYS, 57, 3, []),
        (THREE_DAYS, 20, 2, [Alarm.TICKET]),  # sure of more than once the rate
        (THREE_DAYS, 60, 2, []),
    ],
)
def test_three_broken_count_by_their_share_and_fewer_where_it_is_sure(
    window_s: int, kept: int, broken: int, found: list[Alarm]
) -> None:
    assert alarms(seen(lately(kept, broken, window_s))) == found


@pytest.mark.parametrize(
    ("window_s", "found"),
    [(HOUR, Alarm.PAGE), (SIX_HOURS, Alarm.PAGE), (THREE_DAYS, Alarm.TICKET)],
)
def test_what_does_not_go_on_is_not_told(window_s: int, found: Alarm) -> None:
    turned = {window_s: Turned(0, 30)}
    assert alarms(seen(turned)) == []
    assert alarms(seen(turned | {SIGNS[window_s]: Turned(0, 1)})) == [found]
    assert alarms(seen(turned | {SIGNS[window_s]: Turned(99, 1)})) == []


@pytest.mark.parametrize(
    ("kept", "broken", "goes_on"), [(16, 3, True), (17, 3, False), (6, 1, False), (0, 0, False)]
)
def test_what_was_told_is_over_below_half_of_its_rate(
    kept: int, broken: int, goes_on: bool
) -> None:
    over_six_hours = seen({SIX_HOURS: Turned(kept, broken)})
    assert alarms(over_six_hours) == []
    assert alarms(over_six_hours, PAGE) == ([Alarm.PAGE] if goes_on else [])


def test_where_nothing_is_broken_any_more_nothing_burns_however_little_is_known() -> None:
    assert alarms(seen({}, 0.5), PAGE, TICKET) == []
    assert alarms(seen({THREE_DAYS: Turned(0, 1)}, 0.5), TICKET) == [Alarm.TICKET]


def test_what_is_paged_needs_no_ticket_unless_there_is_one() -> None:
    both = seen(lately(0, 9, HOUR) | lately(0, 9, THREE_DAYS))
    assert alarms(both) == [Alarm.PAGE]
    assert alarms(both, PAGE) == [Alarm.PAGE]
    assert alarms(both, TICKET) == [Alarm.PAGE, Alarm.TICKET]


def test_an_objective_of_everything_has_no_rate() -> None:
    assert alarms(seen(lately(0, 9), 1.0)) == []


def a_burn() -> Promise:
    (found,) = burning([seen(lately(7, 5), 0.97)], (), NOW)
    return found


def test_it_says_in_numbers_how_long_the_objective_can_still_be_met() -> None:
    alert = Alert(key_of(a_burn()), a_burn(), Condition.FOUND, NOW)
    assert message(alert, NOW) == (
        "Broken too often: 5 of 12 promises to “ship paid order” were broken in the last 6 hours."
        " The objective is to keep 97% in 28 days; at this rate all that may be broken in 28 days"
        " is used up in 2 days. operations has the next step; sales waits. It has been"
        " so since 2026-11-02 12:00 UTC. Next step: Find what they have in common, and tell sales"
        " which dates will not hold."
    )


def test_it_is_the_debtors_and_its_agreements_route_takes_it() -> None:
    burn = a_burn()
    alert = Alert(key_of(burn), burn, Condition.FOUND, NOW)
    for wanted, takes in (
        (Matcher(agreements=frozenset({"ship-paid-order"})), True),
        (Matcher(owed_by=frozenset({"operations"})), True),
        (Matcher(owed_by=frozenset({"platform"})), False),
    ):
        assert wanted.takes(alert) is takes
    assert is_own(burn.promise_id)
    assert page_of(burn, "http://console/") == "http://console/board"


def test_a_page_is_a_page_and_a_ticket_a_ticket() -> None:
    burn = a_burn()
    assert severity(burn, Condition.FOUND) is Severity.PAGE
    assert severity(replace(burn, promise_id=TICKET), Condition.FOUND) is Severity.TICKET
