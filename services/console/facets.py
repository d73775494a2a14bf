"""The counts around the list, each a link to what it counts. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain

from services.console.filters import ATTENTION, YES, Filters
from services.console.matching import VALUES, Entry, matching
from services.console.words import state_word

Taken = Callable[[Filters], Sequence[Entry]]
"""What some filters take of the list."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number that links to what it counts; the chosen one links back to all."""

    value: str
    word: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to divide the list, with a count for each part."""

    name: str
    word: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose list it is: the person who acts, and their department; empty where nobody said."""

    actor: str = ""
    department: str = ""


def facets(entries: Sequence[Entry], filters: Filters, viewer: Viewer) -> tuple[Facet, ...]:
    """Each facet counts under the other filters, so that a number is what its link will show."""
    divisions: tuple[tuple[str, str], ...] = (("owed_by", "Owed by"), ("owed_to", "Owed to"))
    if not viewer.department:
        divisions = (("department", "Concerns"), *divisions)
    divisions = (*divisions, ("assignee", "Assigned to"))
    taken = cache(partial(matching, entries))
    return (
        _facet("state", "State", taken, filters),
        Facet("show", "Only", tuple(_presets(taken, filters, viewer))),
        *(_facet(name, word, taken, filters) for name, word in divisions),
    )


def _presets(taken: Taken, filters: Filters, viewer: Viewer) -> Iterable[Count]:
    """What is asked for most: what is mine, what is soon, what nobody has."""
    if viewer.actor:
        yield _count(taken, filters, ("assignee", viewer.actor, "Mine"))
    if viewer.department:
        yield _count(taken, filters, ("department", viewer.department, "My department"))
    yield _count(taken, filters, ("within", "15m", "Next 15 minutes"))
    yield _count(taken, filters, ("unacknowledged", YES, "Unacknowledged"))
    yield _count(taken, filters, ("closed", YES, "Closed"))
    for agreement in filters.agreement:
        yield _count(taken, filters, ("agreement", agreement, agreement))


def _count(taken: Taken, filters: Filters, preset: tuple[str, str, str]) -> Count:
    name, value, word = preset
    alone = filters.only(name, value)
    chosen = value in filters.wanted(name)
    return Count(
        value=value,
        word=word,
        count=len(taken(alone)),
        url="/" + (filters.without(name) if chosen else alone).query(),
        chosen=chosen,
    )


def _facet(name: str, word: str, taken: Taken, filters: Filters) -> Facet:
    others, chosen = filters.without(name), filters.wanted(name)
    values_of = VALUES[name]
    counts = Counter(chain.from_iterable(map(values_of, taken(others))))
    values = ATTENTION if name == "state" else sorted({*counts, *chosen})
    return Facet(
        name,
        word,
        tuple(
            Count(
                value=value,
                word=state_word(value) if name == "state" else value,
                count=counts[value],
                url="/" + (others if value in chosen else filters.only(name, value)).query(),
                chosen=value in chosen,
            )
            for value in values
        ),
    )
