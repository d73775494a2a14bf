"""Whatever somebody writes into a calendar file, it is a calendar or a list of its faults."""

from hypothesis import given
from hypothesis import strategies as st

from services.shared.clock import SECOND
from services.shared.yaml_text import Document, parse
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.language.calendar_files import read_calendar
from tests.unit.tracker.test_calendar_files import WHOLE

LINES = WHOLE.splitlines()
LETTERS = st.text("0123456789aZ :-[]{},&*!|>'\"%\n\t.\x00", max_size=30)
TIME = st.builds("{:02}:{:02}".format, st.integers(0, 25), st.integers(0, 61))
DAY = 86_400 * SECOND


def is_read_or_refused(text: str) -> None:
    document = parse(text)
    if not isinstance(document, Document):
        return
    outcome = read_calendar(document, "any.yaml")
    if isinstance(outcome, WorkingCalendar):
        week = outcome.days.week
        for today, tomorrow in zip(week, week[1:] + week[:1], strict=True):
            bounds = [each for window in today for each in (window.opens, window.closes)]
            bounds += [DAY + window.opens for window in tomorrow]
            assert bounds == sorted(bounds)
    else:
        assert outcome
        assert all(1 <= fault.line <= len(text.splitlines()) + 2 for fault in outcome)
        assert all(fault.remedy for fault in outcome)


@given(st.integers(0, len(LINES) - 1), LETTERS | st.text(max_size=50))
def test_any_value_of_any_key(number: int, value: str) -> None:
    key = LINES[number].partition(":")[0]
    is_read_or_refused("\n".join([*LINES[:number], f"{key}: {value}", *LINES[number + 1 :]]))


@given(st.integers(0, len(WHOLE)), st.integers(0, 40), LETTERS)
def test_any_piece_left_out_or_put_in(start: int, length: int, instead: str) -> None:
    is_read_or_refused(WHOLE[:start] + instead + WHOLE[start + length :])


@given(st.lists(st.lists(st.tuples(TIME, TIME), max_size=3), min_size=5, max_size=5))
def test_any_windows_of_a_week(week: list[list[tuple[str, str]]]) -> None:
    days = [", ".join(f'"{opens}-{closes}"' for opens, closes in day) for day in week]
    lines = [
        f"{line.partition(':')[0]}: [{days[number]}]" for number, line in enumerate(LINES[4:9])
    ]
    is_read_or_refused("\n".join([*LINES[:4], *lines, *LINES[9:]]))
