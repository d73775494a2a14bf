"""What becomes of the same past under two sets of agreements: the promises that differ.

A promise is the same in both when subject, agreement and moment of opening are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import zip_longest
from typing import NamedTuple

from services.insights.replay import PromiseRow
from services.shared.clock import Instant

_Key = tuple[Instant, str, str]


class Change(StrEnum):
    """How a promise differs."""

    APPEARS = "appears"
    DISAPPEARS = "disappears"
    OUTCOME = "outcome"
    DUE = "due"


class Difference(NamedTuple):
    """A promise before and after; None where there is none."""

    change: Change
    before: PromiseRow | None
    after: PromiseRow | None

    @property
    def row(self) -> PromiseRow:
        row = self.after or self.before
        assert row, "a difference has one side at least"
        return row


def differences(
    before: Iterable[PromiseRow], after: Iterable[PromiseRow]
) -> tuple[Difference, ...]:
    """Every promise that is not the same in both, in order of its opening."""
    old, new = _by_key(before), _by_key(after)
    return tuple(
        difference
        for key in sorted(old.keys() | new.keys())
        for pair in zip_longest(old.get(key, ()), new.get(key, ()))
        for difference in _of(*pair)
    )


def _by_key(rows: Iterable[PromiseRow]) -> dict[_Key, list[PromiseRow]]:
    by_key = defaultdict[_Key, list[PromiseRow]](list)
    for row in rows:
        by_key[row.opened_at, row.subject, row.agreement].append(row)
    return by_key


def _of(before: PromiseRow | None, after: PromiseRow | None) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference(Change.APPEARS if after else Change.DISAPPEARS, before, after)
    elif before.outcome is not after.outcome:
        yield Difference(Change.OUTCOME, before, after)
    elif before.due_by != after.due_by:
        yield Difference(Change.DUE, before, after)
