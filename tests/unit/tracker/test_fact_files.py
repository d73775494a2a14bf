"""One YAML document to one rule of a fact; a wrong one to every fault with line, key and remedy."""

import pytest

from services.shared.faults import Fault
from services.shared.subjects import Kind
from services.shared.yaml_text import Document, parse
from services.tracker.core.calendars.calendar import ALWAYS
from services.tracker.core.durations import BusinessTime, WallTime
from services.tracker.core.facts import Assertion, Comparison, FactRule
from services.tracker.core.language.fact_files import TYPES_LIMIT, read_fact
from tests.disputing import Weekdays
from tests.promising import HOUR, MINUTE

WHOLE = """\
fact: refund-amount
version: 3
owner: finance
because: A customer who gets another sum than the one named asks again.
asserted_by:
  - support.RefundRequested.amount
  - finance.RefundApproved.amount
compare: money
settle: 15 minutes
gates: [finance.RefundPaid]
do: Compare the request with the approval.
each: refund
"""
TELLINGS = "  - support.RefundRequested.amount\n  - finance.RefundApproved.amount\n"
CALENDARS = {"office": Weekdays()}


def read(text: str, **own_types: Kind) -> FactRule | tuple[Fault, ...]:
    document = parse(text)
    assert isinstance(document, Document)
    types = {name.replace("_", "."): kind for name, kind in own_types.items()}
    return read_fact(document, "refund.yaml", types, CALENDARS)


def rule(text: str = WHOLE, **own_types: Kind) -> FactRule:
    read_as = read(text, **own_types)
    assert isinstance(read_as, FactRule), read_as
    return read_as


def faults(text: str, **own_types: Kind) -> list[str]:
    read_as = read(text, **own_types)
    assert isinstance(read_as, tuple), read_as
    return [str(fault) for fault in read_as]


def changed(*changes: tuple[str, str]) -> str:
    text = WHOLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def telling(first: str, second: str, compare: str) -> str:
    """A rule of one fact for the whole subject."""
    told = f"  - {first}\n  - {second}\n"
    return changed((TELLINGS, told), ("each: refund\n", ""), ("money", compare))


def test_every_key_is_read() -> None:
    assert rule() == FactRule(
        name="refund-amount",
        version=3,
        owner="finance",
        because="A customer who gets another sum than the one named asks again.",
        asserted_by=(
            Assertion("support.RefundRequested", "amount"),
            Assertion("finance.RefundApproved", "amount"),
        ),
        compare=Comparison.MONEY,
        settle=WallTime(15 * MINUTE),
        gates=("finance.RefundPaid",),
        next_step="Compare the request with the approval.",
        each="refund",
        calendar=ALWAYS,
    )


def test_gates_next_step_each_and_calendar_may_be_left_out() -> None:
    shorter = rule(WHOLE.partition("gates:")[0])
    assert (shorter.gates, shorter.next_step, shorter.each) == ((), "", "")


def test_a_calendar_is_found_by_its_name() -> None:
    text = changed(("15 minutes", "4 business hours\ncalendar: office"))
    assert rule(text).calendar is CALENDARS["office"]
    assert rule(text).settle == BusinessTime(4 * HOUR)


@pytest.mark.parametrize(
    ("first", "second", "compare"),
    [
        ("sales.OrderPlaced.total", "finance.InvoiceIssued.total", "money"),
        ("sales.OrderPlaced.promised_by", "support.CustomerInformed.date_told", "date"),
        ("sales.OrderCancelled.reason", "support.CustomerInformed.what", "text"),
        ("sales.OrderPlaced.priority", "support.CustomerInformed.what", "text"),
        ("sales.OrderPlaced.ship_to", "operations.ParcelHandedOver.ship_to", "address"),
        ("sales.OrderPlaced.lines", "finance.InvoiceIssued.lines", "lines"),
    ],
)
def test_fields_of_the_right_type_can_be_compared(first: str, second: str, compare: str) -> None:
    assert rule(telling(first, second, compare)).compare == compare


@pytest.mark.parametrize("compare", [each for each in Comparison if each is not Comparison.MONEY])
def test_fields_of_another_type_cannot_be_compared(compare: str) -> None:
    text = telling("sales.OrderPlaced.total", "finance.InvoiceIssued.total", compare)
    assert [each.partition(": sales")[0].partition(": finance")[0] for each in faults(text)] == [
        "refund.yaml:6: asserted_by.0",
        "refund.yaml:7: asserted_by.1",
    ]


