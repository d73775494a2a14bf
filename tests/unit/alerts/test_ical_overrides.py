"""Overrides from an iCalendar text that anybody may have written."""

from collections.abc import Callable

import pytest

from services.alerts.domain.schedules.keys import OVERRIDES_LIMIT
from services.alerts.domain.schedules.schedule import Override
from services.alerts.errors import SchedulesError
from services.alerts.ical.events import EVENTS_LIMIT, LINE_LIMIT, LINES_LIMIT, TEXT_LIMIT
from services.alerts.ical.overrides import OCCURRENCES_LIMIT, read_overrides
from services.shared.zones import DAY
from tests.scheduling import BERLIN, an_override, berlin
from tests.working import moment

START, END = berlin("2026-12-01 00:00"), berlin("2027-01-01 00:00")
NIGHT = ("DTSTART;TZID=Europe/Berlin:20261224T180000", "DTEND;TZID=Europe/Berlin:20261225T090000")


def an_event(*lines: str, person: str = "deputy") -> str:
    return "\r\n".join(("BEGIN:VEVENT", f"SUMMARY:{person}", *lines, "END:VEVENT", ""))


def a_text(*events: str) -> str:
    return "".join(("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", *events, "END:VCALENDAR\r\n"))


def read(*lines: str) -> tuple[Override, ...]:
    return read_overrides(a_text(an_event(*lines)), "swap.ics", BERLIN, START, END)


def faults(text: str) -> list[str]:
    with pytest.raises(SchedulesError) as refused:
        read_overrides(text, "swap.ics", BERLIN, START, END)
    return [str(each).removeprefix("swap.ics:") for each in refused.value.faults]


def fault(*lines: str) -> str:
    (only,) = faults(a_text(an_event(*lines)))
    return only


CHRISTMAS_NIGHT = (an_override("deputy", "2026-12-24 18:00", "2026-12-25 09:00"),)


@pytest.mark.parametrize(
    "lines",
    [
        NIGHT,
        ("DTSTART:20261224T170000Z", "DTEND:20261225T080000Z"),
        ("DTSTART:20261224T180000", "DTEND:20261225T090000"),
        ("DTSTART:20261224T180000", "DURATION:PT15H"),
        (
            "DTSTART;TZID=W. Europe Standard Time:20261224T180000",
            "DTEND;TZID=W. Europe Standard Time:20261225T090000",
        ),
        ("dtstart:2026122\r\n 4T180000", "DTEND:20261225T09\n\t0000", "UID:x", "X-A:b"),
        (*NIGHT, "BEGIN:VALARM", "DURATION:P9D", "SUMMARY:Anna", "END:VALARM"),
    ],
)
def test_an_event_is_one_override(lines: tuple[str, ...]) -> None:
    assert read(*lines) == CHRISTMAS_NIGHT


def test_whole_days_are_those_of_the_schedule() -> None:
    days = (an_override("deputy", "2026-12-24 00:00", "2026-12-27 00:00"),)
    assert read("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227") == days
    day = (an_override("deputy", "2026-12-24 00:00", "2026-12-25 00:00"),)
    assert read("DTSTART;VALUE=DATE:20261224") == day


def test_an_event_that_is_cancelled_is_none() -> None:
    assert read(*NIGHT, "STATUS:CANCELLED") == ()
    assert read(*NIGHT, "STATUS:CONFIRMED") == CHRISTMAS_NIGHT


def test_overrides_of_other_times_are_left_out_and_the_others_in_order() -> None:
    def day(begins: str) -> str:
        return an_event(f"DTSTART:{begins}", "DURATION:P1D")

    days = ("20261231T235959", "20261202T000000", "20261130T000000", "20270101T000000")
    text = a_text(*map(day, days), day("20261130T000001"))
    found = read_overrides(text, "swap.ics", BERLIN, START, END)
    assert [each.starts_at for each in found] == [
        moment("2026-11-30T00:00:01+01:00"),
        moment("2026-12-02T00:00:00+01:00"),
        moment("2026-12-31T23:59:59+01:00"),
    ]


def test_an_event_that_a_change_of_the_clocks_skips_is_none() -> None:
    skipped = an_event("DTSTART:20260329T020000", "DTEND:20260329T024500")
    after = an_event("DTSTART:20260329T023000", "DTEND:20260329T031500")
    night = moment("2026-03-29T00:00+01:00")
    found = read_overrides(a_text(skipped, after), "swap.ics", BERLIN, night, night + DAY)
    assert found == (
        Override("deputy", moment("2026-03-29T03:00+02:00"), moment("2026-03-29T03:15+02:00")),
    )


