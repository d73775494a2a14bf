"""Which parts of a schedule's file are about the same time; each pair is (later, earlier)."""

from collections.abc import Sequence
from itertools import pairwise

from services.alerts.domain.schedules.schedule import WEEK, Override, Window

Placed = tuple[Window, int]
"""A window, and the place in the file of the text that it comes from."""


def overlapping_windows(in_order: Sequence[Placed]) -> list[tuple[int, int]]:
    """The places of windows that overlap; the last of a week may run into the next week's first."""
    following = [(Window(each.opens + WEEK, each.closes + WEEK), at) for each, at in in_order[:1]]
    return sorted(
        {
            (place, before)
            for (first, before), (second, place) in pairwise([*in_order, *following])
            if second.opens < first.closes
        }
    )


def overlapping_overrides(overrides: Sequence[Override | None]) -> list[tuple[int, int]]:
    """The places of overrides that overlap: sound is that only where each replaces another person.

    None keeps the place of one that could not be read. Each is named once, however many it meets.
    """
    placed = sorted(
        ((each, place) for place, each in enumerate(overrides) if each),
        key=lambda pair: pair[0].starts_at,
    )
    latest: dict[str, tuple[Override, int]] = {}
    found = []
    for each, place in placed:
        met = (
            at
            for replaces, (before, at) in latest.items()
            if before.ends_at > each.starts_at
            and (replaces == each.replaces or not (replaces and each.replaces))
        )
        found += [(place, before) for before in list(met)[:1]]
        known = latest.get(each.replaces)
        if known is None or known[0].ends_at < each.ends_at:
            latest[each.replaces] = each, place
    return sorted(found)
