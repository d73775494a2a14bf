"""What counts as told differently, by kind of fact, and in which words it is said."""

from itertools import chain

import pytest

from services.shared.clock import SECOND
from services.shared.events.common import Money
from services.tracker.core.calendars.calendar import ALWAYS
from services.tracker.core.comparing import (
    PARTS_SHOWN,
    TEXT_SHOWN,
    Telling,
    difference,
    money_between,
    parts_that_differ,
    telling,
)
from services.tracker.core.facts import Comparison
from tests.disputing import Weekdays, day, euros

HOME = {"street": "Hauptstraße 1/23", "postcode": "10115", "city": "Berlin", "country": "DE"}


def told(compare: Comparison, *values: object) -> dict[str, Telling]:
    parties = ("sales", "finance", "support")
    return {
        party: telling(compare, value, ALWAYS)
        for party, value in zip(parties, values, strict=False)
    }


def differ(compare: Comparison, *values: object) -> tuple[str, ...]:
    return parts_that_differ(compare, told(compare, *values).values())


def said(compare: Comparison, *values: object) -> str:
    return difference(compare, told(compare, *values))


def at_stake(*values: object) -> Money | None:
    return money_between(told(Comparison.MONEY, *values).values())


def lines(**quantities: int) -> list[dict[str, object]]:
    return [{"sku": sku, "quantity": count} for sku, count in quantities.items()]


def test_money_differs_by_one_minor_unit_and_by_its_currency() -> None:
    cents = {"minor": 4_901, "currency": "EUR"}
    assert not differ(Comparison.MONEY, euros(49), euros(49))
    assert differ(Comparison.MONEY, euros(49), cents)
    assert differ(Comparison.MONEY, euros(49), euros(49, "USD"))
    assert (
        said(Comparison.MONEY, euros(49), cents) == "sales says 49.00 EUR, finance says 49.01 EUR"
    )


def test_an_amount_of_nothing_is_told() -> None:
    assert differ(Comparison.MONEY, euros(49), euros(0))


def test_a_whole_number_that_travelled_as_floating_point_is_the_same_amount() -> None:
    assert not differ(Comparison.MONEY, euros(49), {"minor": 4_900.0, "currency": "EUR"})
    assert differ(Comparison.MONEY, euros(49), {"minor": 4_901.0, "currency": "EUR"})


def test_at_stake_is_the_distance_between_the_least_and_the_most_in_one_currency() -> None:
    assert at_stake(euros(49), euros(59)) == at_stake(euros(59), euros(49)) == Money(1_000, "EUR")
    assert at_stake(euros(49), euros(59), euros(79)) == Money(3_000, "EUR")
    assert at_stake(euros(49), euros(59, "USD")) is None
    assert money_between(told(Comparison.TEXT, "a", "b").values()) is None


def test_dates_differ_by_their_day_in_utc_and_not_by_their_hour() -> None:
    assert not differ(Comparison.DATE, day(4, 0), day(5, 0) - SECOND)
    assert differ(Comparison.DATE, day(5, 0) - SECOND, day(5, 0))
    assert said(Comparison.DATE, day(4), day(6)) == "sales says 2026-11-04, finance says 2026-11-06"


def test_a_date_on_which_the_calendar_is_closed_is_the_working_day_after_it() -> None:
    friday, saturday, sunday, monday = (
        telling(Comparison.DATE, day(number), Weekdays()) for number in (6, 7, 8, 9)
    )
    assert not parts_that_differ(Comparison.DATE, (saturday, sunday, monday))
    assert parts_that_differ(Comparison.DATE, (friday, saturday))


def test_the_hour_of_a_date_does_not_matter_to_a_calendar() -> None:
    noon, evening = (telling(Comparison.DATE, day(6, hour), Weekdays()) for hour in (12, 23))
    assert not parts_that_differ(Comparison.DATE, (noon, evening))


def test_a_date_is_shown_as_it_was_told_and_not_as_it_is_compared() -> None:
    parties = {
        "sales": telling(Comparison.DATE, day(6), Weekdays()),
        "support": telling(Comparison.DATE, day(7), Weekdays()),
    }
    assert "support says 2026-11-07" in difference(Comparison.DATE, parties)


def test_text_differs_by_its_letters_and_not_by_case_or_spaces_around_it() -> None:
    assert not differ(Comparison.TEXT, " Express", "EXPRESS ")
    assert differ(Comparison.TEXT, "express", "ex press")
    assert said(Comparison.TEXT, "Express", "standard") == (
        "sales says 'Express', finance says 'standard'"
    )


def test_text_is_shown_up_to_a_limit() -> None:
    assert f"'{'x' * TEXT_SHOWN}'" in said(Comparison.TEXT, "x" * (TEXT_SHOWN + 1), "y")


