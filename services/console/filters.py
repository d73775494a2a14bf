"""What of the list a reader asked for, as it stands in the query string and in every link."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Self
from urllib.parse import urlencode

from services.shared.errors import HandoffError

ATTENTION = (
    "breached",
    "overdue_unconfirmed",
    "at_risk",
    "unknown",
    "disputed",
    "returned",
    "bounced",
    "found",
)
"""What needs somebody: promises that are or may be late first, then what else stands in the way."""
SPANS = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
}
"""How soon a customer notices or a promise is due; what is past is within each."""
YES = "yes"
VALUES_LIMIT = 20
VALUE_LENGTH_LIMIT = 100

_ALLOWED = {
    "state": ("no state of this list", ATTENTION),
    "within": ("no span of this list", tuple(SPANS)),
    "unacknowledged": ("no answer to that", (YES,)),
    "closed": ("no answer to that", (YES,)),
}


class BadFilter(HandoffError):
    """The query string asks for something that cannot be."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Each empty tuple means any; several values of one name mean either.

    A `department` is concerned where it owes the promise or has the next step. What somebody is
    through with is `closed`, and is listed only where it is asked for.
    """

    department: tuple[str, ...] = ()
    owed_by: tuple[str, ...] = ()
    owed_to: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    unacknowledged: tuple[str, ...] = ()
    assignee: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """From the pairs of a query string; names that are not filters are not ours to judge."""
        found: dict[str, dict[str, None]] = {name: {} for name in NAMES}
        for name, value in pairs:
            if name in found and value:
                found[name][_checked(name, value)] = None
        if too_many := next((n for n, each in found.items() if len(each) > VALUES_LIMIT), None):
            raise BadFilter(f"{too_many} is given over {VALUES_LIMIT} times; give fewer.")
        return cls(**{name: tuple(sorted(values)) for name, values in found.items()})

    def query(self) -> str:
        """`?owed_by=finance&state=at_risk`, or nothing; always in the same order."""
        pairs = [(name, value) for name in NAMES for value in self.wanted(name)]
        return f"?{urlencode(pairs)}" if pairs else ""

    def wanted(self, name: str) -> tuple[str, ...]:
        values: tuple[str, ...] = getattr(self, name)
        return values

    def only(self, name: str, value: str) -> Self:
        """The same, with just this value of this name."""
        return replace(self, **{name: (value,)})

    def without(self, name: str) -> Self:
        return replace(self, **{name: ()})

    def __bool__(self) -> bool:
        return any(self.wanted(name) for name in NAMES)


NAMES = tuple(each.name for each in fields(Filters))


def _checked(name: str, value: str) -> str:
    if name in _ALLOWED and value not in _ALLOWED[name][1]:
        complaint, allowed = _ALLOWED[name]
        raise BadFilter(f"{value!r} is {complaint}; use {', '.join(allowed)}.")
    if len(value) > VALUE_LENGTH_LIMIT:
        raise BadFilter(
            f"A value of {name} is {len(value)} characters long; use {VALUE_LENGTH_LIMIT} or fewer."
        )
    return value
