"""The fields of an example's event, from their texts to the plain values that the fold reads."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.shared.clock import Instant
from services.shared.events.common import Money
from services.shared.subjects import EVENT_TYPES
from services.tracker.core.language.amounts import parse_money
from services.tracker.core.language.references import element_of, fields_of

Moment = Callable[[str], Instant]
"""Reads a moment of the example; raises ValueError."""


def values_of(event_type: str, said: Mapping[str, Any], moment: Moment) -> dict[str, object]:
    """The fields as events have them; raises ValueError for what the type does not carry.

    Of a type that a party declares itself, numbers are numbers and all else is text.
    """
    row = EVENT_TYPES.get(event_type)
    if row is None:
        return {name: _guess(value) for name, value in said.items()}
    return _message(row.event, said, moment)


def _message(type: Any, said: Mapping[str, Any], moment: Moment) -> dict[str, object]:  # noqa: ANN401 - a dataclass
    known = fields_of(type)
    for name in said:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise ValueError(f"there is no field {name!r}; there are {there}.")
    return {name: _value(known[name], value, moment) for name, value in said.items()}


def _value(type: Any, said: Any, moment: Moment) -> object:  # noqa: ANN401 - a type, and what is written
    element = element_of(type)
    if element is not type:
        if not isinstance(said, list):
            raise ValueError(f"{said!r:.40} is no list; write it in brackets.")
        return [_value(element, each, moment) for each in said]
    if isinstance(said, dict) and fields_of(type):
        return _message(type, said, moment)
    if not isinstance(said, str):
        raise ValueError(f"{said!r:.40} is not what the field holds; write one value.")
    return _scalar(type, said, moment)


def _scalar(type: Any, said: str, moment: Moment) -> object:  # noqa: ANN401 - a type
    if type is datetime:
        return moment(said)
    if type is Money:
        money = parse_money(said)
        return {"minor": money.minor, "currency": money.currency}
    if type is int:
        return _number(said)
    if issubclass(type, StrEnum):
        if said not in set(type):
            raise ValueError(f"{said!r} is not one of {', '.join(type)}.")
        return said
    if type is not str:
        there = ", ".join(sorted(fields_of(type)))
        raise ValueError(f"{said!r:.40} is no message; write its fields: {there}.")
    return said


def _number(said: str) -> int:
    try:
        return int(said[:20])
    except ValueError:
        raise ValueError(f"{said!r:.40} is no whole number.") from None


def _guess(said: Any) -> object:  # noqa: ANN401 - whatever is written
    return int(said) if isinstance(said, str) and said.isdecimal() and len(said) < 19 else said  # noqa: PLR2004 - digits of 64 bits
