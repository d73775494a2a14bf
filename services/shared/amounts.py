"""Amounts of money as a person reads them."""

from services.shared.events.common import Money

_WITHOUT_CENTS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"})
"""Currencies of ISO 4217 without a smaller unit."""


def amount(money: Money) -> str:
    """`1,049.00 EUR`."""
    if money.currency in _WITHOUT_CENTS:
        return f"{money.minor:,} {money.currency}"
    sign, minor = ("-" if money.minor < 0 else ""), abs(money.minor)
    return f"{sign}{minor // 100:,}.{minor % 100:02} {money.currency}"
