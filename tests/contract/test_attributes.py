"""Spans carry registered names only: those of `telemetry.ATTRIBUTES`, used by their constants."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.shared import telemetry
from services.shared.settings import Settings

SERVICES = Path(telemetry.__file__).parents[1]
CONSTANTS = {
    name
    for name, value in vars(telemetry).items()
    if isinstance(value, str) and value in telemetry.ATTRIBUTES
}


def unregistered(source: str) -> Iterator[str]:
    """The names in a module's spans that are not constants of the registry."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        for name in attribute_names(call):
            constant = name.attr if isinstance(name, ast.Attribute) else ast.unparse(name)
            if constant not in CONSTANTS:
                yield ast.unparse(name)


def attribute_names(call: ast.Call) -> Iterator[ast.expr]:
    """What names attributes in `span(..., attributes={...})` and `set_attribute(name, ...)`."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if function == "set_attribute":
        yield call.args[0]
    if function == "set_attributes":
        yield from names_of(call.args[0])
    if function in {"span", "start_span", "start_as_current_span"}:
        for keyword in call.keywords:
            if keyword.arg == "attributes":
                yield from names_of(keyword.value)


def names_of(attributes: ast.expr) -> Iterator[ast.expr]:
    if isinstance(attributes, ast.Dict):
        yield from (name for name in attributes.keys if name is not None)


@pytest.mark.parametrize(
    "module", sorted(SERVICES.rglob("*.py")), ids=lambda path: str(path.relative_to(SERVICES))
)
def test_a_module_names_attributes_by_the_registrys_constants(module: Path) -> None:
    assert list(unregistered(module.read_text())) == []


@pytest.mark.parametrize(
    "planted",
    [
        "span.set_attribute('customer.email', email)",
        "span.set_attributes({'customer.email': email})",
        "telemetry.span('x', attributes={names.HANDOFF_SUBJECT: s, 'customer.email': email})",
        "telemetry.span('x', attributes={names.EMAIL: email})",
    ],
)
def test_a_name_outside_the_registry_is_found(planted: str) -> None:
    assert len(list(unregistered(planted))) == 1


def test_names_are_lower_case_words_with_dots() -> None:
    for name in telemetry.ATTRIBUTES:
        assert re.fullmatch(r"[a-z]+(\.[a-z][a-z_]*)+", name), name


def test_what_a_failed_span_carries_is_registered() -> None:
    exporter = InMemorySpanExporter()
    observed = telemetry.start("test", Settings(), exporter)
    with pytest.raises(KeyError), observed.span("fails"):
        raise KeyError("a customer's name")
    (span,) = exporter.get_finished_spans()
    assert names_in(span) <= telemetry.ATTRIBUTES
    assert span.events == ()


def names_in(span: ReadableSpan) -> set[str]:
    return set(span.attributes or {})
