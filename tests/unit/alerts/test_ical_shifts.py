"""A schedule's shifts as an iCalendar text, read again by the library and by our own reader."""

import re

from icalendar import Calendar

from services.alerts.domain.schedules.on_call import shifts
from services.alerts.domain.schedules.schedule import Override
from services.alerts.ical.overrides import read_overrides
from services.alerts.ical.shifts import shifts_text
from services.shared.zones import DAY
from tests.promising import HOUR
from tests.scheduling import BERLIN, a_rotation, a_schedule, an_override, berlin

START, END = berlin("2026-11-30 09:00"), berlin("2026-12-28 09:00")
NOW = berlin("2026-11-28 12:00")


def uids(text: str) -> list[str]:
    return re.findall(r"UID:(\S+)", text)


def test_the_text_is_that_of_rfc_5545() -> None:
    end = berlin("2026-12-07 09:00")
    assert shifts_text(a_schedule(), START, end, NOW).split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//handoff//on call//EN",
        "X-WR-CALNAME:On call: operations",
        "BEGIN:VEVENT",
        "SUMMARY:second",
        "DTSTART:20261130T080000Z",
        "DTEND:20261207T080000Z",
        "DTSTAMP:20261128T110000Z",
        "UID:operations/second/2026-11-30T08:00:00Z@handoff",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_each_shift_is_one_event() -> None:
    found = Calendar.from_ical(shifts_text(a_schedule(), START, END, NOW)).events
    assert [str(event["SUMMARY"]) for event in found] == ["second", "third", "first", "second"]


def test_a_shift_that_only_has_a_part_in_the_period_is_whole() -> None:
    early, late = START + 2 * DAY, START + 3 * DAY
    whole = shifts_text(a_schedule(), START, START + 7 * DAY, NOW)
    assert shifts_text(a_schedule(), early, late, NOW) == whole


def test_a_shift_that_ends_as_the_period_begins_is_left_out() -> None:
    assert len(uids(shifts_text(a_schedule(), START - 1, START, NOW))) == 1
    assert len(uids(shifts_text(a_schedule(), START - 1, START + 1, NOW))) == 2
    assert len(uids(shifts_text(a_schedule(), START, START + 1, NOW))) == 1


def test_the_uid_of_a_shift_stays_when_its_end_moves() -> None:
    shorter = an_override("lead", "2026-12-04 09:00", "2026-12-28 09:00")
    changed = shifts_text(a_schedule(overrides=(shorter,)), START, END, NOW)
    assert uids(changed)[0] == uids(shifts_text(a_schedule(), START, END, NOW))[0]


def test_the_uid_of_a_shift_without_an_end_is_the_same_a_day_later() -> None:
    alone = a_schedule(a_rotation("first", starts="2020-01-06"))
    today, tomorrow = (shifts_text(alone, START + each, END + each, NOW) for each in (0, DAY))
    assert uids(today) == uids(tomorrow)


def test_no_two_events_have_one_uid() -> None:
    found = uids(
        shifts_text(a_schedule(a_rotation("a", only=("daily 08:00-18:00",))), START, END, NOW)
    )
    assert len(set(found)) == len(found) == 29


def test_what_is_written_is_read_again_as_the_same_intervals() -> None:
    schedule = a_schedule(a_rotation(shift="12 hours", hand_over="08:30", starts="2026-10-20"))
    start = berlin("2026-10-24 08:30")
    end = start + 4 * DAY + HOUR
    text = shifts_text(schedule, start, end, NOW)
    assert read_overrides(text, "shifts.ics", BERLIN, start, end) == tuple(
        Override(shift.person, shift.starts_at, shift.ends_at)
        for shift in shifts(schedule, start, end)
    )
