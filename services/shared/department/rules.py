"""Which values a command may carry, whichever department gets it; rules of the business are in the
domains. Each function raises Refused with the field, the value and what would be right.
"""

import re
from collections.abc import Collection, Iterable, Sequence, Sized
from datetime import datetime, timedelta

from services.shared.errors import RefusalCode, Refused
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.subjects import SUBJECT_LENGTH_LIMIT, Kind

TEXT_LIMIT = 1_024
LIST_LIMIT = 1_000
DEADLINE_LIMIT = timedelta(days=1_461)
ID_LENGTH_LIMIT = SUBJECT_LENGTH_LIMIT - len(Kind.ORDER) - 1
_SHOWN = 80


def invalid(field: str, problem: str) -> Refused:
    return Refused(RefusalCode.INVALID, field, f"{field} {problem}.")


def conflict(field: str, message: str) -> Refused:
    """What is asked cannot be done in the present state."""
    return Refused(RefusalCode.CONFLICT, field, message)


def not_yet(field: str, message: str) -> Refused:
    """A fact that the command needs has not arrived; the same command may succeed in a moment."""
    return Refused(
        RefusalCode.CONFLICT,
        field,
        f"{message} It may be on its way: send the same command again in a moment.",
        retryable=True,
    )


def not_found(field: str, message: str) -> Refused:
    return Refused(RefusalCode.NOT_FOUND, field, message)


def identifier(field: str, value: str) -> None:
    """1 to 194 characters without spaces and without `~`, so that it can be part of a subject."""
    if not re.fullmatch(r"[^\s~\x00-\x1f]+", value) or len(value) > ID_LENGTH_LIMIT:
        raise invalid(
            field,
            f"is {_shown(value)}; give an id of 1 to {ID_LENGTH_LIMIT} characters without spaces"
            " and without `~`",
        )


def new_id(field: str, value: str, taken: Collection[str], limit: int = LIST_LIMIT) -> None:
    """An id that is not taken, of something of which one more fits."""
    identifier(field, value)
    if value in taken:
        raise conflict(field, f"{field} {value!r} is taken already; give each its own.")
    _room(field, taken, limit)


def known_id(field: str, value: str, known: Collection[str], done: Collection[str]) -> None:
    """An id of something that is there and that this was not done with before."""
    identifier(field, value)
    if value not in known:
        raise conflict(field, f"{field} {value!r} is not known here, so this cannot be done yet.")
    if value in done:
        raise conflict(field, f"{field} {value!r}: this was done already, and is done only once.")


def next_version(field: str, value: str, versions: Sequence[str]) -> int:
    """The number of the next version of `value`, which `versions` has once for each so far."""
    known_id(field, value, versions, ())
    _room(field, versions, LIST_LIMIT)
    return versions.count(value) + 1


def text(field: str, value: str) -> None:
    if not value.strip():
        raise invalid(field, f"is missing; give 1 to {TEXT_LIMIT:,} characters")
    optional_text(field, value)


def optional_text(field: str, value: str) -> None:
    if len(value) > TEXT_LIMIT:
        raise invalid(field, f"has {len(value):,} characters; give {TEXT_LIMIT:,} at most")


def texts(field: str, values: Sequence[str]) -> None:
    _some(field, values)
    for at, value in enumerate(values):
        text(f"{field}[{at}]", value)


def money(field: str, amount: Money, *, at_least: int = 0, currency: str = "") -> None:
    """An amount in minor units, in `currency` where that is fixed already."""
    if not re.fullmatch(r"[A-Z]{3}", amount.currency):
        raise invalid(
            f"{field}.currency",
            f"is {_shown(amount.currency)}; give the three capital letters of ISO 4217,"
            " for example EUR",
        )
    if currency and amount.currency != currency:
        raise invalid(f"{field}.currency", f"is {amount.currency}; give {currency} as the order")
    if amount.minor < at_least:
        raise invalid(f"{field}.minor", f"is {amount.minor}; give {at_least} or more")


def lines(field: str, values: Sequence[Line]) -> None:
    """At least one line, quantities above 0, all prices in one currency."""
    _some(field, values)
    for at, line in enumerate(values):
        text(f"{field}[{at}].sku", line.sku)
        if line.quantity <= 0:
            raise invalid(f"{field}[{at}].quantity", f"is {line.quantity}; give 1 or more")
        if line.price:
            money(f"{field}[{at}].price", line.price)
    currencies = sorted({line.price.currency for line in values if line.price})
    if len(currencies) > 1:
        raise invalid(field, f"have prices in {' and '.join(currencies)}; give one currency")


def total(field: str, amount: Money, of: Sequence[Line], tax: Money | None = None) -> None:
    """The total is the sum of its lines where all have prices, and no less where some have.

    Where there is a tax, prices may hold it already or not.
    """
    for currency in {line.price.currency for line in of if line.price} or {""}:
        money(field, amount, currency=currency)
    priced = sum(line.price.minor * line.quantity for line in of if line.price)
    if not all(line.price for line in of):
        if amount.minor < priced:
            raise invalid(f"{field}.minor", f"is {amount.minor}; its priced lines make {priced}")
        return
    right = sorted({priced, priced + (tax.minor if tax else 0)})
    if amount.minor not in right:
        raise invalid(
            f"{field}.minor",
            f"is {amount.minor}; the lines make {' or with tax '.join(map(str, right))}",
        )


def within(field: str, values: Iterable[Line], of: Iterable[Line], whole: str) -> None:
    """No article is there more often than in `of`, which `whole` names in the refusal."""
    allowed = quantities(of)
    for sku, quantity in quantities(values).items():
        if quantity > allowed.get(sku, 0):
            raise invalid(
                field,
                f"come to {quantity} of {_shown(sku)}; {whole} {allowed.get(sku, 0)} of it",
            )


def quantities(of: Iterable[Line]) -> dict[str, int]:
    """How many pieces of each article."""
    found: dict[str, int] = {}
    for line in of:
        found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def deadline(field: str, moment: datetime, now: datetime) -> None:
    """Not in the past of `now`, and not further ahead than 1,461 days."""
    if not now <= moment <= now + DEADLINE_LIMIT:
        raise invalid(
            field,
            f"is {_iso(moment)}; give a moment from {_iso(now)} to {_iso(now + DEADLINE_LIMIT)},"
            f" which is {DEADLINE_LIMIT.days:,} days ahead",
        )


def priority(field: str, value: Priority) -> None:
    if value not in tuple(Priority):
        raise invalid(field, f"is {value}; give one of {', '.join(Priority)}")


def address(field: str, value: Address) -> None:
    """Something of it is known; whether it is enough is for operations to say."""
    parts = {name: getattr(value, name) for name in ("street", "postcode", "city", "country")}
    if not any(parts.values()):
        raise invalid(field, f"is missing; give {', '.join(parts)}")
    for name, part in parts.items():
        optional_text(f"{field}.{name}", part)


def number(field: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise invalid(field, f"is {value}; give a number from {low} to {high:,}")


def _room(field: str, taken: Sized, limit: int) -> None:
    if len(taken) >= limit:
        message = f"{field}: {limit:,} are there already, and no more are kept."
        raise Refused(RefusalCode.FULL, field, message)


def _some(field: str, values: Sized) -> None:
    if not 0 < len(values) <= LIST_LIMIT:
        raise invalid(field, f"has {len(values):,} entries; give 1 to {LIST_LIMIT:,}")


def _shown(value: str) -> str:
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}...") if value else "missing"


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
