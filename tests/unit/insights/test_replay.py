"""What became of promises when their events are folded again in order of time."""

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta

from services.insights.replay import TELL_EVERY, Outcome, PromiseRow, Replayed, Told, replay
from services.shared.clock import Instant, to_instant
from services.shared.events.common import Money
from services.shared.events.envelope import Envelope
from services.shared.events.finance import PaymentApproved
from services.shared.events.oncall import PromiseReleased
from services.shared.events.operations import ParcelHandedOver
from services.shared.events.sales import OrderCancelled
from services.shared.subjects import TYPE_OF
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Agreement
from services.tracker.core.language.reading import read
from services.tracker.core.subject import Counted, Skipped
from tests.builders import an_address, an_order

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)

APPROVE = """
agreement: approve
version: 1
effective_from: 2026-01-01
kind: OLA
owed_by: finance
owed_to: sales
because: Nothing can be packed before.
opens_on: sales.OrderPlaced
fulfil: {on: finance.PaymentApproved, within: 48 hours}
warn: [50%]
cancels_on: [sales.OrderCancelled]
"""
SHIP = """
agreement: ship
version: 1
effective_from: 2026-01-01
kind: OLA
owed_by: sales/seller
owed_to: operations
because: The carrier's part starts here.
opens_on: finance.PaymentApproved
fulfil: {on: operations.ParcelHandedOver, by: order.ship_by}
"""


def hours(count: float) -> Instant:
    return to_instant(MONDAY + timedelta(hours=count))


def agreed(*texts: str) -> list[Agreement]:
    agreements = [read(text, "file.yaml") for text in texts]
    assert not any(isinstance(each, tuple) for each in agreements)
    return [each for each in agreements if isinstance(each, Agreement)]


def told(hour: float, event: Hashable, subject: str = "order/4711") -> Told:
    at = hours(hour)
    type = TYPE_OF[event.__class__]
    id = at.to_bytes(8, "big") + type.encode()[:8].ljust(8)
    return Envelope(id, type, type.partition(".")[0], "test", subject, at), event


def approved(ship_by: float | None = None) -> PaymentApproved:
    by = None if ship_by is None else MONDAY + timedelta(hours=ship_by)
    return PaymentApproved("p1", Money(5_000, "EUR"), by, policy="", reason_code="", level=0)


def handed_over() -> ParcelHandedOver:
    return ParcelHandedOver("p1", "", (), an_address())


def replayed(*history: Told, until: float, texts: tuple[str, ...] = (APPROVE,)) -> Replayed:
    return replay(history, AgreementSet("agreed", 0, tuple(agreed(*texts))), hours(until))


def only_row(replayed: Replayed) -> PromiseRow:
    (row,) = replayed.rows
    return row


PLACED = told(0, an_order())


def test_a_row_says_who_owed_what_to_whom_from_when_and_until_when() -> None:
    assert only_row(replayed(PLACED, told(3, approved()), until=100)) == PromiseRow(
        subject="order/4711",
        agreement="approve",
        debtor="finance",
        creditor="sales",
        opened_at=hours(0),
        due_by=hours(48),
        settled_at=hours(3),
        outcome=Outcome.KEPT,
    )


def test_fulfilled_exactly_at_due_is_kept_and_a_second_later_is_kept_late() -> None:
    second = 1 / 3_600
    assert only_row(replayed(PLACED, told(48, approved()), until=100)).outcome == Outcome.KEPT
    late = only_row(replayed(PLACED, told(48 + second, approved()), until=100))
    assert (late.outcome, late.settled_at) == (Outcome.KEPT_LATE, hours(48 + second))


def test_a_promise_is_open_up_to_its_due_date_and_breached_when_that_has_passed() -> None:
    for until, outcome in ((47, Outcome.OPEN), (48, Outcome.OPEN), (48.01, Outcome.BREACHED)):
        row = only_row(replayed(PLACED, until=until))
        assert (row.outcome, row.settled_at) == (outcome, None)


def test_a_cancelled_order_cancels_its_promise_and_says_when() -> None:
    row = only_row(replayed(PLACED, told(5, OrderCancelled("no need")), until=100))
    assert (row.outcome, row.settled_at) == (Outcome.CANCELLED, hours(5))


def test_a_promise_that_its_creditor_released_counts_as_cancelled() -> None:
    release = PromiseReleased("order/4711~approve", "It was a test.")
    row = only_row(replayed(PLACED, told(5, release), until=100))
    assert row.outcome == Outcome.CANCELLED


def test_evidence_before_its_promise_keeps_it() -> None:
    history = (told(0, handed_over()), told(1, approved(ship_by=20)))
    row = only_row(replayed(*history, until=100, texts=(SHIP,)))
    assert (row.outcome, row.opened_at, row.settled_at) == (Outcome.KEPT, hours(1), hours(0))


def test_a_promise_may_be_due_before_it_is_made() -> None:
    late = replayed(told(5, approved(ship_by=4)), until=6, texts=(SHIP,))
    assert (only_row(late).due_by, only_row(late).outcome) == (hours(4), Outcome.BREACHED)


def test_an_opening_event_without_its_fact_opens_nothing_and_is_counted() -> None:
    result = replayed(PLACED, told(1, approved()), until=100, texts=(APPROVE, SHIP))
    assert only_row(result).agreement == "approve"
    assert dict(result.skipped) == {("ship", Skipped.FACT_ABSENT): 1}


def test_an_event_that_comes_twice_counts_once() -> None:
    result = replayed(PLACED, PLACED, until=100)
    assert only_row(result).outcome == Outcome.BREACHED
    assert (result.events, dict(result.left_out)) == (2, {Counted.DUPLICATE: 1})


def test_the_rows_are_in_order_of_opening_then_of_subject() -> None:
    history = (told(0, an_order(), "order/b"), told(0, an_order(), "order/a"), told(1, an_order()))
    subjects = [row.subject for row in replayed(*history, until=2).rows]
    assert subjects == ["order/a", "order/b", "order/4711"]


def test_progress_is_told_now_and_then() -> None:
    heard: list[int] = []
    history = [told(0, an_order(), f"order/{n}") for n in range(2 * TELL_EVERY + 5)]
    replay(history, AgreementSet("agreed", 0, tuple(agreed(APPROVE))), hours(1), heard.append)
    assert heard == [TELL_EVERY, TELL_EVERY]


def test_a_history_without_events_has_no_promises() -> None:
    assert replayed(until=0) == Replayed((), hours(0), 0, findings=())
