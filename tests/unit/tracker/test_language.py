"""One YAML text to one agreement; a wrong text to every fault with its line, key and remedy."""

from typing import Any

import pytest

from services.shared.faults import Fault
from services.shared.subjects import Kind
from services.tracker.core.agreements import Agreement, AgreementKind
from services.tracker.core.durations import Rung, WallTime
from services.tracker.core.facts import Fact
from services.tracker.core.language.reading import read
from tests.promising import HOUR, at, span

WHOLE = """\
agreement: ship-paid-order
version: 3
effective_from: 2026-11-02
kind: OLA
owed_by: sales/seller
owed_to: operations
because: The customer's date cannot be met if the parcel leaves later.
opens_on: finance.PaymentApproved
fulfil:
  on: operations.ParcelHandedOver
  within: 48 hours
warn: [50%, 2 hours before]
cancels_on: [sales.OrderCancelled]
do: Ask the seller for the parcel today.
"""


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new)


def agreement(text: str = WHOLE, **own_types: Kind) -> Agreement:
    read_as = read(
        text, "ship.yaml", {name.replace("_", "."): own_types[name] for name in own_types}
    )
    assert isinstance(read_as, Agreement), read_as
    return read_as


def faults(text: str, **options: Any) -> list[str]:  # noqa: ANN401 - as of `read`
    read_as = read(text, "ship.yaml", **options)
    assert isinstance(read_as, tuple), read_as
    return [str(fault) for fault in read_as]


def fault(text: str, **options: Any) -> str:  # noqa: ANN401 - as of `read`
    (only,) = faults(text, **options)
    return only


def test_every_key_is_read() -> None:
    assert agreement() == Agreement(
        name="ship-paid-order",
        version=3,
        effective_from=at("00:00"),
        kind=AgreementKind.OLA,
        owed_by="sales/seller",
        owed_to="operations",
        because="The customer's date cannot be met if the parcel leaves later.",
        opens_on="finance.PaymentApproved",
        evidence=("operations.ParcelHandedOver",),
        within=WallTime(48 * HOUR),
        warn=(Rung("50%", share=0.5), Rung("2 hours before", before=WallTime(span(hours=2)))),
        cancels_on=("sales.OrderCancelled",),
        next_step="Ask the seller for the parcel today.",
    )


def test_warnings_cancellation_and_next_step_may_be_left_out() -> None:
    shorter = agreement(WHOLE.partition("warn:")[0])
    assert (shorter.warn, shorter.cancels_on, shorter.next_step) == ((), (), "")


def test_a_deadline_may_be_a_fact_of_the_subject() -> None:
    by = agreement(changed("within: 48 hours", "by: order.ship_by"))
    assert (by.by, by.within) == (Fact(Kind.ORDER, "ship_by"), None)


def test_the_key_on_is_a_word_and_not_a_truth_value() -> None:
    assert agreement(changed("  on:", "  'on':")) == agreement()


def test_a_fault_names_file_line_key_and_remedy() -> None:
    assert fault(changed("version: 3", "version: 0")) == (
        "ship.yaml:2: version: '0' is wrong: Input should be greater than or equal to 1."
    )


