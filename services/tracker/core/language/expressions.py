"""The text of a `where` to a `Condition`, or why it is none that may run on every event.

It is read by our own rules, parsed by CEL, tried on values of the right types, and timed on the
longest lists that an event may carry.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING

from services.tracker.core.conditions import (
    LIST_LIMIT,
    RAISED,
    Condition,
    Given,
    compiled,
    evaluation_of,
)
from services.tracker.core.facts import Fact
from services.tracker.core.language.model import EXPRESSION_LIMIT
from services.tracker.core.language.references import EVENT, Scope, element_of, nouns
from services.tracker.core.language.samples import VARIANTS, values_of
from services.tracker.core.language.scanning import Named, Path, scan

if TYPE_CHECKING:
    from cel import Program

TIME_LIMIT_NS = 1_000_000
"""Nanoseconds that one evaluation may take on the longest lists."""
PASSES_LIMIT = 4
"""On a machine that is too slow for that, it may take as long as so many plain looks at each entry:
the library copies what it reads, so one look at 1,000 entries takes 0.3 to 1 ms by itself.
"""

Timer = Callable[[], int]
"""Nanoseconds of our own work since any moment."""

_STEPS = (10, 100, LIST_LIMIT)
"""Entries of lists on which it is timed: what grows without end is found on the short ones."""
_TRIALS = 7
_HOPELESS = 10
_DATA_DEPENDENT = (ArithmeticError, LookupError)
"""What a right expression may raise for some values: a division by zero, a list too short."""


def read_condition(text: str, scope: Scope, timer: Timer | None) -> Condition:
    """The condition that `text` says; raises ValueError with what would be right.

    Without a `timer` it is not timed: a set that was accepted once is never refused for its time.
    """
    if len(text) > EXPRESSION_LIMIT:
        raise ValueError(
            f"it has {len(text)} characters; the limit is {EXPRESSION_LIMIT}, so say less."
        )
    named = scan(text)
    condition = _condition(text, named, scope)
    _try(condition, scope)
    if timer is not None:
        _time(condition, scope, timer)
    return condition


def _condition(text: str, named: Named, scope: Scope) -> Condition:
    facts = _facts(named, scope)
    try:
        program = compiled(text)
    except ValueError as error:
        raise ValueError(f"CEL cannot read it: {_reason(error)}.") from error
    return Condition(
        text,
        facts,
        optional=frozenset(path[:2] for path in named.optional if path[2:] == ()),
        counted=frozenset(scope.fact(".".join(path)) for path in named.counted),
        moments=frozenset(fact for fact in facts if scope.type_of(fact) is datetime),
        program=program,
    )


def _facts(named: Named, scope: Scope) -> tuple[Fact, ...]:
    for variable in named.variables:
        if variable in (EVENT, scope.kind, *nouns(scope.kind)):
            raise ValueError(f"{variable!r} has a meaning here; give the entry another name.")
    for path in named.paths:
        if not path[1:]:
            raise ValueError(f"{path[0]!r} is no fact; name a field, for example order.ship_by.")
    facts = tuple(scope.fact(".".join(path)) for path in named.paths)
    for path in named.repeated:
        if not _is_single(scope, path):
            raise ValueError(
                f"{'.'.join(path)} may be a list, and is read for each entry of another;"
                " name it outside of the comprehension."
            )
    return facts


def _is_single(scope: Scope, path: Path) -> bool:
    type = scope.type_of(Fact(path[0], path[1]))
    return type is not None and element_of(type) is type


def _reason(error: ValueError) -> str:
    """What the parser says without the text that it repeats."""
    said = str(error).partition("ERROR: ")[2].splitlines()
    return said[0].removeprefix("<input>:")[:160] if said else "its syntax is wrong"


def _try(condition: Condition, scope: Scope) -> None:
    """Evaluates it on made-up values; raises ValueError where it can never be a condition.

    What is taken on trust may be of another type than the values made up for it, so there it is
    enough that it may be true or false.
    """
    trusting = any(scope.type_of(fact) is None for fact in condition.facts)
    outcomes = [
        outcome
        for variant in range(VARIANTS)
        if (outcome := _outcome(condition, scope, variant, trusting=trusting)) is not None
    ]
    wrong = [outcome for outcome in outcomes if not isinstance(outcome, bool)]
    if wrong and not (trusting and len(wrong) < len(outcomes)):
        raise ValueError(f"it comes to {wrong[0]!r:.40}; say something that is true or false.")


def _outcome(condition: Condition, scope: Scope, variant: int, *, trusting: bool) -> object:
    """What it comes to; None where that hangs on the values."""
    given = condition.given(values_of(condition.facts, scope, variant))
    assert given is not None, "there is a value for every fact"
    try:
        return condition.program.execute(given)
    except RAISED as error:
        if trusting or isinstance(error, _DATA_DEPENDENT):
            return None
        raise ValueError(f"it cannot be computed: {str(error)[:160]}") from error


def _time(condition: Condition, scope: Scope, timer: Timer) -> None:
    for entries, variant in product(_STEPS, range(VARIANTS)):
        given = condition.given(values_of(condition.facts, scope, variant, entries=entries))
        assert given is not None, "there is a value for every fact"
        limit = max(TIME_LIMIT_NS, PASSES_LIMIT * _plain_pass(given, timer))
        taken = _quickest(condition.program, given, limit, timer)
        if taken > limit:
            raise ValueError(
                f"it takes {taken / 1e6:.1f} ms on lists of {entries} entries; the limit here is"
                f" {limit / 1e6:.1f} ms, so read fewer lists, or each just once."
            )


def _plain_pass(given: Given, timer: Timer) -> int:
    """How long one look at each entry of the lists takes on this machine."""
    lists = [value for about in given.values() for value in about.values() if _is_list(value)]
    program = compiled("each.list.exists(entry, entry == 0)") if lists else None
    return sum(_quickest(program, {"each": {"list": each}}, 0, timer) for each in lists if program)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _quickest(program: "Program", given: Given, enough: int, timer: Timer) -> int:
    """The shortest of a few evaluations, or the first that is quick enough; without handing over.

    A busy machine makes a quick expression slow, but no slow one quick.
    """
    evaluation, quickest = evaluation_of(program, given), math.inf
    for _ in range(_TRIALS):
        began = timer()
        with suppress(*RAISED):
            evaluation()
        quickest = min(quickest, timer() - began)
        if quickest <= enough or quickest > enough * _HOPELESS > 0:
            break
    return int(quickest)