class TestRecurring:
    """Events that come again."""

    @staticmethod
    def days(*lines: str) -> list[int]:
        found = read("DTSTART;TZID=Europe/Berlin:20261201T090000", "DURATION:PT1H", *lines)
        return [(each.starts_at - START) // DAY + 1 for each in found]

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ("FREQ=DAILY;COUNT=3", [1, 2, 3]),
            ("FREQ=DAILY;INTERVAL=10", [1, 11, 21, 31]),
            ("FREQ=WEEKLY", [1, 8, 15, 22, 29]),
            ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", [1, 3, 8, 10]),
            ("FREQ=DAILY;UNTIL=20261203T080000Z", [1, 2, 3]),
            ("FREQ=DAILY;UNTIL=20261203T075959Z", [1, 2]),
            ("FREQ=DAILY;UNTIL=20261203", [1, 2, 3]),
            ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;COUNT=3", [1, 13, 15]),
        ],
    )
    def test_days_and_weeks_are_read(self, rule: str, expected: list[int]) -> None:
        assert self.days(f"RRULE:{rule}") == expected

    def test_a_start_that_is_left_out_does_not_take_place(self) -> None:
        left_out = ("EXDATE;TZID=Europe/Berlin:20261202T090000", "EXDATE;VALUE=DATE:20261204")
        assert self.days("RRULE:FREQ=DAILY;COUNT=5", *left_out) == [1, 3, 5]
        assert self.days("RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261202T080001Z") == [1, 2, 3]

    def test_it_keeps_its_times_when_the_clocks_change(self) -> None:
        start = moment("2026-10-24T00:00+02:00")
        text = a_text(
            an_event(
                "DTSTART;TZID=Europe/Berlin:20261024T200000",
                "DTEND;TZID=Europe/Berlin:20261025T080000",
                "RRULE:FREQ=DAILY;COUNT=2",
            )
        )
        found = read_overrides(text, "swap.ics", BERLIN, start, start + 10 * DAY)
        assert [(each.starts_at, each.ends_at) for each in found] == [
            (moment("2026-10-24T20:00+02:00"), moment("2026-10-25T08:00+01:00")),
            (moment("2026-10-25T20:00+01:00"), moment("2026-10-26T08:00+01:00")),
        ]

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ("FREQ=SECONDLY", "it recurs SECONDLY; write FREQ=DAILY or FREQ=WEEKLY."),
            ("FREQ=YEARLY", "it recurs YEARLY; write FREQ=DAILY or FREQ=WEEKLY."),
            ("COUNT=3", "it recurs at no time; write FREQ=DAILY or FREQ=WEEKLY."),
            ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "BYMONTH is not read;"),
            ("FREQ=DAILY;BYDAY=MO", "BYDAY is for FREQ=WEEKLY;"),
            ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY is for FREQ=WEEKLY;"),
            ("FREQ=DAILY;INTERVAL=0", "write an INTERVAL from 1 to 366, and a COUNT over 0."),
            ("FREQ=DAILY;INTERVAL=367", "write an INTERVAL from 1 to 366, and a COUNT over 0."),
            ("FREQ=DAILY;COUNT=0", "write an INTERVAL from 1 to 366, and a COUNT over 0."),
            ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "it has both COUNT and UNTIL; give one of them."),
            ("FREQ=DAILY;INTERVAL=1,2", "INTERVAL has 2 values; give one."),
        ],
    )
    def test_a_rule_that_is_not_read_is_refused(self, rule: str, expected: str) -> None:
        assert fault(*NIGHT, f"RRULE:{rule}").startswith(f"3: RRULE: {expected}")

    def test_what_recurs_is_looked_at_no_further_than_the_limit(self) -> None:
        def daily(count: int) -> str:
            return an_event("DTSTART:20000101T000000Z", f"RRULE:FREQ=DAILY;COUNT={count}")

        most = [daily(5_000)] * (OCCURRENCES_LIMIT // 5_000)
        assert read_overrides(a_text(*most), "swap.ics", BERLIN, START, END) == ()
        assert faults(a_text(*most, daily(1))) == [
            "23: RRULE: it recurs too often; let it begin later, or write a rotation."
        ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), "3: DTSTART: it is missing; add it."),
        (("DTSTART:tomorrow",), "3: DTSTART: it cannot be read: Wrong date format tomorrow;"),
        (("DTSTART:120000",), "3: DTSTART: write a moment or a date from 1970 to 2199."),
        (("DTSTART:19691231T000000Z",), "3: DTSTART: write a moment or a date from 1970 to 2199."),
        (("DTSTART:22000101T000000Z",), "3: DTSTART: write a moment or a date from 1970 to 2199."),
        (
            ("DTSTART;TZID=Berlin:20261224T180000",),
            "3: DTSTART: 'Berlin' is no time zone; write for example 'Europe/Berlin'.",
        ),
        ((*NIGHT, NIGHT[0]), "3: DTSTART: it is there 2 times; give it once."),
        ((*NIGHT, "SUMMARY:lead"), "3: SUMMARY: it is there 2 times; give it once."),
        ((*NIGHT, "RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY"), "3: RRULE: it is there 2 times;"),
        (
            ("DTSTART:20261224T180000", "DTEND:20261224T180000"),
            "3: DTEND: let it end after it begins, at most 366 days later.",
        ),
        (
            ("DTSTART:20261224T180000", "DURATION:P367D"),
            "3: DTEND: let it end after it begins, at most 366 days later.",
        ),
        (
            ("DTSTART:20261224T180000", "DTEND:20261225T080000Z"),
            "3: DTEND: it is in UTC, DTSTART in Europe/Berlin; use one zone.",
        ),
        (
            (*NIGHT, "RDATE:20261226T180000Z"),
            "3: RDATE: it is not read; write events of their own.",
        ),
        ((*NIGHT, "RECURRENCE-ID:20261226T180000Z"), "3: RECURRENCE-ID: it is not read;"),
        ((*NIGHT, "EXDATE:never"), "3: EXDATE: it cannot be read: "),
        ((*NIGHT, "RRULE:FREQ=DAILY;COUNT=99999999999"), "3: RRULE: it cannot be read: "),
    ],
)
def test_an_event_that_is_not_understood_is_refused(lines: tuple[str, ...], expected: str) -> None:
    assert fault(*lines).startswith(expected)


