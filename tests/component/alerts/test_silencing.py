"""While a silence holds nobody hears of what it takes; what stands at its end is told then."""

from dataclasses import replace

import pytest

from services.alerts.actions import begin_silence, end_silence
from services.alerts.domain.alert import Reason, State
from services.alerts.domain.matching import EVERYTHING, Matcher
from services.alerts.domain.promise import Resolution
from services.alerts.domain.requests import NAMES_LIMIT, SILENCE_LIMIT
from services.alerts.domain.silences import Silence
from services.shared.errors import RefusalCode, Refused
from tests.alerting import a_promise, at, breached, ended, span, warned
from tests.component.alerts.on_call import FIRST, LEAD, OnCall

OPERATIONS = Matcher(owed_by=frozenset({"operations"}))
STOCKTAKE = Silence("s1", OPERATIONS, at("15:30"), at("17:00"), "ann", "stocktaking")
WAKES = {FIRST: [Reason.SNOOZE_ENDED]}


@pytest.fixture
def on_call() -> OnCall:
    return OnCall()


def silence(on_call: OnCall, silence: Silence = STOCKTAKE, time: str = "15:30") -> None:
    on_call.clock.set(at(time))
    begin_silence(silence, on_call.desk, on_call.clock.now())


def test_what_comes_while_it_holds_is_told_when_it_ends(on_call: OnCall) -> None:
    silence(on_call)
    on_call.hear(warned())
    assert on_call.at("16:59:59") == {}
    assert (on_call.alert().state, on_call.alert().notified_at) == (State.SNOOZED, None)
    assert on_call.at("17:00") == WAKES
    assert on_call.at("17:15") == {LEAD: [Reason.ESCALATED]}


def test_what_is_over_before_it_ends_is_never_told(on_call: OnCall) -> None:
    silence(on_call)
    on_call.hear(warned(), ended(Resolution.KEPT))
    assert on_call.at("23:59") == {}


def test_an_alert_that_stands_climbs_no_further(on_call: OnCall) -> None:
    on_call.hear(warned())
    assert on_call.at("15:25") == {FIRST: [Reason.FIRST_NOTICE]}
    silence(on_call)
    assert on_call.at("16:59:59") == {}
    assert on_call.at("17:00") == WAKES


def test_who_knew_of_it_before_hears_of_its_end(on_call: OnCall) -> None:
    on_call.hear(warned())
    on_call.at("15:25")
    silence(on_call)
    on_call.hear(ended(Resolution.KEPT))
    assert on_call.at("15:40") == {FIRST: [Reason.RESOLVED]}


def test_what_gets_worse_stays_silent(on_call: OnCall) -> None:
    silence(on_call)
    on_call.hear(warned(), breached())
    assert on_call.at("16:59:59") == {}
    assert on_call.at("17:00") == WAKES


def test_what_somebody_has_in_hand_stays_theirs_and_is_silent_when_that_ends(
    on_call: OnCall,
) -> None:
    on_call.hear(warned())
    on_call.at("15:25")
    on_call.take()
    silence(on_call)
    assert on_call.alert().state is State.ACKNOWLEDGED
    assert on_call.at("16:25") == {}
    assert on_call.at("17:00") == WAKES


def test_others_are_told_as_ever(on_call: OnCall) -> None:
    silence(on_call)
    on_call.hear(warned(promise=a_promise("2", owed_by="finance")))
    assert on_call.at("15:30") == {FIRST: [Reason.FIRST_NOTICE]}


def test_one_that_begins_later_is_a_maintenance_window(on_call: OnCall) -> None:
    silence(on_call, replace(STOCKTAKE, starts_at=at("15:35")))
    on_call.hear(warned())
    assert on_call.at("15:30") == {FIRST: [Reason.FIRST_NOTICE]}
    assert on_call.at("16:59:59") == {}
    assert on_call.at("17:00") == WAKES


def test_of_two_that_overlap_the_later_end_counts(on_call: OnCall) -> None:
    silence(on_call)
    silence(on_call, replace(STOCKTAKE, id="s2", ends_at=at("18:00")))
    on_call.hear(warned())
    assert on_call.at("17:59:59") == {}
    assert on_call.at("18:00") == WAKES


def test_it_may_be_ended_before_its_time(on_call: OnCall) -> None:
    silence(on_call)
    on_call.hear(warned())
    on_call.clock.set(at("15:45"))
    end_silence("s1", "ann", on_call.desk, on_call.clock.now())
    assert on_call.at("15:45") == WAKES
    on_call.hear(warned(promise=a_promise("2")))
    assert on_call.at("15:46") == {FIRST: [Reason.FIRST_NOTICE]}


def test_ending_one_wakes_nothing_that_another_person_has_snoozed(on_call: OnCall) -> None:
    silence(on_call)
    silence(on_call, replace(STOCKTAKE, id="s2", ends_at=at("18:00")))
    on_call.hear(warned())
    end_silence("s1", "ann", on_call.desk, on_call.clock.now())
    assert on_call.at("17:59:59") == {}


@pytest.mark.parametrize("id", ["s2", "s1"])
def test_only_what_holds_or_is_planned_can_be_ended(on_call: OnCall, id: str) -> None:
    silence(on_call)
    with pytest.raises(Refused) as refused:
        end_silence(id, "ann", on_call.desk, at("17:00"))
    assert refused.value.code is RefusalCode.NOT_FOUND


def names(count: int) -> frozenset[str]:
    return frozenset(str(each) for each in range(count))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"wanted": EVERYTHING}, "silence"),
        ({"wanted": Matcher(owed_by=names(NAMES_LIMIT + 1))}, "owed_by"),
        ({"wanted": Matcher(subjects=frozenset({" "}))}, "subjects"),
        ({"wanted": Matcher(conditions=frozenset({"late"}))}, "conditions"),
        ({"actor": ""}, "actor"),
        ({"reason": " "}, "reason"),
        ({"ends_at": at("15:30")}, "ends_at"),
        ({"starts_at": at("15:00"), "ends_at": at("15:29")}, "ends_at"),
        ({"ends_at": at("15:30") + SILENCE_LIMIT + 1}, "ends_at"),
        (
            {
                "starts_at": at("15:30") + SILENCE_LIMIT + 1,
                "ends_at": at("15:30") + SILENCE_LIMIT + span(hours=1),
            },
            "starts_at",
        ),
    ],
)
def test_one_that_cannot_be_meant_is_refused(
    on_call: OnCall, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        silence(on_call, replace(STOCKTAKE, **change))  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID, field)
    assert on_call.store.silences(0) == []


@pytest.mark.parametrize(
    "change",
    [
        {"wanted": Matcher(owed_by=names(NAMES_LIMIT))},
        {"wanted": Matcher(conditions=frozenset({"at_risk"}))},
        {"ends_at": at("15:30") + SILENCE_LIMIT},
        {
            "starts_at": at("15:30") + SILENCE_LIMIT,
            "ends_at": at("15:30") + SILENCE_LIMIT + span(hours=1),
        },
    ],
)
def test_what_is_just_within_the_limits_is_kept(on_call: OnCall, change: dict[str, object]) -> None:
    silence(on_call, replace(STOCKTAKE, **change))  # type: ignore[arg-type]
    assert len(on_call.store.silences(0)) == 1
