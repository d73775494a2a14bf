"""Counts of what was parked: by day and type, and only those of the last days."""

from services.tracker.core.parking import DAY, DAYS_KEPT, Parked, ParkedType, park, recent
from tests.promising import at

TODAY = at("00:00")


def test_events_of_a_type_are_counted_by_day() -> None:
    parked: Parked = ()
    for type, now in (
        ("sales.OrderPlaced", TODAY),
        ("finance.PaymentApproved", TODAY),
        ("sales.OrderPlaced", TODAY + DAY - 1),
        ("sales.OrderPlaced", TODAY + DAY),
    ):
        parked = park(parked, type, now)
    assert set(parked) == {
        ParkedType("finance.PaymentApproved", TODAY, 1),
        ParkedType("sales.OrderPlaced", TODAY, 2),
        ParkedType("sales.OrderPlaced", TODAY + DAY, 1),
    }


def test_a_day_is_kept_for_a_week() -> None:
    parked = park((), "sales.OrderPlaced", TODAY)
    last = TODAY + DAYS_KEPT * DAY
    assert recent(parked, last - 1) == parked
    assert recent(parked, last) == ()