def test_a_field_that_is_not_there_is_answered_with_those_that_are() -> None:
    text = telling("sales.OrderPlaced.total", "finance.InvoiceIssued.sum", "money")
    assert faults(text) == [
        "refund.yaml:7: asserted_by.1: finance.InvoiceIssued has no 'sum' to compare as money;"
        " there are tax, total."
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 3", "version: 0", "refund.yaml:2: version: '0' is wrong"),
        ("refund-amount", "Refund", "refund.yaml:1: fact: 'Refund' is wrong"),
        ("owner: finance\n", "", "refund.yaml:1: owner: this key is missing; add it."),
        ("owner: finance", "owner: legal", "refund.yaml:3: owner: nobody knows a party 'legal'"),
        ("compare: money\n", "", "refund.yaml:1: compare: this key is missing; add it."),
        ("compare: money", "compare: weight", "refund.yaml:8: compare: 'weight' is wrong"),
        ("15 minutes", "soon", "refund.yaml:9: settle: 'soon' is no duration"),
        ("15 minutes", "2 business days", "refund.yaml:9: settle: working time is that of"),
        ("15 minutes", "1 hour\ncalendar: shop", "refund.yaml:10: calendar: there is no calendar"),
        (
            "[finance.RefundPaid]",
            "[finance.PaidBack]",
            "refund.yaml:10: gates.0: No table knows the event type 'finance.PaidBack'",
        ),
        (
            "[finance.RefundPaid]",
            "[finance.RefundPaid.amount]",
            "refund.yaml:10: gates.0: 'finance.RefundPaid.amount' is wrong",
        ),
        (
            "[finance.RefundPaid]",
            "[sales.OrderCancelled]",
            "refund.yaml:10: gates.0: sales.OrderCancelled has no refund_id in its key",
        ),
        (
            "support.RefundRequested.amount",
            "sales.OrderPlaced.total",
            "refund.yaml:6: asserted_by.0: sales.OrderPlaced has no refund_id in its key",
        ),
        (
            "support.RefundRequested.amount",
            "support.RefundRequested",
            "refund.yaml:6: asserted_by.0: 'support.RefundRequested' is wrong",
        ),
        (
            "support.RefundRequested.amount",
            "finance.RefundPaid.amount",
            "refund.yaml:5: asserted_by: only finance tells it; name tellings of two parties",
        ),
        (
            TELLINGS,
            f"{TELLINGS}  - support.RefundRequested.amount\n",
            "refund.yaml:8: asserted_by.2: support.RefundRequested is named twice",
        ),
        (
            "  - support.RefundRequested.amount\n",
            "",
            "refund.yaml:5: asserted_by: ",
        ),
        ("each: refund", "each: Refund", "refund.yaml:12: each: 'Refund' is wrong"),
        ("each:", "every:", "refund.yaml:12: every: this key is not read; known are fact,"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(old: str, new: str, said: str) -> None:
    (only,) = faults(changed((old, new)))
    assert only.startswith(said)


def test_events_of_another_kind_of_subject_are_refused() -> None:
    text = telling("sales.OrderCancelled.reason", "support.CaseResolved.cause", "text")
    assert faults(text) == [
        "refund.yaml:7: asserted_by.1: support.CaseResolved is of kind case, sales.OrderCancelled"
        " of kind order; name events that share a subject."
    ]


def test_control_messages_tell_no_fact_and_show_none() -> None:
    text = changed(("[finance.RefundPaid]", "[handoff.Retracted]"), ("each: refund\n", ""))
    assert "handoff.Retracted is about any subject" in faults(text)[0]


def test_all_faults_come_at_once() -> None:
    text = changed(("15 minutes", "soon"), ("finance\n", "legal\n"), ("Paid]", "Sent]"))
    assert [line.split(": ")[1] for line in faults(text)] == [
        "gates.0",
        "owner",
        "settle",
    ]


@pytest.mark.parametrize(("count", "refused"), [(TYPES_LIMIT, False), (TYPES_LIMIT + 1, True)])
def test_as_many_tellings_as_the_limit_are_read(count: int, refused: bool) -> None:
    own = {f"carrier_Told{number}": Kind.ORDER for number in range(count - 1)}
    told = "".join(f"  - {name.replace('_', '.')}.amount\n" for name in own)
    text = changed((TELLINGS, f"  - finance.RefundPaid.amount\n{told}"), ("each: refund\n", ""))
    assert isinstance(read(text, **own), tuple) is refused


def test_a_field_of_a_partys_own_types_is_taken_on_trust() -> None:
    text = telling("sales.OrderPlaced.total", "carrier.Charged.sum", "money")
    assert rule(text, carrier_Charged=Kind.ORDER).parties == ("sales", "carrier")
    assert "No table knows" in faults(text)[0]


def test_a_party_with_types_of_its_own_may_answer_for_a_fact() -> None:
    text = changed(("owner: finance", "owner: carrier/desk"))
    assert rule(text, carrier_Charged=Kind.ORDER).owner == "carrier/desk"


def test_a_partys_own_types_have_no_key_to_tell_them_apart_by() -> None:
    text = changed(("support.RefundRequested.amount", "carrier.Refunded.amount"))
    assert "carrier.Refunded has no refund_id" in faults(text, carrier_Refunded=Kind.ORDER)[0]


@pytest.mark.parametrize("text", ["- a\n- list", "just words", "fact: [x]", "# nothing but"])
def test_what_is_no_rule_is_a_fault_and_not_a_crash(text: str) -> None:
    document = parse(text)
    if isinstance(document, Document):
        assert read_fact(document, "refund.yaml", {})