def test_all_faults_come_at_once() -> None:
    text = changed("48 hours", "soon").replace("50%", "150%").replace("ParcelHandedOver", "Sent")
    assert [line.split(": ")[0] for line in faults(text)] == [
        "ship.yaml:10",
        "ship.yaml:11",
        "ship.yaml:12",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: OLA", "kind: TLA", "ship.yaml:4: kind: 'TLA' is wrong"),
        ("version: 3", "version: three", "ship.yaml:2: version: 'three' is wrong"),
        ("version: 3", f"version: {10**19}", "ship.yaml:2: version"),
        ("version: 3", f"version: {'9' * 5_000}", "ship.yaml:2: version"),
        ("version: 3", "version: !!int three", "ship.yaml:2: version: 'three' is wrong"),
        ("2026-11-02", "2026-02-30", "ship.yaml:3: effective_from: '2026-02-30' is wrong"),
        ("2026-11-02", "0000-01-01", "ship.yaml:3: effective_from: '0000-01-01' is wrong"),
        ("2026-11-02", "!!timestamp soon", "ship.yaml:3: effective_from: 'soon' is wrong"),
        ("2026-11-02", "2026-11-02T10:00:00", "ship.yaml:3: effective_from"),
        ("ship-paid-order", "Ship Paid", "ship.yaml:1: agreement: 'Ship Paid' is wrong"),
        ("ship-paid-order", "a~b", "ship.yaml:1: agreement: 'a~b' is wrong"),
        ("ship-paid-order", "a" * 64, "ship.yaml:1: agreement"),
        ("ship-paid-order", "", "ship.yaml:1: agreement: '' is wrong"),
        ("sales/seller", "sales/", "ship.yaml:5: owed_by: 'sales/' is wrong"),
        ("because: The", f"because: {'x' * 1_025} The", "ship.yaml:7: because"),
        ("within: 48 hours", "within: 48", "ship.yaml:11: fulfil.within: '48' is no duration"),
        ("within: 48 hours", "by: order.weight", "ship.yaml:11: fulfil.by: no event of kind order"),
        ("within: 48 hours", "by: case.ship_by", "ship.yaml:11: fulfil.by"),
        ("within: 48 hours", "by: ship_by", "ship.yaml:11: fulfil.by: 'ship_by' is no fact"),
        ("within: 48 hours", "by: order.", "ship.yaml:11: fulfil.by: 'order.' is no fact"),
        ("  within: 48 hours\n", "", "ship.yaml:9: fulfil: give exactly one of"),
        (
            "  within: 48 hours\n",
            "  within: 48 hours\n  by: order.ship_by\n",
            "ship.yaml:9: fulfil: give exactly one of",
        ),
        ("[50%, ", "[120%, ", "ship.yaml:12: warn.0: '120%' is not between"),
        ("warn: [50%, 2 hours before]", "warn: 50%", "ship.yaml:12: warn: '50%' is wrong"),
        ("warn: [50%, 2 hours before]", "warn:", "ship.yaml:12: warn: '' is wrong"),
        ("[50%, 2 hours before]", f"[{', '.join(['50%'] * 17)}]", "ship.yaml:12: warn"),
        ("do: Ask", "does: Ask", "ship.yaml:14: does: this key is not read; known are agreement,"),
        (
            "  within:",
            "  confirmed: x\n  within:",
            "ship.yaml:11: fulfil.confirmed: this key is not read; known are on, in_full,",
        ),
        ("owed_to: operations\n", "", "ship.yaml:1: owed_to: this key is missing; add it."),
        (
            "[sales.OrderCancelled]",
            "[support.CaseResolved]",
            "ship.yaml:13: cancels_on.0: support.CaseResolved is of kind case,",
        ),
        ("finance.PaymentApproved", "finance.Paid", "ship.yaml:8: opens_on: No table knows"),
        ("finance.PaymentApproved", "paid", "ship.yaml:8: opens_on: 'paid' is wrong"),
        (
            "[sales.OrderCancelled]",
            "[oncall.PromiseReleased]",
            "ship.yaml:13: cancels_on.0: oncall.PromiseReleased is about any subject",
        ),
        (
            "[sales.OrderCancelled]",
            "[operations.ParcelHandedOver]",
            "ship.yaml:13: cancels_on.0: operations.ParcelHandedOver is also the evidence",
        ),
        (
            "opens_on: finance.PaymentApproved",
            "opens_on: operations.ParcelHandedOver",
            "ship.yaml:10: fulfil.on: operations.ParcelHandedOver also opens the promise",
        ),
        (
            "version: 3\n",
            "version: 3\nversion: 4\n",
            "ship.yaml:3: YAML: the key 'version' is there",
        ),
        (
            "  within: 48 hours",
            "  within: 48 hours\n  within: 2 days",
            "ship.yaml:12: YAML: the key",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is(old: str, new: str, said: str) -> None:
    assert fault(changed(old, new)).startswith(said)


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "just words", "- a\n- list", "null", "42", "---\n", "? [a]\n: b"],
)
def test_what_is_no_mapping_of_words_is_one_fault(text: str) -> None:
    assert len(faults(text)) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: b: c",
        "\ta: b",
        "a: \x00",
        "%YAML 9.9\n---\na: b",
        "a: 1\n---\nb: 2",
        "[" * 30_000 + "]" * 30_000,
        "{a: " * 15_000 + "}" * 15_000,
        "? " * 30_000,
        "- " * 30_000,
        "a: !!python/object/apply:os.system [ls]",
    ],
)
def test_yaml_that_cannot_be_read_is_a_fault_and_not_a_crash(text: str) -> None:
    assert faults(text)[0].startswith("ship.yaml:")


def test_aliases_are_refused_before_they_multiply() -> None:
    assert "aliases" in fault("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")


def test_control_messages_open_nothing() -> None:
    text = changed("finance.PaymentApproved", "handoff.Retracted")
    text = text.replace("operations.ParcelHandedOver", "handoff.Heartbeat")
    assert len(faults(text.replace("cancels_on: [sales.OrderCancelled]\n", ""))) == 2


def test_a_partys_own_types_are_known_with_their_kind() -> None:
    text = changed("operations.ParcelHandedOver", "carrier.ParcelAccepted")
    assert agreement(text, carrier_ParcelAccepted=Kind.ORDER).evidence_parties == {"carrier"}
    assert "of kind case" in fault(text, own_types={"carrier.ParcelAccepted": Kind.CASE})
    assert "No table knows" in fault(text)


def test_a_fact_of_a_partys_own_types_is_taken_on_trust() -> None:
    text = changed("operations.ParcelHandedOver", "carrier.ParcelAccepted")
    text = text.replace("within: 48 hours", "by: order.collected_by")
    own = agreement(text, carrier_ParcelAccepted=Kind.ORDER)
    assert own.by == Fact(Kind.ORDER, "collected_by")


def test_a_fault_shows_no_more_than_a_line_of_what_is_wrong() -> None:
    assert len(fault(changed("kind: OLA", f"kind: {'x' * 5_000}"))) < 300


def test_a_fault_without_a_key_is_at_the_first_line() -> None:
    assert read("just words", "ship.yaml") == (
        Fault("ship.yaml", 1, "file", "it is not a mapping; start with `agreement: <name>`."),
    )
