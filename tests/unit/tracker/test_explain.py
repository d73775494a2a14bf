"""An agreement in plain words, as a manager reads it before signing."""

import pytest

from services.shared.clock import Instant
from services.shared.subjects import Kind
from services.tracker.agreement_files import read_texts
from services.tracker.core.agreements import Agreement
from services.tracker.core.language.explain import explain
from tests.agreed import CALENDAR, an_agreement_text
from tests.promising import HOUR, at
from tests.unit.tracker.test_language_keys import FULL

FRIDAY_NOON: Instant = at("11:00") + 4 * 24 * HOUR
"""12:00 in Berlin; the warehouse closes at 14:00."""

TOLD_OF_FULL = """\
Who owes what to whom
operations owes this to sales (OLA, version 3).
The customer's date cannot be met if the parcel leaves later.
The customer sees it as deliver-order.
Both sides signed it.

It begins
When this is told: finance: payment approved.
Only where this is true: order.priority != 'low' && order.total.minor < 5000000
It goes back to sales until it comes with order.lines, order.ship_to, order.ship_by.
operations says within 4 business hours that it has it: operations: pick started.

It is kept
When this is told: operations: parcel handed over.
In full: parcel.lines.quantity adds up to order.lines.quantity; 2% may be missing.
That closes it only with carrier: parcel accepted.
If sales says nothing for 4 hours afterwards, it counts as accepted.

The deadline
2 business days of the calendar warehouse after it begins.
Say it begins Fri 6 Nov 2026 12:00 (Europe/Berlin):
  1 working day later: Mon 9 Nov 2026 12:00
  2 working days later: Tue 10 Nov 2026 12:00
  due Tue 10 Nov 2026 12:00
Meanwhile sales hears something at least every 1 business day.

Warnings
50%: Mon 9 Nov 2026 13:30
80%: Tue 10 Nov 2026 09:00
2 business hours before: Tue 10 Nov 2026 10:00
With a risk model: when a breach is likelier than 60%.
The next step: Ask the shift lead to pull the order forward.
How: https://wiki.example/ship-late

The clock stands
From operations: stock missing, until operations: stock arrived, while waiting on supplier, at most 3 business days.

It ends or changes otherwise
Cancelled by sales: order cancelled.
A new version comes with sales: order amended.
sales may release operations from it, with a reason.

Who decides
finance-lead up to 500.00 EUR.
Above that, or where finance-lead is away: finance-deputy.
Who is called when nobody reacts: warehouse-ladder.

What it is worth
A breach costs 40.00 EUR.
An alert costs 2.50 EUR.
97% are to be kept, over 28 days.
"""  # noqa: E501 - as it is told


def agreement(text: str) -> Agreement:
    deliver = an_agreement_text(
        "deliver-order", opens_on="sales.OrderPlaced", on="operations.ParcelDelivered"
    )
    texts = {"it.yaml": text, "deliver.yaml": deliver, "warehouse.yaml": CALENDAR}
    return read_texts(texts, {"carrier.ParcelAccepted": Kind.ORDER}).agreements[0]


def told(text: str, opened_at: Instant = FRIDAY_NOON) -> str:
    blocks = explain(agreement(text), opened_at)
    return "\n".join("\n".join([block.heading, *block.lines]) + "\n" for block in blocks)


def deadline(due: str, **changes: str) -> list[str]:
    blocks = explain(agreement(an_agreement_text(due=due, **changes)), FRIDAY_NOON)
    return list(next(block.lines for block in blocks if block.heading == "The deadline"))


def test_every_key_is_told() -> None:
    assert told(FULL) == TOLD_OF_FULL


def test_what_is_left_out_is_not_told() -> None:
    assert [block.heading for block in explain(agreement(an_agreement_text()), FRIDAY_NOON)] == [
        "Who owes what to whom",
        "It begins",
        "It is kept",
        "The deadline",
        "It ends or changes otherwise",
    ]


def test_business_hours_are_told_day_by_day() -> None:
    assert deadline("within: 5 business hours", calendar="warehouse") == [
        "5 business hours of the calendar warehouse after it begins.",
        "Say it begins Fri 6 Nov 2026 12:00 (Europe/Berlin):",
        "  Fri 6 Nov: 2 hours from 12:00",
        "  Sat 7 Nov to Sun 8 Nov: closed",
        "  Mon 9 Nov: 3 hours from 08:00",
        "  due Mon 9 Nov 2026 11:00",
    ]


def test_elapsed_time_asks_no_calendar() -> None:
    assert deadline("within: 36 hours") == [
        "1 day 12 hours after it begins.",
        "Say it begins Fri 6 Nov 2026 11:00 (UTC):",
        "  1 day 12 hours pass whatever the hour.",
        "  due Sat 7 Nov 2026 23:00",
    ]


def test_a_deadline_of_a_fact_or_before_another_is_told_for_a_week_later() -> None:
    assert deadline("by: order.ship_by") == [
        "The moment in order.ship_by, as it was told last.",
        "Say it begins Fri 6 Nov 2026 11:00 (UTC), and that is a week later:",
        "  due Fri 13 Nov 2026 11:00",
    ]
    before = "before: {promise: deliver-order, slack: 3 business hours}"
    assert deadline(before, calendar="warehouse") == [
        "3 business hours before deliver-order is due.",
        "Say it begins Fri 6 Nov 2026 12:00 (Europe/Berlin), and deliver-order is due a week"
        " later:",
        "  due Fri 13 Nov 2026 09:00",
    ]


@pytest.mark.parametrize(("days", "lines"), [(14, 14), (15, 15), (100, 15)])
def test_many_days_are_told_in_few_lines(days: int, lines: int) -> None:
    steps = deadline(f"within: {days} business days", calendar="warehouse")[2:-1]
    assert len(steps) == lines
    assert (f"... and so on for {days - 14} more" in steps[-2]) is (days > 14)
    assert steps[-1].startswith(f"  {days} working days later")


def test_a_verdict_that_opens_it_is_told() -> None:
    text = an_agreement_text(
        opens_on="verdict.kept_late(deliver-order)", on="support.CustomerInformed"
    )
    assert "When deliver-order is kept late." in told(text)
