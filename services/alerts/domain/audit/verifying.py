"""Whether a chain is as it was written: the first entry that is not, and what was done to it.

The entries alone show what was changed among them. That the last ones were cut off, or that all was
computed anew, only shows beside heads that were written down elsewhere: the anchors. What was done
after the last anchor could be undone without a trace.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.alerts.domain.audit.chain import START, Entry, Head, hash_of


class Tampering(StrEnum):
    """What was done to an entry."""

    EDITED = "edited"
    DELETED = "deleted"
    SWAPPED = "swapped"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    """Its hash was computed anew: what follows it, or an anchor, has the one that it had before."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first number that is not as it was written."""

    number: int
    how: Tampering


def verify(entries: Iterable[Entry], anchors: Sequence[Head] = ()) -> Wrong | None:
    """None where the entries, as they lie, are a whole chain that has every anchor in it."""
    known: dict[int, set[str]] = {}
    for anchor in anchors:
        known.setdefault(anchor.number, set()).add(anchor.hash)
    head, rest = START, iter(entries)
    for entry in rest:
        if wrong := _wrong(entry, head, rest):
            return wrong
        if known.get(entry.number, {entry.hash}) != {entry.hash}:
            return Wrong(entry.number, Tampering.REWRITTEN)
        head = entry.head
    if head.number < max(known, default=0):
        return Wrong(head.number + 1, Tampering.TRUNCATED)
    return None


def _wrong(entry: Entry, head: Head, rest: Iterator[Entry]) -> Wrong | None:
    expected = head.number + 1
    if entry.number != expected:
        elsewhere = entry.number <= head.number or any(each.number == expected for each in rest)
        return Wrong(expected, Tampering.SWAPPED if elsewhere else Tampering.DELETED)
    if entry.hash != hash_of(entry.number, entry.act, entry.previous):
        return Wrong(expected, Tampering.EDITED)
    if entry.previous != head.hash:
        return Wrong(max(head.number, 1), Tampering.REWRITTEN)
    return None
