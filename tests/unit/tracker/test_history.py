"""How long hops took, and what is learned from settled promises."""

import pytest

from services.tracker.core.promises import Promise, State
from services.tracker.core.tree.history import (
    SAMPLES_LIMIT,
    SAMPLES_NEEDED,
    Durations,
    Sample,
    last_leg,
)
from services.tracker.core.tree.learning import samples
from tests.planning import APPROVE, CHAIN, DELIVER, SHIP, a_hop, on, opened, promised
from tests.promising import HOUR


def of(*micros: int) -> Durations:
    return Durations().also(Sample("ship", at, each) for at, each in enumerate(micros))


def learned(*promises: Promise) -> dict[str, float]:
    return {each.name: each.micros / HOUR for each in samples(promises, CHAIN)}


def test_a_quantile_is_the_nearest_rank() -> None:
    durations = of(*range(100, 0, -1))
    assert [durations.quantile("ship", each) for each in (1, 50, 80, 100)] == [1, 50, 80, 100]


@pytest.mark.parametrize(("percent", "micros"), [(50, 11), (80, 17), (4, 1), (5, 2)])
def test_between_two_ranks_the_later_one_counts(percent: int, micros: int) -> None:
    assert of(*range(1, 22)).quantile("ship", percent) == micros


def test_a_name_with_too_few_samples_has_no_quantile() -> None:
    assert of(*range(SAMPLES_NEEDED - 1)).quantile("ship", 50) is None
    assert of(*range(SAMPLES_NEEDED)).quantile("ship", 50) is not None
    assert of(*range(SAMPLES_NEEDED)).quantile("pack", 50) is None


def test_the_latest_samples_are_kept_in_whatever_order_they_come() -> None:
    told = [Sample("ship", at, at) for at in range(SAMPLES_LIMIT + 1)]
    late = Durations().also(told[1:]).also(told[:1])
    assert late == Durations().also(told)
    assert late.quantile("ship", 1) == 10  # of 1 to 1,000; with 0 it would be 9
    assert len(late.samples) == SAMPLES_LIMIT


def test_a_kept_promise_teaches_the_working_time_that_it_took() -> None:
    kept = opened(APPROVE, "fri 16:00", done="mon+1 10:00")
    assert learned(kept) == {"approve-payment": 2}


def test_the_time_of_a_pause_is_not_time_that_it_took() -> None:
    # 4 hours from Monday 09:00 are due at 13:00; due on Tuesday 13:00, it stood for 8 of 10 hours
    paused = opened(APPROVE, "mon 09:00", done="tue 11:00", due_by=on("tue 13:00"))
    assert learned(paused) == {"approve-payment": 2}


def test_a_deadline_that_was_moved_forward_took_no_time_away() -> None:
    sooner = opened(APPROVE, "mon 09:00", done="mon 11:00", due_by=on("mon 10:00"))
    assert learned(sooner) == {"approve-payment": 2}


def test_evidence_from_before_the_opening_took_no_time() -> None:
    assert learned(opened(APPROVE, "tue 09:00", done="mon 09:00")) == {"approve-payment": 0}


@pytest.mark.parametrize("ended_as", [State.CANCELLED, State.RELEASED])
def test_what_was_not_to_be_kept_teaches_nothing(ended_as: State) -> None:
    done, ended_at = "mon 10:00", on("tue 09:00")
    ended = opened(APPROVE, "mon 09:00", done, ended_at=ended_at, ended_as=ended_as)
    assert learned(ended, opened(SHIP, "mon 09:00")) == {}


def test_the_last_leg_is_from_the_last_hop_to_the_end_of_the_whole() -> None:
    # handed over on Tuesday 15:00, delivered on Wednesday 12:00: 2 + 3 working hours
    took = learned(
        promised(done="wed 12:00"),
        opened(APPROVE, "mon 09:00", done="mon 13:00"),
        opened(SHIP, "mon 13:00", done="tue 15:00"),
    )
    assert took[last_leg("deliver-order")] == 5
    assert took["deliver-order"] == 2 * 8 + 3


def test_without_the_end_of_a_hop_no_last_leg_is_known() -> None:
    invoice = a_hop("draft-invoice", "sales.OrderPlaced", "finance.InvoiceDrafted")
    told = [promised(done="wed 12:00"), opened(SHIP, "mon 13:00", done="tue 15:00")]
    leg = last_leg(DELIVER.name)
    assert leg in {each.name for each in samples(told, (*CHAIN, invoice))}
    told.append(opened(invoice, "mon 09:00"))
    assert leg not in {each.name for each in samples(told, (*CHAIN, invoice))}
    assert leg not in {each.name for each in samples(told[:1], CHAIN)}


def test_a_last_hop_that_ended_after_the_whole_leaves_no_last_leg() -> None:
    took = learned(promised(done="tue 12:00"), opened(SHIP, "mon 13:00", done="tue 15:00"))
    assert took[last_leg("deliver-order")] == 0
