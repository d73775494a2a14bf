"""What agreements may name: event types of one kind of subject, and the facts that they carry."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

from services.shared.events.common import Money
from services.shared.subjects import EVENT_TYPES, EventType, Kind
from services.tracker.core.facts import Fact

EVENT = "event"
"""What the fields of the event at hand are about."""
ENVELOPE: Mapping[str, Any] = {"party": str, "channel": str, "customer": str}
"""What `event` knows besides the body of the event."""

_FACT = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*){1,4}")
_MEASURES = (int, Money)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one agreement's facts may be about: its kind of subject, and the event `at_hand`.

    `at_hand` is an event type, or empty where it is a verdict. `kind` is None while no event type
    of the agreement is known. Types that the settings declare (`own_types`) may carry anything.
    """

    kind: Kind | None
    at_hand: str
    own_types: Mapping[str, Kind]

    def fact(self, text: str) -> Fact:
        """`order.ship_by`, `refund.amount` or `event.channel`; ValueError says what there is."""
        if not _FACT.fullmatch(text):
            raise ValueError(f"{text!r} is no fact; write for example 'order.ship_by'.")
        about, name, *parts = text.split(".")
        self._check_about(about, text)
        fact = Fact(about, name, ".".join(parts))
        self.type_of(fact)
        return fact

    def moment(self, text: str) -> Fact:
        """A fact that is a moment; raises ValueError with those there are."""
        try:
            fact = self.fact(text)
            if self.type_of(fact) in (None, datetime):
                return fact
        except _Absent:
            pass
        about, _, name = text.partition(".")
        moments = sorted(name for name, type in self._carried(about).items() if type is datetime)
        raise ValueError(
            f"no {_event_of(about)} carries a moment {name!r};"
            f" there are {', '.join(moments) or 'none'}."
        )

    def measure(self, text: str) -> Fact:
        """A fact that is a quantity or money, of each line or of the whole; else ValueError."""
        fact = self.fact(text)
        if self.type_of(fact) not in (None, *_MEASURES):
            raise ValueError(
                f"{text!r} is neither a quantity nor money; write for example"
                " 'order.lines.quantity' or 'refund.amount'."
            )
        return fact

    def type_of(self, fact: Fact) -> Any:  # noqa: ANN401 - a type, or a typing construct
        """The type of the fact, of each element where it is in a list; None: taken on trust.

        Raises ValueError where nothing carries it.
        """
        carried = self._carried(fact.about)
        if fact.name not in carried:
            if self._trusts(fact.about):
                return None
            raise _Absent(
                f"no {_event_of(fact.about)} carries {fact.name!r};"
                f" there are {', '.join(sorted(carried)) or 'none'}."
            )
        type = carried[fact.name]
        for part in filter(None, fact.part.split(".")):
            inside = _fields_of(element_of(type))
            if part not in inside:
                there = f"there are {', '.join(sorted(inside))}" if inside else "it has no parts"
                raise ValueError(f"{fact} is not carried: no {part!r} in {fact.name}; {there}.")
            type = inside[part]
        return element_of(type) if fact.part else type

    def _check_about(self, about: str, text: str) -> None:
        if about in Kind.__members__.values():
            if self.kind and about != self.kind:
                raise ValueError(f"{text!r} is of kind {about}, but the events are of {self.kind}.")
        elif about != EVENT and about not in nouns(self.kind):
            known = sorted({self.kind or Kind.ORDER, EVENT, *nouns(self.kind)})
            raise ValueError(f"{text!r} is no fact; it may be about {', '.join(known)}.")
        elif about != EVENT and self.at_hand and f"{about}_id" not in _key_of(self.at_hand):
            raise ValueError(f"{self.at_hand} is about no {about} of its own; {text!r} has no one.")

    def _carried(self, about: str) -> Mapping[str, Any]:
        """The fields of all events about something, with their types."""
        if about == EVENT:
            row = EVENT_TYPES.get(self.at_hand)
            return {**(_fields_of(row.event) if row else {}), **ENVELOPE}
        if about in Kind.__members__.values():
            return _carried_by(row for row in EVENT_TYPES.values() if row.kind == about)
        return _carried_by(nouns(self.kind).get(about, ()))

    def _trusts(self, about: str) -> bool:
        return about in self.own_types.values() or (
            about == EVENT and self.at_hand in self.own_types
        )


class _Absent(ValueError):
    """Nothing carries the fact."""


def nouns(kind: Kind | None) -> Mapping[str, tuple[EventType, ...]]:
    """What events of a kind are about besides it: `refund`, by the natural key `refund_id`."""
    return _nouns_of(kind) if kind else {}


@cache
def _nouns_of(kind: Kind) -> Mapping[str, tuple[EventType, ...]]:
    rows = [row for row in EVENT_TYPES.values() if row.kind == kind]
    names = {name.removesuffix("_id") for row in rows for name in row.key if name.endswith("_id")}
    return {name: tuple(row for row in rows if f"{name}_id" in row.key) for name in names}


def element_of(type: Any) -> Any:  # noqa: ANN401 - a type, or a typing construct
    """What a list holds; anything else itself."""
    return get_args(type)[0] if getattr(type, "__origin__", None) is tuple else type


def _carried_by(rows: Iterable[EventType]) -> Mapping[str, Any]:
    return {name: type for row in rows for name, type in _fields_of(row.event).items()}


@cache
def _fields_of(type: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a type, or a typing construct
    """The fields of a message with their types, whether they may be left out or not."""
    if not is_dataclass(type):
        return {}
    return {name: present(hint) for name, hint in get_type_hints(type).items()}


def present(hint: Any) -> Any:  # noqa: ANN401 - a type, or a typing construct
    arguments = get_args(hint)
    return (
        next(each for each in arguments if each is not NoneType) if NoneType in arguments else hint
    )


def _key_of(event_type: str) -> tuple[str, ...]:
    row = EVENT_TYPES.get(event_type)
    return row.key if row else ()


def _event_of(about: str) -> str:
    match about:
        case "event":
            return "event that opens it"
        case _ if about in Kind.__members__.values():
            return f"event of kind {about}"
        case _:
            return f"event with a {about}_id"
