"""How tellings of a fact are held against each other, and how their difference is said.

Every telling is a mapping of parts: an address has four, lines one a sku, all others a single one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.shared.clock import SECOND, Instant, to_datetime
from services.shared.events.common import Money
from services.shared.money import amount_in_words
from services.tracker.core.calendars.calendar import Calendar
from services.tracker.core.facts import Comparison


@dataclass(frozen=True, slots=True)
class Part:
    """Compared by what it means, shown in the words in which it was told."""

    meaning: Money | date | str | int
    words: str = field(compare=False)


Telling = Mapping[str, Part]

PARTS_SHOWN = 5
TEXT_SHOWN = 80
"""Parts that a difference names, and characters of each."""

_DAY = 86_400 * SECOND
_NONE = Part(0, "0")
_ADDRESS = ("street", "postcode", "city", "country")


def telling(compare: Comparison, value: object, calendar: Calendar) -> Telling:
    """The parts that a field's plain value tells; none where it is absent or of another type.

    A moment of 0 is absent: that is how protobuf reads a timestamp that was not set.
    """
    match compare, value:
        case Comparison.MONEY, {"minor": minor, "currency": str(currency)} if currency:
            return _amount(_whole(minor), currency)
        case Comparison.DATE, int(moment) if moment and not isinstance(moment, bool):
            said = to_datetime(moment).date().isoformat()
            return {"": Part(_working_day(moment, calendar), said)}
        case Comparison.TEXT, str(text) if meaning := text.strip().casefold():
            return {"": Part(meaning, repr(text.strip()[:TEXT_SHOWN]))}
        case Comparison.ADDRESS, Mapping():
            return _address(value)
        case Comparison.LINES, list() | tuple():
            return _quantities(value)
        case _:
            return {}


def parts_that_differ(compare: Comparison, told: Iterable[Telling]) -> tuple[str, ...]:
    """The parts that are not told alike, sorted; a part that is absent is not told.

    Lines are the exception: who tells of other lines says that there is none of a sku.
    """
    seen: dict[str, set[Part]] = {}
    tellings = tuple(told)
    for each in tellings:
        for part, value in each.items():
            seen.setdefault(part, set()).add(value)
    if compare is Comparison.LINES:
        for part, values in seen.items():
            values.update(each.get(part, _NONE) for each in tellings)
    return tuple(sorted(part for part, values in seen.items() if len(values) > 1))


def difference(compare: Comparison, told: Mapping[str, Telling]) -> str:
    """What each party says where they differ; of an address only the parts, not what they say."""
    parts = parts_that_differ(compare, told.values())
    more = len(parts) - PARTS_SHOWN
    rest = f"; and {more} more" if more > 0 else ""
    if compare is Comparison.ADDRESS:
        return f"{_listed(told)} tell different {_listed(parts)}"
    return "; ".join(_said(compare, part, told) for part in parts[:PARTS_SHOWN]) + rest


def money_between(told: Iterable[Telling]) -> Money | None:
    """From the least amount that is told to the most; None over several currencies, or of none."""
    amounts = [
        part.meaning for each in told for part in each.values() if isinstance(part.meaning, Money)
    ]
    if len({each.currency for each in amounts}) != 1:
        return None
    minors = [each.minor for each in amounts]
    return Money(max(minors) - min(minors), amounts[0].currency)


def _amount(minor: int | None, currency: str) -> Telling:
    if minor is None:
        return {}
    money = Money(minor, currency)
    return {"": Part(money, amount_in_words(money))}


def _working_day(moment: Instant, calendar: Calendar) -> date:
    """The day in UTC; a day on which the calendar stays closed is the next one that is open."""
    return to_datetime(calendar.next_open(moment - moment % _DAY)).date()


def _whole(value: object) -> int | None:
    """A whole number; those of types that only the settings know travel as floating point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _address(value: Mapping[str, object]) -> Telling:
    """Without words: where somebody lives is not shown."""
    normal = {part: _normal(part, value.get(part)) for part in _ADDRESS}
    return {part: Part(text, "") for part, text in normal.items() if text}


def _normal(part: str, text: object) -> str:
    """Without case, spaces and punctuation, but `1/23` and `12/3` stay two house numbers."""
    if not isinstance(text, str):
        return ""
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = "".join(" " if unicodedata.category(each)[0] in "ZPC" else each for each in folded)
    spaced = " ".join(spaced.split())
    return re.sub(r" " if part == "postcode" else r"(?<!\d) | (?!\d)", "", spaced)


def _quantities(lines: list[object] | tuple[object, ...]) -> Telling:
    counted: Counter[str] = Counter()
    for line in lines:
        match line:
            case {"sku": str(sku), "quantity": quantity}:
                counted[sku] += _whole(quantity) or 0
    return {sku: Part(count, str(count)) for sku, count in counted.items() if count}


def _said(compare: Comparison, part: str, told: Mapping[str, Telling]) -> str:
    absent = _NONE if compare is Comparison.LINES else None
    values = {party: each.get(part, absent) for party, each in told.items()}
    says = ", ".join(f"{party} says {each.words}" for party, each in values.items() if each)
    return f"{part[:TEXT_SHOWN]}: {says}" if part else says


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
