"""What a demonstration came to: what became of the promises, and how early trouble was found. Pure.

Found early is what was announced before the earliest date that the customer of its subject was
still waiting for at that moment. What no customer waits for is left out of that count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from services.shared.clock import Instant

CUSTOMER = "customer"


class Fate(StrEnum):
    """What became of a promise so far, in the order in which it is told."""

    KEPT = "kept"
    ON_TRACK = "on track"
    AT_RISK = "at risk"
    BREACHED = "breached"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise as it stands; one that was kept too late is breached and settled."""

    subject: str
    owed_to: str
    fate: Fate
    opened_at: Instant
    due_by: Instant
    settled_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A promise that somebody was alerted for, and when first."""

    subject: str
    found_at: Instant
    breached: bool


@dataclass(frozen=True, slots=True)
class Early:
    """Of `all` troubles that a customer would notice, those `ahead` of the date, and how long."""

    all: int
    ahead: int
    median_lead: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    """`kept_late` are among the breached; leads are in microseconds."""

    fates: Mapping[Fate, int]
    kept_late: int
    troubles: Early
    breaches: Early

    @property
    def promises(self) -> int:
        return sum(self.fates.values())


def summarise(promises: Iterable[Promise], troubles: Iterable[Trouble]) -> Summary:
    promises, troubles = list(promises), list(troubles)
    late = [each for each in promises if each.fate is Fate.BREACHED and each.settled_at is not None]
    dates = _dates(promises)
    return Summary(
        Counter(each.fate for each in promises),
        len(late),
        _early(troubles, dates),
        _early([each for each in troubles if each.breached], dates),
    )


def _dates(promises: Iterable[Promise]) -> Mapping[str, Sequence[Promise]]:
    """What customers were promised, by subject."""
    dates = defaultdict(list)
    for promise in promises:
        if promise.owed_to == CUSTOMER:
            dates[promise.subject].append(promise)
    return dates


def _early(troubles: Iterable[Trouble], dates: Mapping[str, Sequence[Promise]]) -> Early:
    leads = [
        date - trouble.found_at
        for trouble in troubles
        if (date := _waited_for(dates.get(trouble.subject, ()), trouble.found_at)) is not None
    ]
    ahead = [lead for lead in leads if lead > 0]
    return Early(len(leads), len(ahead), round(median(ahead)) if ahead else None)


def _waited_for(dates: Iterable[Promise], at: Instant) -> Instant | None:
    """The earliest date that the customer had been given and was still waiting for."""
    waiting = (
        each.due_by
        for each in dates
        if each.opened_at <= at and (each.settled_at is None or each.settled_at > at)
    )
    return min(waiting, default=None)
