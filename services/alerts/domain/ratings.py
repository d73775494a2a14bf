"""To how many people alerts were of use, by agreement and week. Weeks begin on Monday, in UTC."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.shared.clock import SECOND, Instant

DAY = 86_400 * SECOND
WEEK = 7 * DAY
FIRST_MONDAY: Instant = 4 * DAY
"""1970-01-05: all other Mondays are whole weeks away from it."""
WEEKS = 8


@dataclass(frozen=True, slots=True)
class WeekCount:
    """One week by its Monday."""

    monday: Instant
    useful: int
    not_useful: int


@dataclass(frozen=True, slots=True)
class RatingCount:
    """How many people an agreement's alerts were of use to, and how many not; in all, and in each
    of the last weeks, the oldest first."""

    agreement: str
    useful: int
    not_useful: int
    weeks: tuple[WeekCount, ...]


def counted(rows: Iterable[tuple[str, WeekCount]], now: Instant) -> Sequence[RatingCount]:
    """Of what was counted for each agreement and week, at most one row for both."""
    by_agreement: defaultdict[str, dict[Instant, WeekCount]] = defaultdict(dict)
    for agreement, week in rows:
        by_agreement[agreement][week.monday] = week
    shown = last_mondays(now)
    return [
        RatingCount(
            agreement,
            sum(each.useful for each in weeks.values()),
            sum(each.not_useful for each in weeks.values()),
            tuple(weeks.get(monday, WeekCount(monday, 0, 0)) for monday in shown),
        )
        for agreement, weeks in sorted(by_agreement.items())
    ]


def last_mondays(now: Instant) -> Sequence[Instant]:
    """Of the week that holds `now` and those before it, the oldest first."""
    this = monday_of(now)
    return range(this - (WEEKS - 1) * WEEK, this + WEEK, WEEK)


def monday_of(at: Instant) -> Instant:
    """Midnight at the beginning of its week."""
    return at - (at - FIRST_MONDAY) % WEEK
