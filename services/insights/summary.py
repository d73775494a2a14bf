"""What a replay comes to: how many promises went which way, and how early the inner ones told.

A promise to the customer is outer, one between departments is inner; they are compared within a
subject, and a subject without inner promises is left out. An inner breach is known once its
deadline has passed, which is what a lead is counted from.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from services.insights.replay import Outcome, PromiseRow
from services.shared.clock import SECOND, Instant

CUSTOMER = "customer"
_DAYS = 86_400 * SECOND
_BROKEN = frozenset({Outcome.BREACHED, Outcome.KEPT_LATE})


@dataclass(frozen=True, slots=True)
class Lead:
    """Of `broken` promises, those `ahead` of the customer's date, and by how many days (median)."""

    broken: int
    ahead: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """`inner` counts inner breaches; `outer` broken customers' dates and the first that told."""

    promises: int
    outcomes: Mapping[Outcome, int]
    inner: Lead
    outer: Lead


def summarise(rows: Iterable[PromiseRow]) -> Summary:
    rows = list(rows)
    outcomes = Counter(row.outcome for row in rows)
    inner_known: dict[str, list[Instant]] = defaultdict(list)
    for row in rows:
        if row.creditor != CUSTOMER:
            broken = [max(row.due_by, row.opened_at)] if row.outcome in _BROKEN else []
            inner_known[row.subject].extend(broken)
    outer = [row for row in rows if row.creditor == CUSTOMER and row.subject in inner_known]
    return Summary(
        outcomes.total(),
        {outcome: outcomes[outcome] for outcome in Outcome},
        _lead_of_inner(inner_known, outer),
        _lead_of_outer(inner_known, outer),
    )


def _lead_of_inner(inner_known: Mapping[str, list[Instant]], outer: Iterable[PromiseRow]) -> Lead:
    """Every inner breach against the first date that the customer of its subject was given."""
    dates: dict[str, Instant] = {}
    for row in outer:
        dates[row.subject] = min(row.due_by, dates.get(row.subject, row.due_by))
    leads = [
        dates[subject] - known_at
        for subject, moments in inner_known.items()
        for known_at in moments
        if known_at < dates.get(subject, known_at)
    ]
    return _lead(sum(map(len, inner_known.values())), leads)


def _lead_of_outer(inner_known: Mapping[str, list[Instant]], outer: Iterable[PromiseRow]) -> Lead:
    """Every broken date of a customer against the first inner breach of its subject."""
    broken = [row for row in outer if row.outcome in _BROKEN]
    leads = [
        row.due_by - first_known_at
        for row in broken
        if (first_known_at := min(inner_known[row.subject], default=row.due_by)) < row.due_by
    ]
    return _lead(len(broken), leads)


def _lead(broken: int, leads: list[int]) -> Lead:
    return Lead(broken, len(leads), round(median(leads) / _DAYS, 1) if leads else None)
