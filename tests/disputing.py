"""Rules of facts and tellings for tests, with defaults that make a case.

The default fact: an order's total, told by sales and finance, settled after 15 minutes.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.shared.clock import Instant, to_datetime, to_instant
from services.tracker.core.calendars.calendar import Always
from services.tracker.core.disagreements import disagreements
from services.tracker.core.durations import WallTime
from services.tracker.core.facts import Assertion, Comparison, FactRule
from services.tracker.core.findings import Finding
from services.tracker.core.subject import Event
from tests.promising import HOUR, MINUTE, an_event

PLACED, AMENDED = "sales.OrderPlaced", "sales.OrderAmended"
DRAFTED, ISSUED = "finance.InvoiceDrafted", "finance.InvoiceIssued"


class Weekdays(Always):
    """Closed on Saturday and Sunday, and from 18:00."""

    name = "weekdays"

    def next_open(self, at: Instant) -> Instant:
        while to_datetime(at).weekday() > 4 or to_datetime(at).hour >= 18:
            at += HOUR
        return at


def a_rule(**changes: Any) -> FactRule:  # noqa: ANN401 - any of its fields
    return replace(
        FactRule(
            name="order-total",
            version=1,
            owner="sales",
            because="An invoice that differs from the order costs most to answer.",
            asserted_by=asserted("total", PLACED, AMENDED, DRAFTED, ISSUED),
            compare=Comparison.MONEY,
            settle=WallTime(15 * MINUTE),
            gates=(ISSUED,),
            next_step="Hold the invoice.",
        ),
        **changes,
    )


def asserted(name: str, *event_types: str) -> tuple[Assertion, ...]:
    return tuple(Assertion(event_type, name) for event_type in event_types)


def telling(type: str, time: str, value: object, *, name: str = "total", **key: str) -> Event:
    """An event that tells `name`; a whole number is so many euros."""
    said = euros(value) if isinstance(value, int) else value
    return an_event(type, time, fields={name: said}, key=tuple(key.items()))


def euros(amount: int, currency: str = "EUR") -> dict[str, object]:
    return {"minor": amount * 100, "currency": currency}


def day(number: int, hour: int = 12) -> int:
    """A moment of November 2026, of which the 7th and the 8th are a weekend."""
    return to_instant(datetime(2026, 11, number, hour, tzinfo=UTC))


def found(*events: Event, **changes: Any) -> list[Finding]:  # noqa: ANN401 - as of `a_rule`
    return list(disagreements(a_rule(**changes), sorted(events)))


def the_finding(*events: Event, **changes: Any) -> Finding:  # noqa: ANN401 - as of `a_rule`
    (finding,) = found(*events, **changes)
    return finding
