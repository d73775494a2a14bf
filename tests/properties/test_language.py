"""Whatever somebody writes into an agreement file, it is an agreement or a list of its faults."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from services.shared.subjects import Kind
from services.tracker.core.agreements import Agreement
from services.tracker.core.calendars.calendar import ALWAYS, Calendar
from services.tracker.core.conditions import compiled
from services.tracker.core.durations import (
    DEADLINE_LIMIT,
    BusinessDays,
    BusinessTime,
    Duration,
    WallTime,
)
from services.tracker.core.language.expressions import read_condition
from services.tracker.core.language.reading import read
from services.tracker.core.language.references import Scope
from services.tracker.core.language.scanning import FUNCTIONS, METHODS, scan
from tests.unit.tracker.test_language_keys import FULL, OWN_TYPES

LINES = FULL.splitlines()
LETTERS = st.text("aZ0 :-[]{},&*!|>'\"%@`#?~\n\t\\.äλ\x00\x85\ufeff", max_size=30)
CALENDARS: dict[str, Calendar] = {"warehouse": ALWAYS}
WORDS = st.lists(
    st.sampled_from(
        [
            "order",
            "event",
            "refund",
            "lines",
            "total",
            "minor",
            "quantity",
            "promised_by",
            "channel",
            "amount",
            "l",
            "true",
            "null",
            "in",
            "size",
            "has",
            "all",
            "exists",
            "exists_one",
            "map",
            "filter",
            "timestamp",
            "matches",
            "''",
            "'low'",
            "'2026-01-01T00:00:00Z'",
            "0",
            "1",
            "9223372036854775807",
            "1.5",
            "1u",
            "(",
            ")",
            "[",
            "]",
            ".",
            ",",
            "&&",
            "||",
            "!",
            "==",
            "!=",
            "<",
            ">",
            "+",
            "-",
            "*",
            "/",
            "%",
            "?",
            ":",
        ]
    ),
    max_size=25,
)
SOUND = st.sampled_from(
    [
        "order.lines.exists(l, l.quantity > 1)",
        "order.total.minor < 5",
        "order.promised_by > timestamp('2026-01-01T00:00:00Z')",
        "event.channel == 'web'",
        "has(order.ship_by)",
        "size(order.lines) > 2",
    ]
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["minor", "quantity", "sku", "lines"]), inner)
    ),
    max_leaves=6,
)
SCOPE = Scope(Kind.ORDER, "finance.PaymentApproved", {})


def is_read_or_refused(text: str) -> None:
    outcome = read(text, "any.yaml", OWN_TYPES, CALENDARS)
    if isinstance(outcome, Agreement):
        deadlines = (outcome.within, outcome.by, outcome.before)
        assert deadlines.count(None) == len(deadlines) - 1
        for span in spans(outcome):
            assert is_within_reach(span)
    else:
        lines = len(text.splitlines()) + 2  # YAML breaks lines at NEL and its like, too
        assert outcome
        assert all(1 <= fault.line <= lines and fault.remedy for fault in outcome)


def spans(agreement: Agreement) -> list[Duration]:
    found = [
        agreement.within,
        agreement.before.slack if agreement.before else None,
        agreement.acknowledge.within if agreement.acknowledge else None,
        agreement.confirm_within,
        agreement.update_every,
        *(each.at_most for each in agreement.pauses),
        *(each.before for each in agreement.warn),
    ]
    return [span for span in found if span is not None]


def is_within_reach(span: Duration) -> bool:
    match span:
        case WallTime(micros) | BusinessTime(micros):
            return 0 < micros <= DEADLINE_LIMIT
        case BusinessDays(days):
            return 0 < days <= DEADLINE_LIMIT


def is_a_condition_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert read_condition(text, SCOPE, None).holds({}) in (None, True, False)


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    is_read_or_refused(text)


@given(LETTERS)
def test_any_text_of_what_means_something_in_yaml(text: str) -> None:
    is_read_or_refused(text)


@given(st.integers(0, len(LINES) - 1), LETTERS | st.text(max_size=50))
def test_any_value_of_any_key(number: int, value: str) -> None:
    key = LINES[number].partition(":")[0]
    is_read_or_refused("\n".join([*LINES[:number], f"{key}: {value}", *LINES[number + 1 :]]))


@given(st.integers(0, len(FULL)), st.integers(0, 40), LETTERS)
def test_any_piece_left_out_or_put_in(start: int, length: int, instead: str) -> None:
    is_read_or_refused(FULL[:start] + instead + FULL[start + length :])


@given(st.text(max_size=60) | WORDS.map("".join) | WORDS.map(" ".join))
def test_any_text_of_an_expression(text: str) -> None:
    is_a_condition_or_refused(text)


@given(WORDS.map("".join) | WORDS.map(" ".join))
def test_nothing_that_cel_calls_or_names_goes_unseen(text: str) -> None:
    with suppress(ValueError):
        named, program = scan(text), compiled(text)
        called = {each for each in program.functions() if each.isidentifier() and each[0] != "_"}
        assert called <= FUNCTIONS | METHODS
        assert {*program.variables()} <= named.variables | {path[0] for path in named.paths}


@given(st.lists(SOUND, min_size=1, max_size=4), st.sampled_from([" && ", " || "]))
def test_sound_conditions_may_be_joined(parts: list[str], sign: str) -> None:
    assert read_condition(sign.join(f"({each})" for each in parts), SCOPE, None).facts


@given(
    SOUND,
    st.dictionaries(
        st.sampled_from(["order", "event"]),
        st.dictionaries(
            st.sampled_from(["lines", "total", "promised_by", "channel", "ship_by"]), PLAIN
        ),
    ),
)
def test_whatever_facts_hold_a_condition_is_true_false_or_open(
    text: str, values: dict[str, dict[str, object]]
) -> None:
    assert read_condition(text, SCOPE, None).holds(values) in (None, True, False)