@pytest.mark.parametrize(
    ("part", "same"),
    [
        ("street", "HAUPTSTRASSE  1 / 23"),
        ("street", "Hauptstraße 1-23."),
        ("street", "Haupt-Straße 1/23"),
        ("postcode", "10 115"),
        ("city", " berlin "),
        ("country", "de"),
        ("street", ""),
    ],
)
def test_an_address_is_the_same_without_case_spaces_and_punctuation(part: str, same: str) -> None:
    assert not differ(Comparison.ADDRESS, HOME, HOME | {part: same})


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("street", "Hauptstraße 12/3"),
        ("street", "Hauptstraße 1/24"),
        ("street", "Hauptstraße 123"),
        ("postcode", "10116"),
        ("city", "Bern"),
        ("country", "CH"),
    ],
)
def test_an_address_differs_by_any_of_its_parts(part: str, other: str) -> None:
    assert differ(Comparison.ADDRESS, HOME, HOME | {part: other}) == (part,)


def test_letters_that_only_carry_marks_are_told_apart() -> None:
    assert differ(Comparison.ADDRESS, {"city": "कि"}, {"city": "का"})
    assert differ(Comparison.ADDRESS, {"city": "Malmö"}, {"city": "Malmo"})
    assert not differ(Comparison.ADDRESS, {"city": "Malmö"}, {"city": "Malmo\u0308"})


def test_a_difference_of_addresses_shows_nothing_of_either() -> None:
    moved = HOME | {"street": "Nebenweg 7", "postcode": "20095", "city": "Hamburg"}
    words = said(Comparison.ADDRESS, HOME, moved)
    assert words == "sales and finance tell different city, postcode and street"
    shown = chain(HOME.values(), moved.values())
    assert not [each for each in shown if each.casefold() in words.casefold().split()]
    assert {part.words for part in telling(Comparison.ADDRESS, HOME, ALWAYS).values()} == {""}


def test_lines_differ_by_sku_and_quantity_whatever_their_order() -> None:
    assert not differ(Comparison.LINES, lines(lamp=1, rug=2), lines(rug=2, lamp=1))
    assert differ(Comparison.LINES, lines(lamp=1, rug=2), lines(lamp=1, rug=3)) == ("rug",)
    assert differ(Comparison.LINES, lines(lamp=1), lines(lamp=1, rug=2)) == ("rug",)


def test_lines_of_one_sku_are_added_up_and_prices_do_not_count() -> None:
    twice = [*lines(lamp=1), {"sku": "lamp", "quantity": 1, "price": euros(9)}]
    assert not differ(Comparison.LINES, lines(lamp=2), twice)


def test_a_difference_of_lines_names_the_skus() -> None:
    assert said(Comparison.LINES, lines(lamp=1, rug=2, bed=1), lines(lamp=2, bed=1)) == (
        "lamp: sales says 1, finance says 2; rug: sales says 2, finance says 0"
    )


def test_a_difference_names_so_many_skus_and_counts_the_rest() -> None:
    many = {f"sku-{number}": 1 for number in range(PARTS_SHOWN)}
    other = lines(lamp=1)
    whole = said(Comparison.LINES, lines(lamp=1, **many), other)
    assert (whole.count("sales says"), "more" in whole) == (PARTS_SHOWN, False)
    longer = said(Comparison.LINES, lines(lamp=1, rug=1, **many), other)
    assert (longer.count("sales says"), longer.endswith("; and 1 more")) == (PARTS_SHOWN, True)


@pytest.mark.parametrize(
    ("compare", "value"),
    [
        *((compare, None) for compare in Comparison),
        *((compare, object()) for compare in Comparison),
        (Comparison.MONEY, {"minor": 0, "currency": ""}),
        (Comparison.MONEY, {"minor": 1.5, "currency": "EUR"}),
        (Comparison.MONEY, {"minor": True, "currency": "EUR"}),
        (Comparison.MONEY, {"minor": "4900", "currency": "EUR"}),
        (Comparison.MONEY, {"currency": "EUR"}),
        (Comparison.DATE, 0),
        (Comparison.DATE, True),
        (Comparison.DATE, "2026-11-04"),
        (Comparison.TEXT, "  "),
        (Comparison.ADDRESS, dict.fromkeys(HOME, "")),
        (Comparison.ADDRESS, {"street": 7, "city": " - "}),
        (Comparison.LINES, []),
        (Comparison.LINES, [{"sku": "lamp"}, "rug", {"sku": "bed", "quantity": 0}]),
    ],
)
def test_what_is_absent_or_of_another_type_tells_nothing(
    compare: Comparison, value: object
) -> None:
    assert telling(compare, value, ALWAYS) == {}
