"""Promises that are kept in parts: how much was promised, and how much came of it, line by line.

Pieces are counted by article, money in minor units by currency; the sums do not hang on the order.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from services.shared.clock import Instant
from services.tracker.core.facts import Fact
from services.tracker.core.promises import Part, Promise

_PIECES = "quantity"


def amounts(value: object, fact: Fact) -> dict[str, int]:
    """Pieces by article, or minor units by currency; a bare number stands under an empty name.

    What is less than nothing counts as nothing.
    """
    match value:
        case {"minor": int(minor), "currency": str(currency)}:
            return {currency: max(0, minor)}
        case list():
            return _by_article(value, fact.part.rpartition(".")[2] or _PIECES)
        case bool():
            return {}
        case int():
            return {"": max(0, value)}
    return {}


def promise_parts(promise: Promise, promised: dict[str, int], at: Instant) -> None:
    """What is promised from `at` on; what was delivered stays counted, and may be too much now."""
    delivered = {part.name: part.delivered for part in promise.course.parts}
    names = dict.fromkeys((*promised, *delivered))
    parts = tuple(Part(each, promised.get(each, 0), delivered.get(each, 0)) for each in names)
    promise.course = replace(promise.course, parts=parts, exceeded_at=None)
    _note_excess(promise, at)


def deliver(promise: Promise, delivered: dict[str, int], at: Instant) -> None:
    """Add what an evidence delivers; the first moment that it is more than promised is noted."""
    parts = {part.name: part for part in promise.course.parts}
    for name, amount in delivered.items():
        part = parts.get(name, Part(name, 0, 0))
        parts[name] = part._replace(delivered=part.delivered + amount)
    promise.course = replace(promise.course, parts=tuple(parts.values()))
    _note_excess(promise, at)


def in_full(promise: Promise) -> bool:
    """Whether every line has what was promised, within the tolerance of its agreement."""
    return all(
        part.delivered >= part.promised - _tolerated(part, promise) for part in promise.course.parts
    )


def exceeded(promise: Promise) -> tuple[Part, ...]:
    """The lines of which more was delivered than promised and tolerated.

    None where nobody told how much was promised.
    """
    parts = promise.course.parts
    if not any(part.promised for part in parts):
        return ()
    return tuple(part for part in parts if _exceeded(part, promise))


def _note_excess(promise: Promise, at: Instant) -> None:
    if promise.course.exceeded_at is None and exceeded(promise):
        promise.course = replace(promise.course, exceeded_at=at)


def _exceeded(part: Part, promise: Promise) -> bool:
    return part.delivered > part.promised + _tolerated(part, promise)


def _tolerated(part: Part, promise: Promise) -> int:
    full = promise.agreement.in_full
    return int(part.promised * Decimal(str(full.tolerance))) if full else 0


def _by_article(lines: list[Any], name: str) -> dict[str, int]:
    summed: dict[str, int] = {}
    for line in lines:
        if isinstance(line, dict) and isinstance(pieces := line.get(name), int):
            article = str(line.get("sku", ""))
            summed[article] = summed.get(article, 0) + max(0, pieces)
    return summed
