"""What of the list a reader asked for, as it stands in the query string and in every link."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
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
VALUES_LIMIT = 20
VALUE_LENGTH_LIMIT = 100


class BadFilter(HandoffError):
    """The query string asks for something that cannot be."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Each empty tuple means any; several values of one name mean either."""

    owed_by: tuple[str, ...] = ()
    owed_to: tuple[str, ...] = ()
    state: tuple[str, ...] = ()

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """From the pairs of a query string; names that are not filters are not ours to judge."""
        found: dict[str, dict[str, None]] = {"owed_by": {}, "owed_to": {}, "state": {}}
        for name, value in pairs:
            if name in found and value:
                found[name][_checked(name, value)] = None
        if too_many := next((n for n, each in found.items() if len(each) > VALUES_LIMIT), None):
            raise BadFilter(f"{too_many} is given over {VALUES_LIMIT} times; give fewer.")
        return cls(**{name: tuple(sorted(values)) for name, values in found.items()})

    def query(self) -> str:
        """`?owed_by=finance&state=at_risk`, or nothing; always in the same order."""
        pairs = [
            *(("owed_by", value) for value in self.owed_by),
            *(("owed_to", value) for value in self.owed_to),
            *(("state", value) for value in self.state),
        ]
        return f"?{urlencode(pairs)}" if pairs else ""

    def only(self, name: str, value: str) -> Self:
        """The same, with just this value of this name."""
        return replace(self, **{name: (value,)})

    def without(self, name: str) -> Self:
        return replace(self, **{name: ()})

    def __bool__(self) -> bool:
        return bool(self.owed_by or self.owed_to or self.state)


def _checked(name: str, value: str) -> str:
    if name == "state" and value not in ATTENTION:
        raise BadFilter(f"{value!r} is no state of this list; use {', '.join(ATTENTION)}.")
    if len(value) > VALUE_LENGTH_LIMIT:
        raise BadFilter(
            f"A value of {name} is {len(value)} characters long; use {VALUE_LENGTH_LIMIT} or fewer."
        )
    return value
