"""Money and percentages as agreements write them: `500 EUR`, `12.50 EUR`, `97%`."""

import re

from services.shared.events.common import Money
from services.shared.money import minor_digits

MINOR_LIMIT = 10**12
"""Minor units of one amount; ten thousand million of the currency."""

_HUNDREDTHS = 2
_WHOLE = 100


def parse_money(text: str) -> Money:
    """`500 EUR` or `12.50 EUR` in minor units; raises ValueError with what would be right.

    Only currencies with hundredths are read, and only whole amounts or exactly two decimals.
    """
    match = re.fullmatch(r"([0-9]{1,13})(?:\.([0-9]{2}))? ([A-Z]{3})", text.strip())
    if not match:
        raise ValueError(
            f"{text!r} is no amount of money; write for example '500 EUR' or '12.50 EUR'."
        )
    if minor_digits(match[3]) != _HUNDREDTHS:
        raise ValueError(f"{match[3]} has no hundredths; write the amount in a currency that has.")
    minor = int(match[1]) * 100 + int(match[2] or 0)
    if minor > MINOR_LIMIT:
        raise ValueError(f"{text!r} is over the limit of {MINOR_LIMIT // 100}; write a lower one.")
    return Money(minor, match[3])


def parse_percent(text: str) -> float:
    """`97%` or `99.5%` as a share of 0 to 1; raises ValueError with what would be right."""
    match = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) *%", text.strip())
    if not match or float(match[1]) > _WHOLE:
        raise ValueError(f"{text!r} is no share; write it from 0% to 100%, for example '97%'.")
    return float(match[1]) / _WHOLE
