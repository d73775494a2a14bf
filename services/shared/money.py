"""Money in words: minor units as people write an amount."""

from services.shared.events.common import Money

_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = {
    **dict.fromkeys(_WHOLE.split(), 0),
    **dict.fromkeys(_THOUSANDTHS.split(), 3),
    "CLF": 4,
    "UYW": 4,
}
"""Digits after the point, where they are not two; from list one of ISO 4217."""


def amount_in_words(money: Money) -> str:
    """`1,049.00 EUR` of 104900 minor units, `4,900 JPY` of 4900."""
    digits = minor_digits(money.currency)
    whole, rest = divmod(abs(money.minor), 10**digits)
    sign = "-" if money.minor < 0 else ""
    return f"{sign}{whole:,}{f'.{rest:0{digits}}' if digits else ''} {money.currency}"


def minor_digits(currency: str) -> int:
    """Digits after the point of an amount of the currency."""
    return _DIGITS.get(currency, 2)
