"""On which days somebody works, and from when to when; adding working time up is left out.

A window belongs to the day on which it opens: a holiday or an exception closes that day's windows,
not the end of the night shift that began the evening before.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from importlib.metadata import version

import holidays

from services.shared.clock import SECOND, Instant
from services.shared.zones import DAY, TZDATA_VERSION, at_local, day_number, zone_of

HOLIDAYS_VERSION = version("holidays")
_MINUTE = 60 * SECOND
_EPOCH = date(1970, 1, 1)
_TIMES = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]) *- *([01][0-9]|2[0-4]):([0-5][0-9])")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Open from `opens` until `closes`: microseconds by the wall clock after the day's midnight.

    An overnight window closes on the next day, more than 24 hours after the midnight.
    """

    opens: int
    closes: int


Windows = tuple[Window, ...]


@dataclass(frozen=True)
class WorkingDays:
    """A week from Monday to Sunday, without the public holidays of a country, but for exceptions.

    An exception wins over a holiday and over the week. The windows of a day do not overlap, nor do
    they overlap those of the next day. The versions of the zones' and of the holidays' rules are
    part of what it is: with other rules it may answer otherwise.
    """

    zone: str
    week: tuple[Windows, ...]
    country: str = ""
    subdivision: str = ""
    exceptions: tuple[tuple[date, Windows], ...] = ()
    tzdata_version: str = TZDATA_VERSION
    holidays_version: str = HOLIDAYS_VERSION

    def windows(self, day: int) -> Windows:
        """What the wall clock shows when the windows of a day open and close, in order.

        Days are counted from 1970-01-01.
        """
        if day in self._exceptions:
            return self._exceptions[day]
        on = _EPOCH + timedelta(days=day)
        if self.country and on in public_holidays(self.country, self.subdivision, on.year):
            return ()
        return self.week[on.weekday()]

    def hours(self, day: int) -> tuple[tuple[Instant, Instant], ...]:
        """The same as instants; a window that a change of the clocks skips whole is left out."""
        zone = zone_of(self.zone)
        bounds = (
            (at_local(zone, day, window.opens), at_local(zone, day, window.closes))
            for window in self.windows(day)
        )
        return tuple((opens, closes) for opens, closes in bounds if opens < closes)

    @cached_property
    def _exceptions(self) -> dict[int, Windows]:
        return {day_number(on): windows for on, windows in self.exceptions}


@lru_cache(maxsize=1_024)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """The holidays as observed in one year, for codes that the two checks below let pass."""
    return frozenset(
        holidays.country_holidays(country, subdiv=subdivision or None, years=year, expand=False)
    )


def check_country(code: str) -> str:
    """The code itself; raises ValueError where the library knows no such country."""
    if code not in holidays.list_supported_countries(include_aliases=False):
        raise ValueError(f"{code!r} has no known holidays; write a country's code such as 'DE'.")
    return code


def check_subdivision(country: str, code: str) -> str:
    """The code itself, or an empty one; raises ValueError where the country has no such part."""
    parts = holidays.list_supported_countries(include_aliases=False)[country]
    if code and code not in parts:
        known = f"there are {', '.join(parts)}" if parts else "leave it out"
        raise ValueError(f"{code!r} is no part of {country}; {known}.")
    return code


def parse_window(text: str) -> Window:
    """`08:00-12:00`, or overnight `22:00-06:00`; raises ValueError with what would be right."""
    match = _TIMES.fullmatch(text.strip())
    if not match or (match[3] == "24" and match[4] != "00"):
        raise ValueError(
            f"{text!r} is no window; write for example '08:00-12:00' or '22:00-06:00',"
            " from 00:00 to 24:00."
        )
    opens = (int(match[1]) * 60 + int(match[2])) * _MINUTE
    closes = (int(match[3]) * 60 + int(match[4])) * _MINUTE
    if opens == closes:
        raise ValueError(f"{text!r} has no length; write '00:00-24:00' for a whole day.")
    return Window(opens, closes if closes > opens else closes + DAY)
