"""The limits of values in commands, each on both sides."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.shared.department import rules
from services.shared.department.commands import (
    KEY_LENGTH_LIMIT,
    about_of,
    check_context,
)
from services.shared.errors import RefusalCode, Refused
from services.shared.events.common import Address, Line, Money, Priority
from services.support.domain import OpenCase
from tests.builders import SECOND, a_context, a_line, an_address, at, eur
from tests.refusals import refused

NOW = at("09:00")
Check = Callable[[], None]


@pytest.mark.parametrize(
    "fits",
    [
        lambda: rules.identifier("id", "x" * 194),
        lambda: rules.text("note", "x" * 1_024),
        lambda: rules.optional_text("note", ""),
        lambda: rules.texts("needs", ("x",) * 1_000),
        lambda: rules.lines("lines", (a_line(quantity=1),) * 1_000),
        lambda: rules.money("amount", eur(0)),
        lambda: rules.money("amount", eur(1), at_least=1, currency="EUR"),
        lambda: rules.deadline("by", NOW, NOW),
        lambda: rules.deadline("by", NOW + timedelta(days=1_461), NOW),
        lambda: rules.priority("priority", Priority.HIGH),
        lambda: rules.address("to", Address("", "", "", "DE")),
        lambda: rules.number("level", 0, 0, 100),
        lambda: rules.number("level", 100, 0, 100),
        lambda: rules.new_id("id", "new", ["old"] * 999),
        lambda: check_context(a_context(idempotency_key="x" * KEY_LENGTH_LIMIT)),
        lambda: check_context(a_context(cause=bytes(16))),
    ],
)
def test_a_value_at_its_limit_is_taken(fits: Check) -> None:
    fits()


@pytest.mark.parametrize(
    ("breaks", "field"),
    [
        (lambda: rules.identifier("id", ""), "id"),
        (lambda: rules.identifier("id", "a b"), "id"),
        (lambda: rules.identifier("id", "a~b"), "id"),
        (lambda: rules.identifier("id", "x" * 195), "id"),
        (lambda: rules.text("note", " "), "note"),
        (lambda: rules.text("note", "x" * 1_025), "note"),
        (lambda: rules.texts("needs", ()), "needs"),
        (lambda: rules.texts("needs", ("x",) * 1_001), "needs"),
        (lambda: rules.texts("needs", ("x", "")), "needs[1]"),
        (lambda: rules.lines("lines", ()), "lines"),
        (lambda: rules.lines("lines", (a_line(),) * 1_001), "lines"),
        (lambda: rules.lines("lines", (a_line(), a_line(""))), "lines[1].sku"),
        (lambda: rules.lines("lines", (a_line(quantity=0),)), "lines[0].quantity"),
        (lambda: rules.lines("lines", (a_line(price=eur(-1)),)), "lines[0].price.minor"),
        (lambda: rules.money("amount", eur(-1)), "amount.minor"),
        (lambda: rules.money("amount", eur(0), at_least=1), "amount.minor"),
        (lambda: rules.money("amount", Money(1, "euro")), "amount.currency"),
        (lambda: rules.money("amount", eur(1), currency="USD"), "amount.currency"),
        (lambda: rules.deadline("by", NOW - SECOND, NOW), "by"),
        (lambda: rules.deadline("by", NOW + timedelta(days=1_461) + SECOND, NOW), "by"),
        (lambda: rules.priority("priority", Priority("UNKNOWN(0)")), "priority"),
        (lambda: rules.address("to", Address("", "", "", "")), "to"),
        (lambda: rules.address("to", an_address(city="x" * 1_025)), "to.city"),
        (lambda: rules.number("level", -1, 0, 100), "level"),
        (lambda: rules.number("level", 101, 0, 100), "level"),
        (lambda: check_context(a_context(idempotency_key="")), "context.idempotency_key"),
        (
            lambda: check_context(a_context(idempotency_key="x" * (KEY_LENGTH_LIMIT + 1))),
            "context.idempotency_key",
        ),
        (lambda: check_context(a_context(cause=bytes(15))), "context.cause"),
        (lambda: check_context(a_context(actor="x" * 1_025)), "context.actor"),
        (lambda: check_context(a_context(now=at("09:00").replace(year=9_000))), "context.now"),
    ],
)
def test_a_value_past_its_limit_is_refused_by_the_name_of_its_field(
    breaks: Check, field: str
) -> None:
    with refused(RefusalCode.INVALID, field, field):
        breaks()


def test_a_refusal_says_the_value_and_what_would_be_right() -> None:
    with pytest.raises(Refused) as caught:
        rules.deadline("promised_by", NOW - SECOND, NOW)
    assert str(caught.value) == (
        "promised_by is 2026-11-02T08:59:59Z; give a moment from 2026-11-02T09:00:00Z"
        " to 2030-11-02T09:00:00Z, which is 1,461 days ahead."
    )


def test_lines_are_priced_in_one_currency() -> None:
    lines = (a_line(price=eur(1)), a_line(price=Money(1, "USD")))
    with refused(RefusalCode.INVALID, "lines", "EUR and USD"):
        rules.lines("lines", lines)


PRICED = (a_line("chair", 2, eur(2_000)), a_line("table", 1, eur(1_000)))


def test_a_total_is_the_sum_of_its_lines() -> None:
    rules.total("total", eur(5_000), PRICED)


@pytest.mark.parametrize("minor", [4_999, 5_001])
def test_a_total_a_cent_off_is_refused(minor: int) -> None:
    with refused(RefusalCode.INVALID, "total.minor", str(minor), "5000"):
        rules.total("total", eur(minor), PRICED)


def test_a_total_has_the_currency_of_its_lines() -> None:
    with refused(RefusalCode.INVALID, "total.currency", "USD", "EUR"):
        rules.total("total", Money(5_000, "USD"), PRICED)


@pytest.mark.parametrize("minor", [5_000, 5_950])
def test_prices_may_hold_the_tax_already_or_not(minor: int) -> None:
    rules.total("total", eur(minor), PRICED, tax=eur(950))


def test_a_total_is_no_less_than_the_lines_that_have_a_price() -> None:
    lines = (*PRICED, a_line("lamp"))
    rules.total("total", eur(5_000), lines)
    with refused(RefusalCode.INVALID, "total.minor", "4999"):
        rules.total("total", eur(4_999), lines)


def test_pieces_count_by_article_over_all_lines() -> None:
    of = (a_line("chair", 2), a_line("chair", 1))
    rules.within("lines", (Line("chair", 3),), of, "the order has")
    with refused(RefusalCode.INVALID, "lines", "4 of 'chair'", "the order has 3"):
        rules.within("lines", (a_line("chair", 1), a_line("chair", 3)), of, "the order has")


def test_an_id_is_given_once_and_only_so_often() -> None:
    with refused(RefusalCode.CONFLICT, "refund_id", "'r-1'"):
        rules.new_id("refund_id", "r-1", ["r-1"])
    with refused(RefusalCode.FULL, "refund_id", "1,000"):
        rules.new_id("refund_id", "r-1", ["r-0"] * 1_000)


def test_what_is_done_with_an_id_is_done_once_and_not_before_it_is_there() -> None:
    rules.known_id("parcel_id", "p-1", ["p-1"], [])
    with refused(RefusalCode.CONFLICT, "parcel_id", "'p-1'"):
        rules.known_id("parcel_id", "p-1", [], [])
    with refused(RefusalCode.CONFLICT, "parcel_id", "'p-1'"):
        rules.known_id("parcel_id", "p-1", ["p-1"], ["p-1"])


def test_an_id_without_a_default_must_be_given() -> None:
    command = OpenCase(a_context(), case="c-1", customer="", topic="late", summary="Where is it?")
    with refused(RefusalCode.INVALID, "customer", "missing"):
        about_of(command)


def test_an_id_with_a_default_may_be_left_out_but_not_be_wrong() -> None:
    fields = {"case": "c-1", "customer": "ada", "topic": "late", "summary": "Where is it?"}
    assert about_of(OpenCase(a_context(), **fields)).order == ""
    with refused(RefusalCode.INVALID, "order", "'4 711'"):
        about_of(OpenCase(a_context(), **fields, order="4 711"))
