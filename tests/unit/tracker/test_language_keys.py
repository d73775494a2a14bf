"""Every key of an agreement file, and what is said where one is wrong."""

from typing import Any

import pytest

from services.shared.events.common import Money
from services.shared.subjects import Kind
from services.tracker.core.agreements import (
    Acknowledgement,
    Agreement,
    AgreementKind,
    Before,
    Decides,
    InFull,
    Objective,
    PauseRule,
)
from services.tracker.core.calendars.calendar import ALWAYS, Always, Calendar
from services.tracker.core.durations import BusinessDays, BusinessTime, Rung, WallTime
from services.tracker.core.facts import Fact
from services.tracker.core.language.reading import read
from tests.promising import HOUR, at, span

WAREHOUSE: Calendar = Always()
OWN_TYPES = {"carrier.ParcelAccepted": Kind.ORDER}
DAY = 24 * HOUR

FULL = """\
agreement: ship-paid-order
version: 3
effective_from: 2026-11-02
kind: OLA
owed_by: operations
owed_to: sales
because: The customer's date cannot be met if the parcel leaves later.
opens_on: finance.PaymentApproved
where: order.priority != 'low' && order.total.minor < 5000000
acknowledge: {on: operations.PickStarted, within: 4 business hours}
fulfil:
  on: operations.ParcelHandedOver
  in_full: {promised: order.lines.quantity, delivered: parcel.lines.quantity, tolerance: 2%}
  within: 2 business days
  confirmed_by: carrier.ParcelAccepted
  confirm_within: 4 hours
pauses:
  - {from: operations.StockMissing, to: operations.StockArrived, waiting_on: supplier,
     at_most: 3 business days}
cancels_on: [sales.OrderCancelled]
amends_on: sales.OrderAmended
calendar: warehouse
update_every: 1 business day
warn: [50%, 80%, 2 business hours before, risk > 0.6]
do: Ask the shift lead to pull the order forward.
runbook: https://wiki.example/ship-late
decides: {who: finance-lead, up_to: 500 EUR, deputy: finance-deputy}
requires: [order.lines, order.ship_to, order.ship_by]
visible_to_customer_as: deliver-order
cost: {breach: 40 EUR, alert: 2.50 EUR}
objective: {kept: 97%, over: 28 days}
escalate: warehouse-ladder
agreed_by: {operations: 2026-11-02, sales: 2026-11-02}
review_by: 2026-11-02
"""


def changed(old: str, new: str) -> str:
    assert old in FULL
    return FULL.replace(old, new)


def outcome(text: str, **options: Any) -> Agreement | tuple[str, ...]:  # noqa: ANN401 - as of `read`
    options = {"own_types": OWN_TYPES, "calendars": {"warehouse": WAREHOUSE}, **options}
    found = read(text, "ship.yaml", **options)
    return found if isinstance(found, Agreement) else tuple(str(each) for each in found)


def agreement(text: str = FULL, **options: Any) -> Agreement:  # noqa: ANN401 - as of `read`
    found = outcome(text, **options)
    assert isinstance(found, Agreement), found
    return found


def faults(text: str, **options: Any) -> tuple[str, ...]:  # noqa: ANN401 - as of `read`
    found = outcome(text, **options)
    assert isinstance(found, tuple), found
    return found


