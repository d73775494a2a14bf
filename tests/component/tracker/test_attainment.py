"""How well objectives are met: which agreements and windows can be asked for, and their limits."""

import pytest
from handoff.v1 import tracker_pb2

from services.shared.errors import RefusalCode, Refused
from services.tracker.answers import attainment_message
from services.tracker.attainment import (
    WINDOW_LEAST_S,
    WINDOW_MOST_S,
    WINDOWS_LIMIT,
    attainment_of,
    check_windows,
)
from services.tracker.core.agreements import Objective
from services.tracker.outcome_rows import Attained
from tests.promising import an_agreement

MEASURED = an_agreement(objective=Objective(0.97, 28))
HOURS = (3_600, 21_600)


@pytest.mark.parametrize(
    ("windows_s", "allowed"),
    [
        ([], False),
        ([WINDOW_LEAST_S], True),
        ([WINDOW_LEAST_S - 1], False),
        ([WINDOW_MOST_S], True),
        ([3_600, WINDOW_MOST_S + 1], False),
        ([3_600] * WINDOWS_LIMIT, True),
        ([3_600] * (WINDOWS_LIMIT + 1), False),
    ],
)
def test_so_many_windows_of_such_a_length_can_be_asked_for(
    windows_s: list[int], allowed: bool
) -> None:
    if allowed:
        check_windows(windows_s)
        return
    with pytest.raises(Refused) as refused:
        check_windows(windows_s)
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID, "windows_s")


def test_each_agreement_with_an_objective_is_answered_and_no_other() -> None:
    later = an_agreement(name="a-later-one", objective=Objective(0.9, 7), owed_by="finance")
    counted = {MEASURED.name: [Attained(1, 2), Attained(8, 3)], "unmeasured": [Attained(9, 9)] * 2}
    agreements = (MEASURED, an_agreement(name="unmeasured"), later)
    told = [attainment_message(each) for each in attainment_of(agreements, counted, HOURS)]
    count = tracker_pb2.WindowCount
    assert told == [
        tracker_pb2.Attainment(
            agreement="a-later-one",
            owed_by="finance",
            owed_to="sales",
            objective=0.9,
            over_days=7,
            windows=[count(window_s=3_600), count(window_s=21_600)],
        ),
        tracker_pb2.Attainment(
            agreement="ship-paid-order",
            owed_by="operations",
            owed_to="sales",
            objective=0.97,
            over_days=28,
            windows=[
                count(window_s=3_600, kept=1, broken=2),
                count(window_s=21_600, kept=8, broken=3),
            ],
        ),
    ]
