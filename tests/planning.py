"""Chains of agreements under a customer's date, and an office for their working time.

The default chain: finance approves within 4 hours, operations ships within 16, both of the office's
time, and the order is delivered by the date that the customer was given.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from services.shared.clock import Instant
from services.tracker.core.agreements import Agreement, AgreementKind
from services.tracker.core.calendars import Calendar
from services.tracker.core.durations import BusinessDays, BusinessTime, Duration, WallTime
from services.tracker.core.facts import Fact
from services.tracker.core.history import SAMPLES_NEEDED, Durations, Sample
from services.tracker.core.plans import Plan, plan
from services.tracker.core.promises import Promise
from services.tracker.core.tree import CustomerTree, Hop, trees
from tests.promising import HOUR, ORDER, PROMISED_BY, an_agreement, at

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY, _OPEN, _SHIFT, _SHIFTS = 24 * HOUR, 9 * HOUR, 8 * HOUR, 5
_WEEK, _EPOCH = 7 * _DAY, at("00:00") - 2_000 * 7 * _DAY
_WORKWEEK = _SHIFTS * _SHIFT


def on(moment: str) -> Instant:
    """`mon 09:00` of the tests' week, `mon+1 09:00` of the next."""
    day, time = moment.split()
    name, _, weeks = day.partition("+")
    return at(time) + _DAYS.index(name) * _DAY + int(weeks or 0) * _WEEK


class Office:
    """Open on weekdays from 09:00 to 17:00 UTC."""

    name = "office"

    def add(self, start: Instant, span: Duration) -> Instant:
        match span:
            case WallTime(micros):
                return start + micros
            case BusinessTime(micros):
                worked = _worked(start) + micros
                days, rest = divmod(worked - 1, _SHIFT)  # at the end of a day, not the next morning
                return _moment(days, rest + 1)
            case BusinessDays(days):
                return self._days_later(start, days)

    def subtract(self, end: Instant, span: Duration) -> Instant:
        match span:
            case WallTime(micros):
                return end - micros
            case BusinessTime(micros):
                return _moment(*divmod(_worked(end) - micros, _SHIFT))
            case BusinessDays(days):
                return self._days_later(end, -days)

    def between(self, start: Instant, end: Instant) -> int:
        return _worked(end) - _worked(start)

    def next_open(self, at: Instant) -> Instant:
        return at if _worked(at + 1) > _worked(at) else _moment(*divmod(_worked(at), _SHIFT))

    def _days_later(self, at: Instant, days: int) -> Instant:
        opening = self.next_open(at)
        days_open, rest = divmod(_worked(opening), _SHIFT)
        return _moment(days_open + days, rest)


def _worked(at: Instant) -> int:
    """Working time from an early Monday to `at`."""
    days, time = divmod(at - _EPOCH, _DAY)
    weeks, day = divmod(days, 7)
    today = min(max(time - _OPEN, 0), _SHIFT) if day < _SHIFTS else 0
    return weeks * _WORKWEEK + min(day, _SHIFTS) * _SHIFT + today


def _moment(days: int, time: int) -> Instant:
    """`time` after the opening of a working day."""
    weeks, day = divmod(days, _SHIFTS)
    return _EPOCH + weeks * _WEEK + day * _DAY + _OPEN + time


OFFICE: Calendar = Office()


def hours(number: float) -> BusinessTime:
    return BusinessTime(int(number * HOUR))


def a_hop(name: str, opens_on: str, evidence: str, **changes: Any) -> Agreement:  # noqa: ANN401 - any of its fields
    """Owed by the party of its evidence, within 8 working hours, serving the delivery."""
    said = {
        "owed_by": evidence.partition(".")[0],
        "within": hours(8),
        "calendar": OFFICE,
        "serves": "deliver-order",
    }
    return an_agreement(name=name, opens_on=opens_on, evidence=evidence, **said | changes)


APPROVE = a_hop("approve-payment", "sales.OrderPlaced", "finance.PaymentApproved", within=hours(4))
SHIP = a_hop(
    "ship-paid-order", APPROVE.evidence[0], "operations.ParcelHandedOver", within=hours(16)
)
DELIVER = a_hop(
    "deliver-order",
    "sales.OrderPlaced",
    "operations.ParcelDelivered",
    within=None,
    by=PROMISED_BY,
    kind=AgreementKind.SLA,
    owed_to="customer",
    serves="",
)
CHAIN = (APPROVE, SHIP, DELIVER)


def opened(agreement: Agreement, moment: str, done: str = "", **changes: Any) -> Promise:  # noqa: ANN401 - any of its fields
    """A promise opened at a moment, done at another or open; due as the agreement says."""
    opened_at = on(moment)
    due_by = agreement.clock.add(opened_at, agreement.within) if agreement.within else opened_at
    plain = Promise(f"{ORDER}~{agreement.name}", agreement, (), opened_at, b"o", due_by)
    return replace(plain, settled_at=on(done) if done else None, **changes)


def promised(due: str = "thu 17:00", moment: str = "mon 09:00", **changes: Any) -> Promise:  # noqa: ANN401 - any of its fields
    """The customer's promise."""
    return opened(changes.pop("agreement", DELIVER), moment, **{"due_by": on(due)} | changes)


def seen(**names: float | tuple[float, float]) -> Durations:
    """A history in which hops (`_` for `-`) always took so many working hours; of two numbers, the
    first in half of the cases and the second in the others."""
    return Durations().also(
        Sample(name.replace("_", "-"), number, int(took[number % len(took)] * HOUR))
        for name, each in names.items()
        for took in [each if isinstance(each, tuple) else (each,)]
        for number in range(SAMPLES_NEEDED)
    )


def look(
    *promises: Promise,
    now: str,
    agreements: tuple[Agreement, ...] = CHAIN,
    durations: Durations | None = None,
    facts: Mapping[Fact, object] | None = None,
) -> CustomerTree:
    """The only tree of a subject with these promises."""
    (tree,) = trees(promises, plans(agreements), on(now), durations or Durations(), facts or {})
    return tree


def plans(agreements: Iterable[Agreement]) -> Callable[[Agreement], Plan]:
    """The ways to the ends of outer promises under these agreements."""
    return partial(plan, agreements=tuple(agreements))


def hop(tree: CustomerTree, agreement: Agreement) -> Hop:
    return next(each for each in tree.hops if each.agreement == agreement.name)
