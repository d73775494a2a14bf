"""Which dead letters are meant, and what of them goes back."""

import pytest

from services.shared.bus import Received, Record
from services.shared.consuming import dead_letter
from services.shared.dead_letters import (
    NoSuchLetter,
    TooManyLetters,
    letter_of,
    named,
    of_reason,
    sent_again,
)
from tests.unit.shared.records import NOON, a_record


def lying(reason: str, partition: int, offset: int, arrived_at: int = 0) -> Received:
    letter = dead_letter(a_record(), reason, "tracker", NOON)
    return Received(
        letter.topic, partition, offset, letter.key, letter.value, letter.headers, arrived_at
    )


LETTERS = (lying("a", 1, 7, 3), lying("b", 0, 7, 2), lying("a", 0, 8, 1), lying("a", 0, 9, 1))


def ids(letters: list[Received]) -> list[str]:
    return [letter_of(each).id for each in letters]


def test_letters_are_named_by_where_they_lie_and_come_oldest_first() -> None:
    assert ids(named(LETTERS, ["1/7", "0/8", "1/7"])) == ["0/8", "1/7"]


def test_of_letters_of_which_one_is_not_there_none_is_found() -> None:
    with pytest.raises(NoSuchLetter, match="no dead letter '0/99'"):
        named(LETTERS, ["0/8", "0/99"])


@pytest.mark.parametrize("limit", [3, None])
def test_all_of_a_reason_come_oldest_first_and_no_others(limit: int | None) -> None:
    assert ids(of_reason(LETTERS, "a", limit)) == ["0/8", "0/9", "1/7"]


def test_more_of_a_reason_than_the_limit_are_none() -> None:
    with pytest.raises(TooManyLetters, match="More than 2 dead letters have the reason 'a'"):
        of_reason(LETTERS, "a", 2)


def test_what_goes_back_is_the_record_as_it_was_without_a_partition() -> None:
    came = a_record(offset=7)
    assert sent_again(LETTERS[0]) == Record(came.topic, came.key, came.value, came.headers)
