"""Minor units as people write an amount."""

import pytest

from services.shared.events.common import Money
from services.shared.money import amount_in_words


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (4_900, "EUR", "49.00 EUR"),
        (5, "EUR", "0.05 EUR"),
        (0, "EUR", "0.00 EUR"),
        (-4_905, "EUR", "-49.05 EUR"),
        (4_900, "JPY", "4,900 JPY"),
        (4_900, "KWD", "4.900 KWD"),
        (49_000, "CLF", "4.9000 CLF"),
    ],
)
def test_the_currency_says_how_many_digits_follow_the_point(
    minor: int, currency: str, words: str
) -> None:
    assert amount_in_words(Money(minor, currency)) == words
