"""The facts on which departments have to agree by default: read as they are, and each both ways."""

from typing import Any

import pytest

from services.shared.yaml_text import Document, parse
from services.tracker.agreement_files import shipped
from services.tracker.core.disagreements import disagreements
from services.tracker.core.facts import FactRule
from services.tracker.core.language.fact_files import read_fact
from tests.disputing import day, euros
from tests.promising import an_event, at

ORDERED, INFORMED = "sales.OrderPlaced", "support.CustomerInformed"
DRAFTED, HANDED_OVER = "finance.InvoiceDrafted", "operations.ParcelHandedOver"
REQUESTED, PAID = "support.RefundRequested", "finance.RefundPaid"
BERLIN, BERN = {"city": "Berlin"}, {"city": "Bern"}
LAMP, RUG = [{"sku": "lamp", "quantity": 1}], [{"sku": "rug", "quantity": 1}]
CASES: dict[str, tuple[str, str, object, str, str, object, str]] = {
    "order-total": (ORDERED, "total", euros(49), DRAFTED, "total", euros(59), "10:15"),
    "invoice-lines": (ORDERED, "lines", LAMP, DRAFTED, "lines", RUG, "10:15"),
    "refund-amount": (REQUESTED, "amount", euros(5), PAID, "amount", euros(6), "10:00"),
    "delivery-date-told": (ORDERED, "promised_by", day(4), INFORMED, "date_told", day(5), "10:30"),
    "ship-to-address": (ORDERED, "ship_to", BERLIN, HANDED_OVER, "ship_to", BERN, "10:00"),
}


def default(name: str) -> FactRule:
    file = shipped("default") / f"{name}.yaml"
    document = parse(file.read_text())
    assert isinstance(document, Document), document
    rule = read_fact(document, str(file), {})
    assert isinstance(rule, FactRule), rule
    return rule


def found(name: str, *values: object) -> list[Any]:
    first, field, _, second, other, _, _ = CASES[name]
    key = (("refund_id", "r-1"),)
    return list(
        disagreements(
            default(name),
            [
                an_event(first, "09:00", fields={field: values[0]}, key=key),
                an_event(second, "10:00", fields={other: values[1]}, key=key),
            ],
        )
    )


def test_every_file_of_a_fact_has_a_case_here() -> None:
    files = shipped("default").glob("*.yaml")
    assert {each.stem for each in files if each.read_text().startswith("fact:")} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_rule_is_named_as_its_file(name: str) -> None:
    assert default(name).name == name


@pytest.mark.parametrize("name", CASES)
def test_what_is_told_differently_is_found_when_it_settled_or_is_shown(name: str) -> None:
    _, _, one, _, _, other, time = CASES[name]
    (finding,) = found(name, one, other)
    assert finding.true_from == at(time)
    assert finding.next_step == default(name).next_step != ""


@pytest.mark.parametrize("name", CASES)
def test_what_is_told_alike_is_not_found(name: str) -> None:
    _, _, one, _, _, other, _ = CASES[name]
    assert not found(name, one, one)
    assert not found(name, other, other)