def test_every_key_is_read() -> None:
    read_as = agreement()
    assert read_as.where is not None
    assert read_as == Agreement(
        name="ship-paid-order",
        version=3,
        effective_from=at("00:00"),
        kind=AgreementKind.OLA,
        owed_by="operations",
        owed_to="sales",
        because="The customer's date cannot be met if the parcel leaves later.",
        opens_on="finance.PaymentApproved",
        evidence=("operations.ParcelHandedOver",),
        within=BusinessDays(2),
        calendar=WAREHOUSE,
        where=read_as.where,
        acknowledge=Acknowledgement("operations.PickStarted", BusinessTime(4 * HOUR)),
        in_full=InFull(
            Fact("order", "lines", "quantity"), Fact("parcel", "lines", "quantity"), 0.02
        ),
        confirmed_by="carrier.ParcelAccepted",
        confirm_within=WallTime(4 * HOUR),
        pauses=(
            PauseRule(
                "operations.StockMissing", "operations.StockArrived", "supplier", BusinessDays(3)
            ),
        ),
        cancels_on=("sales.OrderCancelled",),
        amends_on="sales.OrderAmended",
        update_every=BusinessDays(1),
        warn=(
            Rung("50%", share=0.5),
            Rung("80%", share=0.8),
            Rung("2 business hours before", before=BusinessTime(span(hours=2))),
        ),
        risk_above=0.6,
        requires=(Fact("order", "lines"), Fact("order", "ship_to"), Fact("order", "ship_by")),
        serves="deliver-order",
        next_step="Ask the shift lead to pull the order forward.",
        runbook="https://wiki.example/ship-late",
        decides=Decides("finance-lead", Money(50_000, "EUR"), "finance-deputy"),
        cost_of_breach=Money(4_000, "EUR"),
        cost_of_alert=Money(250, "EUR"),
        objective=Objective(0.97, 28),
        escalate="warehouse-ladder",
        agreed_by=(("operations", at("00:00")), ("sales", at("00:00"))),
        review_by=at("00:00"),
    )
    assert read_as.where.text == "order.priority != 'low' && order.total.minor < 5000000"
    assert {str(fact) for fact in read_as.where.facts} == {"order.priority", "order.total.minor"}


def test_a_deadline_may_be_before_another_promise() -> None:
    text = changed("within: 2 business days", "before: {promise: deliver-order, slack: 3 days}")
    assert agreement(text).before == Before("deliver-order", WallTime(3 * DAY))


def test_it_may_open_on_a_verdict_of_another_agreement() -> None:
    text = changed("opens_on: finance.PaymentApproved", "opens_on: verdict.warned(deliver-order)")
    assert agreement(text).opens_on == "verdict.warned(deliver-order)"