@pytest.mark.parametrize("person", ["", "Anna N.", "deputy lead", "deputy\\, lead", "a" * 64])
def test_a_summary_that_is_no_name_is_refused(person: str) -> None:
    (only,) = faults(a_text(an_event(*NIGHT, person=person)))
    assert only.endswith("is no name; write the person as in a rotation, and nothing else.")


def test_every_event_that_is_wrong_is_named() -> None:
    wrong = an_event("DTSTART:x")
    assert [each.partition(":")[0] for each in faults(a_text(wrong, an_event(*NIGHT), wrong))] == [
        "3",
        "12",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "BEGIN:VCALENDAR\r\n",
        "BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        a_text("BEGIN:VEVENT\r\n"),
        a_text("END:VEVENT\r\n"),
        a_text() + "END:VCALENDAR\r\n",
        a_text().replace("END:VCALENDAR", "END:VEVENT"),
    ],
)
def test_a_text_that_is_no_whole_calendar_is_refused(text: str) -> None:
    assert len(faults(text)) == 1


def test_a_zone_that_the_text_defines_is_never_read() -> None:
    endless = (
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        "TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\n"
        "END:VTIMEZONE\r\n"
    )
    text = a_text(endless, an_event(*NIGHT))
    assert read_overrides(text, "swap.ics", BERLIN, START, END) == CHRISTMAS_NIGHT
    own = a_text(
        endless.replace("Europe/Berlin", "Own"), an_event("DTSTART;TZID=Own:20261224T180000")
    )
    assert faults(own) == ["12: DTSTART: 'Own' is no time zone; write for example 'Europe/Berlin'."]


class TestLimits:
    """What a text may hold at most."""

    @staticmethod
    def of_characters(count: int) -> str:
        rest = count - len(a_text("X-A:\r\n"))
        return a_text(f"X-A:{'a' * rest}\r\n")

    @staticmethod
    def of_events(count: int) -> str:
        return a_text(*[an_event("DTSTART:20200101T000000Z")] * count)

    @staticmethod
    def of_a_line(count: int) -> str:
        return a_text(an_event(*NIGHT, "STATUS:" + "A" * (count - len("STATUS:"))))

    @staticmethod
    def of_lines(count: int) -> str:
        exdates = ["EXDATE:20261201T000000Z"] * (count - 3)
        return a_text(an_event(*NIGHT, *exdates))

    @pytest.mark.parametrize(
        ("text_of", "limit", "problem"),
        [
            (of_characters, TEXT_LIMIT, "characters; give at most"),
            (of_events, EVENTS_LIMIT, "events; the limit is"),
            (of_a_line, LINE_LIMIT, "characters; give at most"),
            (of_lines, LINES_LIMIT, "lines; write events of their own"),
        ],
    )
    def test_one_more_than_the_limit_is_refused(
        self, text_of: Callable[[int], str], limit: int, problem: str
    ) -> None:
        read_overrides(text_of(limit), "swap.ics", BERLIN, START, END)
        (only,) = faults(text_of(limit + 1))
        assert problem in only

    def test_a_text_gives_at_most_as_many_overrides_as_a_file(self) -> None:
        def daily(count: int) -> str:
            return an_event("DTSTART:20261201T000000Z", f"RRULE:FREQ=DAILY;COUNT={count}")

        most = [daily(25)] * (OVERRIDES_LIMIT // 25)
        text = a_text(*most)
        assert len(read_overrides(text, "swap.ics", BERLIN, START, END)) == OVERRIDES_LIMIT
        assert faults(a_text(*most, daily(1))) == [
            f"1: VEVENT: there are {OVERRIDES_LIMIT + 1} overrides in the period;"
            f" the limit is {OVERRIDES_LIMIT}."
        ]
