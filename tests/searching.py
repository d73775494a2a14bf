"""What the random examples of a property have in them: what never comes up, nobody has tried."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
Seen = TypeVar("Seen")

EXAMPLES_LIMIT = 5_000
_RULES = settings(max_examples=EXAMPLES_LIMIT, phases=[Phase.generate], database=None)


def never_seen(
    examples: SearchStrategy[T], seen_in: Callable[[T], Iterable[Seen]], wanted: Iterable[Seen]
) -> set[Seen]:
    """Of `wanted`, what is in none of the first EXAMPLES_LIMIT; ends when all was seen."""
    missing = set(wanted)

    def all_was_seen(example: T) -> bool:
        missing.difference_update(seen_in(example))
        return not missing

    try:
        find(examples, all_was_seen, settings=_RULES)
    except NoSuchExample:
        assert missing
    return missing
