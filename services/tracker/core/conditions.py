"""The condition of an agreement's `where`: an expression of CEL over the event and its subject.

What an expression may hold is the affair of `language/expressions`; this evaluates one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.shared.clock import to_datetime
from services.tracker.core.facts import Fact

if TYPE_CHECKING:
    from cel import Program

LIST_LIMIT = 1_000
"""Entries of a list that a condition sees; a message has no longer ones."""

RAISED = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""What CEL raises when values do not fit the expression."""

Values = Mapping[str, Mapping[str, Any]]
Given = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled expression; `facts` is all that it sees, and two of the same text are equal.

    Of those in `optional` the expression itself asks whether they are there; of the lists in
    `counted` it sees how long they are. `moments` are told to it as timestamps.
    """

    text: str
    facts: tuple[Fact, ...] = field(compare=False)
    optional: frozenset[tuple[str, ...]] = field(compare=False, repr=False)
    counted: frozenset[Fact] = field(compare=False, repr=False)
    moments: frozenset[Fact] = field(compare=False, repr=False)
    program: "Program" = field(compare=False, repr=False)

    def holds(self, values: Values) -> bool | None:
        """Whether it is true of `values`, by name of `about`; None where a field is absent.

        None as well where the values do not fit, as in a division by zero.
        """
        try:
            given = self.given(values)
            outcome = None if given is None else self.program.execute(given)
        except RAISED:
            return None
        return outcome if isinstance(outcome, bool) else None

    def given(self, values: Values) -> Given | None:
        """Just what the expression reads of `values`; None where a fact of it is absent."""
        given: Given = {}
        for fact in self.facts:
            known = given.setdefault(fact.about, {})
            value = values.get(fact.about, {}).get(fact.name)
            if value is None and (fact.about, fact.name) not in self.optional:
                return None
            if value is None:
                continue
            if fact in self.moments and isinstance(value, int):
                value = to_datetime(value)
            if fact in self.counted and isinstance(value, list | tuple):
                value = [None] * len(value)
            known[fact.name] = _joined(known.get(fact.name), _pruned(value, fact.part))
        return given


def compiled(text: str) -> "Program":
    """The program of an expression; raises ValueError where it cannot be parsed."""
    # The library brings a terminal's worth of imports; most processes read no condition.
    import cel  # noqa: PLC0415

    return cel.compile(text)


def evaluation_of(program: "Program", given: Given) -> Callable[[], object]:
    """Evaluates it on values that are handed over before; may raise what is in RAISED."""
    import cel  # noqa: PLC0415 - as above

    context = cel.Context(given)
    return lambda: program.execute(context)


def _pruned(value: Any, part: str) -> Any:  # noqa: ANN401 - a plain value of an event
    """Only the part of it that is read; all of it where no part is named."""
    if isinstance(value, list | tuple):
        return [_pruned(each, part) for each in value[:LIST_LIMIT]]
    if not part or not isinstance(value, Mapping):
        return value
    name, _, rest = part.partition(".")
    return {name: _pruned(value[name], rest)} if value.get(name) is not None else {}


def _joined(one: Any, other: Any) -> Any:  # noqa: ANN401 - plain values of events
    """Two parts of the same value."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _joined(one.get(name), other.get(name)) for name in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        return [_joined(*each) for each in zip(one, other, strict=True)]
    return other if one is None else one
