"""Whatever stands in an iCalendar text, it gives overrides or faults, and never anything else."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from services.alerts.errors import SchedulesError
from services.alerts.ical.overrides import read_overrides
from tests.scheduling import BERLIN, berlin

START, END = berlin("2026-03-01 00:00"), berlin("2026-11-30 00:00")

MOMENTS = st.sampled_from(
    [
        *("20260329T023000", "20261025T023000", "20261025T023000Z", "20260101", "22001231"),
        *("00010101T000000Z", "99991231T235959", "19700101T000000", "P1D", "-P1D", "PT1M", "x", ""),
    ]
)
PARAMETERS = st.sampled_from(
    [
        *("", ";VALUE=DATE", ";TZID=Europe/Berlin", ";TZID=Pacific/Apia", ";TZID=Own", ";TZID="),
        *(";VALUE=PERIOD", ';X="a:b"', ";TZID=Europe/Berlin;TZID=UTC", ";VALUE=TEXT"),
    ]
)
NAMES = st.sampled_from(
    ["DTSTART", "DTEND", "DURATION", "EXDATE", "RDATE", "SUMMARY", "STATUS", "RECURRENCE-ID", "X"]
)
RULES = st.lists(
    st.sampled_from(
        [
            *("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=HOURLY", "COUNT=9", "COUNT=-1", "COUNT=x"),
            *("INTERVAL=2", "INTERVAL=0", "UNTIL=20261101", "UNTIL=20261101T000000Z", "UNTIL=x"),
            *("BYDAY=MO,TU", "BYDAY=5MO", "BYDAY=", "BYMONTH=13", "WKST=SU", "WKST=XX", "A=B", "="),
        ]
    ),
    max_size=4,
).map(lambda parts: "RRULE:" + ";".join(parts))
LINES = st.one_of(
    RULES,
    st.just("SUMMARY:deputy"),
    st.tuples(NAMES, PARAMETERS, MOMENTS).map(lambda parts: f"{parts[0]}{parts[1]}:{parts[2]}"),
    st.sampled_from(["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", " folded", ":"]),
    st.text(max_size=20),
)


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_text_gives_overrides_of_the_period_or_faults(lines: list[str], ends: str) -> None:
    text = ends.join(
        [
            *("BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:lead", *lines[:6], "END:VEVENT"),
            *("BEGIN:VEVENT", *lines[6:], "END:VEVENT", "END:VCALENDAR"),
        ]
    )
    with suppress(SchedulesError):
        for each in read_overrides(text, "any.ics", BERLIN, START, END):
            assert each.starts_at < each.ends_at
            assert each.starts_at < END
            assert each.ends_at > START
