"""What a promise's card tells beside its bar: its dates, its parts, and when its clock stood."""

from dataclasses import dataclass
from datetime import datetime

from services.console.desk import Promise
from services.console.facts import Part, Pause
from services.console.times import Moment, distance, moment
from services.console.words import plain
from services.shared.events.common import Money
from services.shared.money import amount_in_words

_CURRENCIES = frozenset({"AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HUF"}) | {
    *("INR", "JPY", "MXN", "NOK", "NZD", "PLN", "SEK", "USD", "ZAR")
}
"""A part named so is money; every other name is an article."""


@dataclass(frozen=True, slots=True)
class PartLine:
    """`12 of 20 lamp`, with the numbers for a meter."""

    words: str
    promised: int
    delivered: int
    whole: bool


@dataclass(frozen=True, slots=True)
class PauseLine:
    """A while in which the clock stood, in words."""

    start: Moment
    end: Moment | None
    lasted: str
    why: str


def dates(promise: Promise, now: datetime) -> tuple[tuple[str, Moment], ...]:
    """Requested, first confirmed and current, where the three are not one."""
    named = (
        ("requested", promise.requested_by),
        ("first confirmed", promise.first_confirmed_by),
        ("now due", promise.due_by),
    )
    told = tuple((word, moment(at, now)) for word, at in named if at is not None)
    return told if len({each.iso for _, each in told}) > 1 else ()


def parts(promise: Promise) -> tuple[PartLine, ...]:
    return tuple(
        PartLine(_part_words(each), each.promised, each.delivered, each.delivered >= each.promised)
        for each in promise.parts
    )


def pauses(promise: Promise, now: datetime) -> tuple[PauseLine, ...]:
    return tuple(
        PauseLine(
            start=moment(each.started_at, now),
            end=None if each.ended_at is None else moment(each.ended_at, now),
            lasted=distance((each.ended_at or now) - each.started_at),
            why=_why(each),
        )
        for each in promise.pauses
    )


def _part_words(part: Part) -> str:
    if part.name in _CURRENCIES:
        delivered, promised = (
            amount_in_words(Money(minor, part.name)) for minor in (part.delivered, part.promised)
        )
        return f"{delivered} of {promised}"
    return f"{part.delivered:,} of {part.promised:,} {part.name}"


def _why(pause: Pause) -> str:
    """Whom the debtor waited on, the event that began it, and who said so."""
    told = (
        f"waiting on {pause.waiting_on}" if pause.waiting_on else "",
        plain(pause.because_of).lower(),
        f"by {pause.actor}" if pause.actor else "",
    )
    return ", ".join(each for each in told if each)
