"""Which objectives are being missed: so many promises of an agreement broken lately that at this
rate what may be broken in its whole span is used up early.

The rates are those of burn-rate alerts. Where promises are few, one broken of three is no rate: the
share is taken as Beta distributed, with a prior of ten promises that meet the objective exactly. It
is a finding of the debtor, beside the alerts of the single promises.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.alerts.domain.beta import beta_above
from services.alerts.domain.promise import Promise
from services.alerts.domain.sight import AttainmentSeen, Turned
from services.alerts.domain.troubles import OWN
from services.alerts.domain.words import duration, spaced
from services.shared.clock import SECOND, Instant

SLUG = "objective_burning"
BURNS = f"{OWN}{SLUG}/"
"""How the ids of these findings begin; the agreement and the alarm follow."""

PRIOR_WEIGHT = 10.0
SURE = 0.5
PLAIN_FROM = 3
"""From so many broken promises on their plain share counts as well."""
ALONE = 1
"""A single broken promise has an alert of its own, and is no rate."""


class Alarm(StrEnum):
    """Somebody acts now, or in working hours."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Rate:
    """Broken `times` as fast as the objective allows, for a window, and within the last one still.

    Windows are in seconds.
    """

    alarm: Alarm
    window_s: int
    last_s: int
    times: float


RATES = (
    Rate(Alarm.PAGE, 3_600, 300, 14.4),
    Rate(Alarm.PAGE, 6 * 3_600, 1_800, 6.0),
    Rate(Alarm.TICKET, 3 * 86_400, 6 * 3_600, 1.0),
)
"""2 % of what may be broken in 30 days within an hour, 5 % within six, 10 % within three days."""
WINDOWS_S = tuple(sorted({each for rate in RATES for each in (rate.window_s, rate.last_s)}))


def alarm_of(promise_id: str) -> Alarm | None:
    """None where it is no finding of an objective."""
    if not promise_id.startswith(BURNS):
        return None
    return Alarm(promise_id.rpartition("/")[2])


def burning(
    seen: Iterable[AttainmentSeen], standing: Collection[str], now: Instant
) -> Iterator[Promise]:
    """All objectives that are being missed; `standing` are the ids of what was said before.

    What is paged needs no ticket beside it, unless there is one.
    """
    for each in seen:
        paged = False
        for alarm in Alarm:
            id = f"{BURNS}{each.agreement}/{alarm}"
            stands = id in standing
            rate = next((rate for rate in RATES if _burns(each, rate, alarm, stands)), None)
            if rate and (stands or not paged):
                paged = True
                yield _finding(id, each, rate, now)


def _burns(seen: AttainmentSeen, rate: Rate, alarm: Alarm, stands: bool) -> bool:
    """What stands is over when it is at less than half of the rate that it began at."""
    if rate.alarm is not alarm or seen.budget <= 0:
        return False
    window, last = seen.windows[rate.window_s], seen.windows[rate.last_s]
    if stands:
        return window.broken > 0 and _exceeds(window, seen.budget, rate.times / 2)
    goes_on = last.broken > 0 and last.share > rate.times * seen.budget
    return goes_on and window.broken > ALONE and _exceeds(window, seen.budget, rate.times)


def _exceeds(turned: Turned, budget: float, times: float) -> bool:
    """Surely so, or plainly so by enough of them."""
    if turned.broken >= PLAIN_FROM and turned.share > times * budget:
        return True
    return surely_above(turned, budget, times) >= SURE


def surely_above(turned: Turned, budget: float, times: float) -> float:
    """The probability that promises are broken more than `times` as fast as `budget` allows."""
    broken = PRIOR_WEIGHT * budget + turned.broken
    kept = PRIOR_WEIGHT * (1.0 - budget) + turned.kept
    return beta_above(times * budget, broken, kept)


def _finding(id: str, seen: AttainmentSeen, rate: Rate, now: Instant) -> Promise:
    turned, span = seen.windows[rate.window_s], duration(seen.over_days * _DAY)
    left = duration(round(seen.over_days * _DAY * seen.budget / turned.share))
    return Promise(
        promise_id=id,
        agreement=seen.agreement,
        owed_by=seen.owed_by,
        owed_to=seen.owed_to,
        subject=f"agreement/{seen.agreement}",
        due_by=now,
        finding=SLUG,
        detail=(
            f"{turned.broken} of {turned.broken + turned.kept} promises to"
            f" “{spaced(seen.agreement)}” were broken in the last"
            f" {duration(rate.window_s * SECOND)}. The objective is to keep"
            f" {seen.objective * 100:.4g}% in {span}; at this rate all that may be broken in"
            f" {span} is used up in {left}."
        ),
        next_step=(
            f"Find what they have in common, and tell {seen.owed_to} which dates will not hold."
        ),
    )


_DAY = 86_400 * SECOND