def test_an_agreement_without_a_calendar_is_always_open() -> None:
    text = changed("calendar: warehouse\n", "").replace("business ", "")
    assert agreement(text).calendar is ALWAYS


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("where: order", "where: orders", "9: where: 'orders.priority' is no fact"),
        ("priority != 'low'", "priority !=", "9: where: CEL cannot read it: 1:19: Syntax error"),
        ("within: 4 business", "within: 4 bossy", "10: acknowledge.within: '4 bossy hours'"),
        ("on: operations.PickStarted", "on: operations.Picked", "10: acknowledge.on: No table"),
        ("on: operations.PickStarted", "on: finance.PaymentApproved", "10: acknowledge.on: finan"),
        ("on: operations.PickStarted", "on: support.CaseOpened", "10: acknowledge.on: support."),
        ("promised: order.lines.quantity", "promised: order.lines", "13: fulfil.in_full.promised:"),
        ("promised: order.lines.quantity", "promised: order.total", "13: fulfil.in_full: order.to"),
        ("parcel.lines.quantity", "refund.amount", "13: fulfil.in_full.delivered: operations.Pa"),
        ("parcel.lines.quantity", "parcel.lines.weight", "13: fulfil.in_full.delivered: parcel."),
        ("tolerance: 2%", "tolerance: 101%", "13: fulfil.in_full.tolerance: '101%' is no share"),
        ("tolerance: 2%", "tolerance: 0.02", "13: fulfil.in_full.tolerance: '0.02' is no share"),
        ("within: 2 business days", "by: order.total", "14: fulfil.by: no event of kind order"),
        ("within: 2 business days", "by: parcel.ship_by", "14: fulfil.by: finance.PaymentApproved"),
        (
            "within: 2 business days",
            "before: {promise: deliver-order, slack: soon}",
            "14: fulfil.before.slack: 'soon' is no duration",
        ),
        (
            "within: 2 business days",
            "within: 2 days\n  by: order.ship_by",
            "11: fulfil: give exactly one of `within`, `by` and `before`.",
        ),
        ("carrier.ParcelAccepted", "operations.ParcelDelivered", "15: fulfil.confirmed_by: oper"),
        ("carrier.ParcelAccepted", "finance.PaymentApproved", "15: fulfil.confirmed_by: finance"),
        ("confirm_within: 4 hours", "confirm_within: 4", "16: fulfil.confirm_within: '4' is no"),
        ("from: operations.StockMissing", "from: support.CaseOpened", "18: pauses.0.from: support"),
        ("to: operations.StockArrived", "to: operations.StockMissing", "18: pauses.0.to: operat"),
        ("at_most: 3 business days", "at_most: 3.5 business days", "19: pauses.0.at_most: '3.5"),
        ("waiting_on: supplier", "waiting_on: The Supplier", "18: pauses.0.waiting_on: 'The Sup"),
        ("waiting_on: supplier,", "", "18: pauses.0.waiting_on: this key is missing"),
        (
            "{from: ",
            "{since: x, from: ",
            "18: pauses.0.since: this key is not read; known are from",
        ),
        ("amends_on: sales.OrderAmended", "amends_on: sales.Changed", "21: amends_on: No table"),
        ("calendar: warehouse", "calendar: shop", "22: calendar: there is no calendar 'shop' be"),
        ("update_every: 1 business day", "update_every: daily", "23: update_every: 'daily' is"),
        ("risk > 0.6", "risk > 1.6", "24: warn.3: 'risk > 1.6' is no risk; write it from 0 to 1"),
        ("risk > 0.6", "risk > 0.0", "24: warn.3: 'risk > 0.0' is no risk"),
        ("[50%, ", "[risk > 0.5, ", "24: warn: it warns of a risk twice; keep one."),
        ("https://wiki", "javascript://wiki", "26: runbook: 'javascript://wiki.example/ship-la"),
        ("up_to: 500 EUR", "up_to: 500", "27: decides.up_to: '500' is no amount of money"),
        ("up_to: 500 EUR", "up_to: 500.5 EUR", "27: decides.up_to: '500.5 EUR' is no amount"),
        ("up_to: 500 EUR", "up_to: '1,000 EUR'", "27: decides.up_to: '1,000 EUR' is no amount"),
        ("up_to: 500 EUR", "up_to: -5 EUR", "27: decides.up_to: '-5 EUR' is no amount"),
        ("up_to: 500 EUR", "up_to: 500 JPY", "27: decides.up_to: JPY has no hundredths"),
        ("who: finance-lead, ", "", "27: decides.who: this key is missing"),
        ("order.ship_to, ", "payment.weight, ", "28: requires.1: no event with a payment_id"),
        ("order.ship_to, ", "event.lines, ", "28: requires.1: no event that opens it carries 'l"),
        ("order.ship_to, ", "case.topic, ", "28: requires.1: 'case.topic' is of kind case, but"),
        ("breach: 40 EUR", "breach: 40 Euro", "30: cost.breach: '40 Euro' is no amount"),
        ("kept: 97%", "kept: 0.97", "31: objective.kept: '0.97' is no share"),
        ("over: 28 days", "over: 4 weeks", "31: objective.over: '4 weeks' is no span of an obj"),
        ("over: 28 days", "over: 367 days", "31: objective.over: '367 days' is no span"),
        ("agreed_by: {operations", "agreed_by: {finance", "33: agreed_by.finance: finance is"),
        ("sales: 2026-11-02", "sales: yes", "33: agreed_by.sales: 'yes' is wrong"),
        ("opens_on: finance.PaymentApproved", "opens_on: verdict.liked(a)", "8: opens_on: 'liked'"),
        ("opens_on: finance.PaymentApproved", "opens_on: verdict.found(a)", "8: opens_on: 'found'"),
        (
            "opens_on: finance.PaymentApproved",
            "opens_on: verdict.warned(ship-paid-order)",
            "8: opens_on: it would open on a verdict of its own",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is(old: str, new: str, said: str) -> None:
    (fault,) = faults(changed(old, new))
    assert fault.startswith(f"ship.yaml:{said}")


def test_faults_of_all_keys_come_at_once_in_the_order_of_lines() -> None:
    text = changed("order.priority", "payment.weight").replace("28 days", "a while")
    text = text.replace("within: 4 business hours", "within: soon").replace("500 EUR", "much")
    assert [fault.split(": ")[1] for fault in faults(text)] == [
        "where",
        "acknowledge.within",
        "decides.up_to",
        "objective.over",
    ]


def test_every_business_span_needs_a_calendar() -> None:
    text = changed("calendar: warehouse\n", "").replace(
        "confirm_within: 4", "confirm_within: 4 business"
    )
    assert [fault.split(": ")[1] for fault in faults(text)] == [
        "acknowledge.within",
        "fulfil.within",
        "fulfil.confirm_within",
        "pauses.0.at_most",
        "update_every",
        "warn.2",
    ]
    assert (
        "'2 business days' is working time; say whose with `calendar: <name>`." in faults(text)[1]
    )
    slack = "before: {promise: deliver-order, slack: 1 business day}"
    assert "fulfil.before.slack" in faults(text.replace("within: 2 business days", slack))[1]


@pytest.mark.parametrize(
    ("key", "item", "limit"),
    [
        ("cancels_on", "sales.OrderCancelled", 16),
        ("warn", "50%", 16),
        ("requires", "order.lines", 64),
        (
            "pauses",
            "{from: operations.StockMissing, to: operations.StockArrived, waiting_on: supplier}",
            16,
        ),
    ],
)
def test_a_list_may_be_as_long_as_its_limit_and_no_longer(key: str, item: str, limit: int) -> None:
    def with_items(count: int) -> str:
        lines = [
            line for line in FULL.splitlines() if not line.startswith((f"{key}:", "  - ", "    "))
        ]
        lines = [line for line in lines if not line.startswith("pauses:")]
        return "\n".join([*lines, f"{key}: [{', '.join([item] * count)}]"])

    assert agreement(with_items(limit))
    (fault,) = faults(with_items(limit + 1))
    assert f"List should have at most {limit} items" in fault


@pytest.mark.parametrize(
    ("old", "room"),
    [
        ("because: The customer's date cannot be met if the parcel leaves later.", "because: "),
        ("do: Ask the shift lead to pull the order forward.", "do: "),
    ],
)
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(old: str, room: str) -> None:
    assert agreement(changed(old, room + "x" * 1_024))
    assert "at most 1024 characters" in faults(changed(old, room + "x" * 1_025))[0]


def test_an_expression_may_be_as_long_as_its_limit_and_no_longer() -> None:
    long = "order.total.minor < 5000000".ljust(1_999) + "\\n"
    assert agreement(
        changed("where: order.priority != 'low' && order.total.minor < 5000000", f'where: "{long}"')
    )
    longer = "order.total.minor < 5000000".ljust(2_000) + "\\n"
    text = changed(
        "where: order.priority != 'low' && order.total.minor < 5000000", f'where: "{longer}"'
    )
    assert "at most 2000 characters" in faults(text)[0]


def test_money_is_read_up_to_its_limit() -> None:
    assert agreement(changed("500 EUR", "10000000000 EUR")).decides
    assert "over the limit" in faults(changed("500 EUR", "10000000000.01 EUR"))[0]


def test_an_event_at_hand_may_be_read_with_its_envelope() -> None:
    text = changed(
        "where: order.priority",
        "where: event.channel != 'web' && event.amount.minor > 5 && order.priority",
    )
    where = agreement(text).where
    assert where
    assert where.holds(
        {
            "event": {"channel": "shop", "amount": {"minor": 6, "currency": "EUR"}},
            "order": {"priority": "high", "total": {"minor": 1, "currency": "EUR"}},
        }
    )
