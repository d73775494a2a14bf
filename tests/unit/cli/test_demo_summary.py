"""What a demonstration came to: fates counted, and what was found before a customer's date."""

from dataclasses import replace

from services.cli.demo_summary import Fate, Promise, Summary, Trouble, summarise

HOUR = 3_600_000_000
ORDER = "order/4711"
DELIVERY = Promise(ORDER, "customer", Fate.ON_TRACK, opened_at=0, due_by=100 * HOUR)
APPROVAL = Promise(ORDER, "sales", Fate.BREACHED, opened_at=0, due_by=4 * HOUR)


def trouble(found_at: int, *, breached: bool = True, subject: str = ORDER) -> Trouble:
    return Trouble(subject, found_at, breached)


def leads(*promises: Promise, found_at: int) -> tuple[int, int, int | None]:
    """All, ahead and median lead of one trouble that was found then."""
    found = summarise(promises, [trouble(found_at)]).troubles
    return found.all, found.ahead, found.median_lead


def counted(*promises: Promise) -> Summary:
    return summarise(promises, [])


def test_each_promise_is_counted_once_and_those_kept_late_among_the_breached() -> None:
    late = replace(APPROVAL, settled_at=5 * HOUR)
    found = counted(DELIVERY, APPROVAL, late, replace(DELIVERY, fate=Fate.KEPT, settled_at=HOUR))
    assert dict(found.fates) == {Fate.ON_TRACK: 1, Fate.BREACHED: 2, Fate.KEPT: 1}
    assert (found.promises, found.kept_late) == (4, 1)


def test_what_is_found_before_the_customers_date_is_ahead_and_at_it_is_not() -> None:
    assert leads(APPROVAL, DELIVERY, found_at=100 * HOUR - 1) == (1, 1, 1)
    assert leads(APPROVAL, DELIVERY, found_at=100 * HOUR) == (1, 0, None)


def test_a_trouble_that_no_customer_waits_for_is_left_out() -> None:
    assert leads(APPROVAL, found_at=HOUR) == (0, 0, None)
    elsewhere = replace(DELIVERY, subject="order/4712")
    assert leads(APPROVAL, elsewhere, found_at=HOUR) == (0, 0, None)


def test_a_date_counts_only_while_the_customer_waits_for_it() -> None:
    delivered = replace(DELIVERY, fate=Fate.KEPT, settled_at=50 * HOUR)
    assert leads(delivered, found_at=50 * HOUR - 1) == (1, 1, 50 * HOUR + 1)
    assert leads(delivered, found_at=50 * HOUR) == (0, 0, None)
    refund = replace(DELIVERY, opened_at=60 * HOUR, due_by=180 * HOUR)
    assert leads(delivered, refund, found_at=60 * HOUR - 1) == (0, 0, None)
    assert leads(delivered, refund, found_at=60 * HOUR) == (1, 1, 120 * HOUR)


def test_of_several_dates_the_earliest_counts() -> None:
    sooner = replace(DELIVERY, due_by=30 * HOUR)
    assert leads(DELIVERY, sooner, found_at=10 * HOUR) == (1, 1, 20 * HOUR)


def test_breaches_are_counted_apart_and_the_median_is_of_those_ahead() -> None:
    found = summarise(
        [APPROVAL, DELIVERY],
        [
            trouble(10 * HOUR, breached=False),
            trouble(20 * HOUR),
            trouble(60 * HOUR),
            trouble(101 * HOUR),
        ],
    )
    assert (found.troubles.all, found.troubles.ahead) == (4, 3)
    assert found.troubles.median_lead == 80 * HOUR
    assert (found.breaches.all, found.breaches.ahead) == (3, 2)
    assert found.breaches.median_lead == 60 * HOUR
