"""Whatever somebody writes into an agreement file, it is an agreement or a list of its faults."""

from hypothesis import given
from hypothesis import strategies as st

from services.tracker.core.agreements import Agreement
from services.tracker.core.durations import DEADLINE_LIMIT, WallTime
from services.tracker.core.language.reading import read
from tests.unit.tracker.test_language import WHOLE

LINES = WHOLE.splitlines()
LETTERS = st.text("aZ0 :-[]{},&*!|>'\"%@`#?~\n\t\\.äλ\x00\x85\ufeff", max_size=30)


def is_read_or_refused(text: str) -> None:
    outcome = read(text, "any.yaml")
    if isinstance(outcome, Agreement):
        if isinstance(outcome.within, WallTime):
            assert 0 < outcome.within.micros <= DEADLINE_LIMIT
        assert (outcome.within is None) is not (outcome.by is None)
    else:
        lines = len(text.splitlines()) + 2  # YAML breaks lines at NEL and its like, too
        assert outcome
        assert all(1 <= fault.line <= lines and fault.remedy for fault in outcome)


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    is_read_or_refused(text)


@given(LETTERS)
def test_any_text_of_what_means_something_in_yaml(text: str) -> None:
    is_read_or_refused(text)


@given(st.integers(0, len(LINES) - 1), LETTERS | st.text(max_size=50))
def test_any_value_of_any_key(number: int, value: str) -> None:
    key = LINES[number].partition(":")[0]
    is_read_or_refused("\n".join([*LINES[:number], f"{key}: {value}", *LINES[number + 1 :]]))


@given(st.integers(0, len(WHOLE)), st.integers(0, 40), LETTERS)
def test_any_piece_left_out_or_put_in(start: int, length: int, instead: str) -> None:
    is_read_or_refused(WHOLE[:start] + instead + WHOLE[start + length :])
