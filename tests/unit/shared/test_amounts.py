"""Amounts of money in whole units."""

import pytest

from services.shared.amounts import amount
from services.shared.events.common import Money


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(100, "EUR"), "1.00 EUR"),
        (Money(104_900, "EUR"), "1,049.00 EUR"),
        (Money(-4_950, "USD"), "-49.50 USD"),
        (Money(1_500, "JPY"), "1,500 JPY"),
    ],
)
def test_amounts_are_told_in_whole_units(money: Money, words: str) -> None:
    assert amount(money) == words
