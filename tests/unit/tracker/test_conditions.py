"""What a `where` may say, what it makes of facts, and what is refused before it ever runs."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.shared.clock import to_instant
from services.shared.subjects import Kind
from services.tracker.core.conditions import LIST_LIMIT, Condition, Values
from services.tracker.core.language.expressions import (
    PASSES_LIMIT,
    TIME_LIMIT_NS,
    read_condition,
)
from services.tracker.core.language.model import EXPRESSION_LIMIT
from services.tracker.core.language.references import Scope
from services.tracker.core.language.samples import VARIANTS

PROMISED_BY = to_instant(datetime(2026, 11, 5, 17, tzinfo=UTC))
LINES = [{"sku": "lamp", "quantity": 2, "price": {"minor": 4900, "currency": "EUR"}}]
KNOWN: Values = {
    "order": {
        "priority": "high",
        "total": {"minor": 4900, "currency": "EUR"},
        "promised_by": PROMISED_BY,
        "lines": LINES,
    },
    "event": {"channel": "web", "payment_id": "p-1"},
    "payment": {"amount": {"minor": 9800, "currency": "EUR"}},
}


def a_scope(**own_types: Kind) -> Scope:
    own = {name.replace("_", "."): kind for name, kind in own_types.items()}
    return Scope(Kind.ORDER, "finance.PaymentApproved", own)


def condition(text: str, **own_types: Kind) -> Condition:
    return read_condition(text, a_scope(**own_types), None)


def refusal(text: str, timer: Callable[[], int] | None = None, **own_types: Kind) -> str:
    with pytest.raises(ValueError, match=r".") as refused:
        read_condition(text, a_scope(**own_types), timer)
    return str(refused.value)


def taking(*nanoseconds: int) -> Callable[[], int]:
    """A timer by which evaluations take these times in turn, and the last one ever after."""

    def moments() -> Iterator[int]:
        now, left = 0, list(nanoseconds)
        while True:
            yield now
            now += left.pop(0) if len(left) > 1 else left[0]
            yield now

    return moments().__next__


@pytest.mark.parametrize(
    "text",
    [
        "order.priority != 'low' && order.total.minor < 5000000",
        "order.promised_by < timestamp('2026-11-05T17:00:01Z')",
        "order.promised_by == timestamp('2026-11-05T18:00:00+01:00')",
        "order.promised_by - timestamp('2026-11-01T00:00:00Z') > duration('24h')",
        "order.promised_by.getHours() == 17",
        "event.channel == 'web' && event.payment_id.startsWith('p')",
        "payment.amount.minor > order.total.minor",
        "order.lines.exists(line, line.quantity > 1)",
        "order.lines.all(line, line.price.minor > 100 && line.sku != '')",
        "size(order.lines) == 1 && order.lines.size() == 1",
        "order.lines.exists_one(line, line.quantity == 2 && order.priority == 'high')",
        "order.lines[0].quantity == 2",
        "order.total.currency in ['EUR', 'CHF']",
        "(order.priority == 'high' ? 1 : 2) == 1  // the comment is CEL's",
        "!has(order.ship_by) || order.ship_by < order.promised_by",
        "order.lines.exists(l, l.quantity > 1) && order.lines.exists(l, l.price.minor == 4900)",
    ],
)
def test_what_is_true_of_the_facts_holds(text: str) -> None:
    assert condition(text).holds(KNOWN) is True


@pytest.mark.parametrize(
    "text",
    [
        "order.priority == 'low'",
        "order.promised_by > timestamp('2026-11-05T17:00:00Z')",
        "order.lines.exists(line, line.quantity > 2)",
        "has(order.ship_by)",
    ],
)
def test_what_is_false_of_the_facts_does_not_hold(text: str) -> None:
    assert condition(text).holds(KNOWN) is False


@pytest.mark.parametrize(
    "text",
    [
        "order.ship_by < order.promised_by",
        "order.ship_by < order.promised_by || true",
        "order.tax.minor > 1",
        "event.customer == 'c-1'",
        "order.total.minor / (order.total.minor - 4900) > 1",
        "order.lines[5].quantity > 1",
        "order.total.minor * 9000000000000000 > 1",
    ],
)
def test_an_absent_fact_or_one_that_does_not_fit_leaves_it_open(text: str) -> None:
    assert condition(text).holds(KNOWN) is None


def test_a_part_that_a_message_lacks_leaves_it_open() -> None:
    lines = [{"sku": "lamp", "quantity": 2, "price": None}]
    assert (
        condition("order.lines.all(l, l.price.minor > 1)").holds({"order": {"lines": lines}})
        is None
    )


def test_a_fact_of_another_type_than_it_should_be_leaves_it_open() -> None:
    assert condition("order.total.minor < 5").holds({"order": {"total": "much"}}) is None
    assert (
        condition("order.promised_by < order.ship_by").holds(
            {"order": {"promised_by": "soon", "ship_by": 10**30}}
        )
        is None
    )


def test_its_facts_are_what_it_reads() -> None:
    text = (
        "order.lines.exists(l, l.quantity > 1 && l.price.minor > 5) && event.channel != 'order.x'"
    )
    assert [str(fact) for fact in condition(text).facts] == [
        "order.lines.quantity",
        "order.lines.price.minor",
        "event.channel",
    ]


def test_it_sees_nothing_but_its_facts() -> None:
    seen = condition("order.lines.all(l, l.quantity > 1) && order.total.minor > 1").given(KNOWN)
    assert seen == {"order": {"lines": [{"quantity": 2}], "total": {"minor": 4900}}}


def test_it_sees_as_many_entries_as_the_limit_and_no_more() -> None:
    odd = condition("order.lines.exists(line, line.quantity == 3)")
    for count, holds in [(LIST_LIMIT - 1, True), (LIST_LIMIT, False)]:
        lines = LINES * count + [{"sku": "odd", "quantity": 3}]
        assert odd.holds({"order": {"lines": lines}}) is holds


def test_two_of_the_same_text_are_equal() -> None:
    one, other = condition("order.total.minor > 1"), condition("order.total.minor > 1")
    assert (one, hash(one)) == (other, hash(other))
    assert one != condition("order.total.minor > 2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order.total", "it comes to {"),
        ("order.total.minor + 1", "it comes to 2; say something that is true or false"),
        ("order.weight > 1", "no event of kind order carries 'weight'; there are amount,"),
        ("order.total.gross > 1", "order.total.gross is not carried: no 'gross' in total"),
        ("event.lines.size() > 1", "no event that opens it carries 'lines'; there are amount,"),
        ("refund.amount.minor > 1", "finance.PaymentApproved is about no refund of its own"),
        ("case.topic == 'x'", "'case.topic' is of kind case, but the events are of order"),
        ("orders.total.minor > 1", "'orders.total.minor' is no fact; it may be about"),
        ("order == 1", "'order' is no fact; name a field"),
        ("order['total'].minor > 1", "'order' is no fact; name a field"),
        ("total > 1", "'total' is no fact; name a field"),
        ("order.total.minor < order.priority", "it cannot be computed: No such overload"),
        ("timestamp('soon') < order.promised_by", "it cannot be computed"),
        ("order.total.minor >", "CEL cannot read it: 1:20: Syntax error"),
        ("order.total.minor > 1)", "a bracket closes that was never opened"),
        ("(order.total.minor > 1", "CEL cannot read it"),
        ("order.priority.matches('(a+)+$')", ".matches() is not called here"),
        ("open('/etc/passwd') == ''", "open() is not called here"),
        ("order.lines.map(a, a.sku).size() > 1", ".map() is not called here; all, contains,"),
        ("order.lines.filter(a, true).size() > 1", ".filter() is not called here"),
        ("order.lines.all(a, a in order.lines)", "order.lines may be a list, and is read for each"),
        ("type(order.total) == map", "type() is not called here"),
        ("{'a': order.total}.a.minor > 1", "\"{'a': order.total}.a\" is not read here"),
        ("order.priority == r'low'", "'low' stands right behind a word"),
        ("order.priority == '''low'''", "'low' stands right behind a word"),
        (".order.total.minor > 1", ".order is a part of nothing"),
        ("order.lines.exists(order, true)", "'order' has a meaning here"),
        ("order.lines.exists(0, true)", ".exists() names no entry"),
        (
            "order.lines.exists(l, l.weight > 1)",
            "order.lines.weight is not carried: no 'weight' in lines; there are price",
        ),
    ],
)
def test_what_can_never_be_a_condition_is_refused_with_what_would_be_right(
    text: str, said: str
) -> None:
    assert refusal(text).startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "order.lines.exists(a, order.lines.exists(b, a == b))",
        "order.lines.exists(a, size(order.missing) > 1 && order.missing.all(b, true))",
        "(order.lines.all(a, true) ? order.lines : order.lines).exists(b, true)",
        "[order.lines.all(a, true)].exists(b, b)",
        "[order.lines.all(a, true)][0].exists(b, true)",
        "['a'].exists(a, true).contains('x').exists(b, true)",
        "order.lines . exists(a, true) // x\n .all(b, true)",
        "order.lines.exists(a, true)" + ".exists(c, true)" * 100,
    ],
)
def test_a_comprehension_inside_or_upon_another_is_refused(text: str) -> None:
    assert "inside or upon another comprehension" in refusal(text)


@pytest.mark.parametrize("name", ["all", "exists", "exists_one"])
def test_every_comprehension_is_known_as_one(name: str) -> None:
    inner = f"order.lines.{name}(b, true)"
    assert "inside or upon another" in refusal(f"order.lines.exists(a, {inner} == {inner})")


def test_a_bracket_or_quote_inside_a_string_hides_nothing() -> None:
    assert condition(r"order.priority != ').exists(' && order.priority != '\'('").holds(KNOWN)
    assert "inside or upon" in refusal(r"['\'(', order.lines.all(a, true)].exists(b, true)")


def test_an_expression_may_be_as_long_as_the_limit_and_no_longer() -> None:
    text = "order.total.minor > 1"
    assert condition(text.ljust(EXPRESSION_LIMIT))
    assert refusal(text.ljust(EXPRESSION_LIMIT + 1)) == (
        "it has 2001 characters; the limit is 2000, so say less."
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [("(", ")"), ("!(", ")"), ("-(", ")"), ("[", "][0]"), ("size(", ")"), ("!", ""), ("-", "")],
)
def test_no_depth_of_nesting_brings_the_process_down(before: str, after: str) -> None:
    depth = (EXPRESSION_LIMIT - 1) // len(before + after)
    assert refusal(f"{before * depth}1{after * depth}")


def test_an_expression_may_take_as_long_as_the_limit_and_no_longer() -> None:
    text = "order.total.minor > 1"
    assert read_condition(text, a_scope(), taking(TIME_LIMIT_NS))
    assert "it takes 1.0 ms on lists of 10 entries" in refusal(text, taking(TIME_LIMIT_NS + 1))


def test_the_quickest_of_several_evaluations_counts() -> None:
    slow = 2 * TIME_LIMIT_NS
    assert read_condition("order.total.minor > 1", a_scope(), taking(slow, slow, 5))


def test_a_slow_machine_refuses_only_what_takes_many_looks_at_the_lists() -> None:
    text, slow = "order.lines.exists(l, l.quantity > 1)", [TIME_LIMIT_NS] * 7
    allowed = PASSES_LIMIT * TIME_LIMIT_NS
    assert read_condition(text, a_scope(), taking(*[*slow, allowed] * 3 * VARIANTS))
    assert "it takes 4.0 ms" in refusal(text, taking(*slow, allowed + 1))


@pytest.mark.parametrize("entries", [10, 100, 1_000])
def test_it_is_timed_on_short_and_on_the_longest_lists(entries: int) -> None:
    text, quick = "order.lines.exists(l, l.quantity > 1)", [1] * 8 * VARIANTS
    before = quick * [10, 100, 1_000].index(entries)
    slow = taking(*before, *[1] * 7, 2 * TIME_LIMIT_NS)
    assert f"on lists of {entries} entries" in refusal(text, slow)


def test_a_plain_condition_is_quick_enough_in_real_time() -> None:
    text = "order.lines.exists(l, l.quantity > 1) && order.total.minor > 1"
    assert read_condition(text, a_scope(), time.thread_time_ns)


def test_what_looks_at_lists_all_too_often_is_refused_in_real_time() -> None:
    text = " || ".join(["order.lines.exists(l, l.quantity > 7)"] * 40)
    assert "on lists of" in refusal(text, time.thread_time_ns)


@pytest.mark.parametrize(
    ("text", "value"),
    [("order.weight > 5", 6), ("order.carrier_level == 'gold'", "gold"), ("order.fragile", True)],
)
def test_a_fact_of_a_partys_own_types_is_taken_on_trust(text: str, value: Any) -> None:  # noqa: ANN401 - a plain value
    trusting = condition(text, carrier_Seen=Kind.ORDER)
    assert trusting.holds({"order": {trusting.facts[0].name: value}}) is True
    assert "no event of kind order carries" in refusal(text)
    assert "it comes to" in refusal("order.weight + 1", carrier_Seen=Kind.ORDER)
