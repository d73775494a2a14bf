"""Values that facts may have, made from their types: what a condition is tried on at load."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, get_type_hints

from services.shared.clock import to_instant
from services.shared.events.envelope import EVENT_BYTES_LIMIT
from services.tracker.core.conditions import Given
from services.tracker.core.facts import Fact
from services.tracker.core.language.references import Scope, element_of, present

VARIANTS = 4
"""Trials of each condition, with other values of every fact."""

_TEXT_LIMIT = 1_024
"""Characters of the longest text that an event may carry."""
_TEXTS = 4
"""Texts of an entry of a list, at the most, which all share the bytes of one event."""

_NUMBERS = (1, 0, 5_000_000, 2)
_MOMENTS = tuple(
    to_instant(datetime(year, 11, 2, 9, 30, tzinfo=UTC)) for year in (2026, 2000, 2100, 2027)
)
_UNKNOWN: tuple[Any, ...] = (1, "a", True, 0.5)


def values_of(
    facts: Iterable[Fact], scope: Scope, variant: int, *, entries: int | None = None
) -> Given:
    """A value for every fact; every list has `entries`, or else a few, and then texts are long.

    A fact that is taken on trust may be anything, so each variant makes it something else.
    """
    values: Given = {}
    for fact in facts:
        type = scope.type_of(Fact(fact.about, fact.name))
        value = _unknown(fact, variant, entries) if type is None else _value(type, variant, entries)
        values.setdefault(fact.about, {})[fact.name] = value
    return values


def _unknown(fact: Fact, variant: int, entries: int | None) -> object:
    value: object = _UNKNOWN[variant]
    for part in reversed(fact.part.split(".") if fact.part else ()):
        value = {part: value}
    return value if entries is None else [value] * entries


def _value(type: Any, variant: int, entries: int | None) -> Any:  # noqa: ANN401 - a type, and a value of it
    element = element_of(type)
    if element is not type:
        count = (1, 0, 2, 3)[variant] if entries is None else entries
        return [_value(element, variant, entries) for _ in range(count)]
    if type is datetime:
        return _MOMENTS[variant]
    if type is int:
        return _NUMBERS[variant]
    if issubclass(type, StrEnum):
        members = tuple(type)
        return str(members[variant % len(members)])
    if type is str:
        return ("a", "", "EUR", "b")[variant] if entries is None else _long_text(entries)
    return _message(type, variant, entries)


def _long_text(entries: int) -> str:
    return "a" * min(_TEXT_LIMIT, EVENT_BYTES_LIMIT // entries // _TEXTS)


def _message(type: Any, variant: int, entries: int | None) -> Mapping[str, Any]:  # noqa: ANN401 - a dataclass
    return {
        name: _value(present(hint), variant, entries) for name, hint in get_type_hints(type).items()
    }
