"""What is wrong with a request is said with its field, its value and what would be right."""

import pytest

from services.alerts.domain.requests import (
    NAME_LENGTH_LIMIT,
    PAGE_SIZE,
    PAGE_SIZE_LIMIT,
    TEXT_LENGTH_LIMIT,
    Acknowledge,
    Release,
    SnoozeUntil,
    check_acknowledge,
    check_page_size,
    check_release,
    check_snooze,
)
from services.shared.clock import SECOND, Instant
from services.shared.errors import RefusalCode, Refused
from tests.alerting import at

NOW = at("12:00")


def field_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    assert refused.value.code is RefusalCode.INVALID
    return refused.value.field


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (Acknowledge("", "ann"), "key"),
        (Acknowledge("al-1", ""), "actor"),
        (Acknowledge("al-1", "  "), "actor"),
        (Acknowledge("al-1", "a" * (NAME_LENGTH_LIMIT + 1)), "actor"),
        (Acknowledge("al-1", "ann", "n" * (TEXT_LENGTH_LIMIT + 1)), "note"),
    ],
)
def test_an_acknowledgement_names_its_alert_and_who(request_: Acknowledge, field: str) -> None:
    with pytest.raises(Refused) as refused:
        check_acknowledge(request_)
    assert field_of(refused) == field


def test_an_acknowledgement_may_be_as_long_as_the_limits() -> None:
    check_acknowledge(Acknowledge("al-1", "a" * NAME_LENGTH_LIMIT, "n" * TEXT_LENGTH_LIMIT))


@pytest.mark.parametrize(
    ("until", "possible"),
    [
        (NOW - SECOND, False),
        (NOW, False),
        (NOW + SECOND, True),
        (at("11:59:59", days=30), True),
        (at("12:00", days=30), True),
        (at("12:00:01", days=30), False),
        (0, False),
    ],
)
def test_a_snooze_ends_after_now_and_within_thirty_days(until: Instant, possible: bool) -> None:
    request = SnoozeUntil("al-1", "ann", until)
    if possible:
        check_snooze(request, NOW)
    else:
        with pytest.raises(Refused, match="give a moment after now") as refused:
            check_snooze(request, NOW)
        assert field_of(refused) == "until"


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (Release("", "ann", "sold out", "k"), "promise_id"),
        (Release("p", "", "sold out", "k"), "actor"),
        (Release("p", "ann", "", "k"), "reason"),
        (Release("p", "ann", " ", "k"), "reason"),
        (Release("p", "ann", "r" * (TEXT_LENGTH_LIMIT + 1), "k"), "reason"),
        (Release("p", "ann", "sold out", ""), "idempotency_key"),
    ],
)
def test_a_release_says_what_who_why_and_has_a_key(request_: Release, field: str) -> None:
    with pytest.raises(Refused) as refused:
        check_release(request_)
    assert field_of(refused) == field


@pytest.mark.parametrize(
    ("size", "meant"), [(0, PAGE_SIZE), (1, 1), (PAGE_SIZE_LIMIT, PAGE_SIZE_LIMIT)]
)
def test_a_page_size_of_none_is_the_usual_one(size: int, meant: int) -> None:
    assert check_page_size(size) == meant


@pytest.mark.parametrize("size", [-1, PAGE_SIZE_LIMIT + 1])
def test_an_impossible_page_size_is_refused(size: int) -> None:
    with pytest.raises(Refused) as refused:
        check_page_size(size)
    assert field_of(refused) == "page_size"
