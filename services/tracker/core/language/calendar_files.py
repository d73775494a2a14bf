"""The language of calendars: a YAML text to a `WorkingCalendar`, or every fault with its line."""

from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.shared.faults import Fault, fault_at, fault_of
from services.shared.yaml_text import Document
from services.shared.zones import DAY, WEEKDAYS, day_number, zone_of
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.calendars.working_days import (
    Windows,
    WorkingDays,
    check_country,
    check_subdivision,
    parse_window,
)
from services.tracker.core.language.model import VERSION_LIMIT, Name

WINDOWS_LIMIT = 16
EXCEPTIONS_LIMIT = 1_000

_T = TypeVar("_T")
_Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
_Texts = Annotated[list[str], Field(max_length=WINDOWS_LIMIT)]


class WeekFile(BaseModel):
    """The windows of each weekday, for example `08:00-12:00`; a day left out is closed."""

    model_config = ConfigDict(extra="forbid")

    monday: _Texts = []
    tuesday: _Texts = []
    wednesday: _Texts = []
    thursday: _Texts = []
    friday: _Texts = []
    saturday: _Texts = []
    sunday: _Texts = []


class HolidaysFile(BaseModel):
    """Whose public holidays are closed, by the ISO 3166 codes of the country and its part."""

    model_config = ConfigDict(extra="forbid")

    country: str = Field(description="for example DE")
    subdivision: str = Field("", description="for example BE")


class CalendarFile(BaseModel):
    """The keys of one calendar file."""

    model_config = ConfigDict(extra="forbid")

    calendar: Name
    version: int = Field(ge=1, le=VERSION_LIMIT)
    zone: str = Field(description="an IANA time zone, for example Europe/Berlin")
    week: WeekFile
    holidays: HolidaysFile | None = None
    exceptions: dict[_Day, _Texts] = Field(
        {}, max_length=EXCEPTIONS_LIMIT, description="the windows of single dates; none: closed"
    )


def read_calendar(document: Document, file: str) -> WorkingCalendar | tuple[Fault, ...]:
    """The calendar that a file describes, or all its faults."""
    if not isinstance(document.content, dict):
        return (Fault(file, 1, "file", "it is not a mapping; start with `calendar: <name>`."),)
    try:
        parsed = CalendarFile.model_validate(document.content)
    except ValidationError as error:
        return tuple(_fault(file, document, problem) for problem in error.errors())
    return _Reading(parsed, file, document).calendar()


class _Reading:
    """The checks of what the keys say, collecting faults as it goes."""

    def __init__(self, parsed: CalendarFile, file: str, document: Document) -> None:
        self.parsed, self.file, self.document = parsed, file, document
        self.faults: list[Fault] = []

    def calendar(self) -> WorkingCalendar | tuple[Fault, ...]:
        """Each check needs what the one before it has found sound."""
        days = self._days()
        if not self.faults and not any(days.week):
            self._fault("the calendar has no working time; open it on a day of the week.", "week")
        if not self.faults:
            self._check_nights(days)
        name, version = self.parsed.calendar, self.parsed.version
        return tuple(self.faults) or WorkingCalendar(name, version, days)

    def _days(self) -> WorkingDays:
        parsed, closed_for = self.parsed, self.parsed.holidays
        self._checked(zone_of, parsed.zone, "zone")
        if closed_for:
            self._check_holidays(closed_for)
        return WorkingDays(
            zone=parsed.zone,
            week=tuple(
                self._windows(getattr(parsed.week, each), "week", each) for each in WEEKDAYS
            ),
            country=closed_for.country if closed_for else "",
            subdivision=closed_for.subdivision if closed_for else "",
            exceptions=tuple(
                (on, self._windows(texts, "exceptions", text))
                for text, texts in sorted(parsed.exceptions.items())
                if (on := self._checked(_date, text, "exceptions", text))
            ),
        )

    def _check_holidays(self, closed_for: HolidaysFile) -> None:
        if self._checked(check_country, closed_for.country, "holidays", "country"):
            self._checked(
                partial(check_subdivision, closed_for.country),
                closed_for.subdivision,
                "holidays",
                "subdivision",
            )

    def _windows(self, texts: list[str], *path: str) -> Windows:
        """The windows of one day in order; a fault where two overlap."""
        read = sorted(
            (window, place)
            for place, text in enumerate(texts)
            if (window := self._checked(parse_window, text, *path, place))
        )
        for (first, first_place), (second, place) in pairwise(read):
            if second.opens < first.closes:
                overlap = f"{texts[place]!r} overlaps {texts[first_place]!r}"
                self._fault(f"{overlap}; let one close before the other opens.", *path, place)
        return tuple(window for window, _ in read)

    def _check_nights(self, days: WorkingDays) -> None:
        """A fault where an overnight window runs into a window of the day after."""
        for place, name in enumerate(WEEKDAYS):
            self._check_night(days.week[place - 1], days.week[place], "week", name)
        exceptions = {day_number(on): on.isoformat() for on, _ in days.exceptions}
        for day, text in exceptions.items():
            self._check_night(days.windows(day - 1), days.windows(day), "exceptions", text)
            if day + 1 not in exceptions:
                self._check_night(days.windows(day), days.windows(day + 1), "exceptions", text)

    def _check_night(self, before: Windows, after: Windows, *path: str) -> None:
        if before and after and before[-1].closes - DAY > after[0].opens:
            self._fault(
                "an overnight window is still open when a window of the day after opens;"
                " let it close before.",
                *path,
            )

    def _checked(self, parse: Callable[[str], _T], text: str, *path: str | int) -> _T | None:
        try:
            return parse(text)
        except ValueError as error:
            self._fault(str(error), *path)
            return None

    def _fault(self, remedy: str, *path: str | int) -> None:
        self.faults.append(fault_at(self.file, self.document, path, remedy))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write for example '2026-12-24'.") from None


def _fault(file: str, document: Document, problem: Any) -> Fault:  # noqa: ANN401 - pydantic's ErrorDetails
    within: dict[str | int, type[BaseModel]] = {"week": WeekFile, "holidays": HolidaysFile}
    known = within.get(problem["loc"][0], CalendarFile) if len(problem["loc"]) > 1 else CalendarFile
    return fault_of(file, document, problem, known.model_fields)
