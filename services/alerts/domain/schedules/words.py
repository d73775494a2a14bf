"""The values of a file of schedules as people write them: turns, hand-overs, dates and windows.

Every function raises ValueError with what would be right.
"""

import re
from datetime import date

from services.alerts.domain.schedules.schedule import WEEK, Window
from services.shared.clock import SECOND, Instant
from services.shared.zones import DAY, WEEKDAYS, at_local, day_number, zone_of

SHIFT_LIMIT = 366 * DAY
FIRST_YEAR, LAST_YEAR = 1970, 2199

_MINUTE = 60 * SECOND
_UNITS = {"hour": 60 * _MINUTE, "day": DAY, "week": WEEK}
_THURSDAY = 3  # 1970-01-01 was one, counted from Monday
_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_END = r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00"
_WEEKDAY = "|".join(WEEKDAYS)
_SHIFT = re.compile(r"([0-9]{1,6}) (hour|day|week)s?")
_HAND_OVER = re.compile(rf"(?:({_WEEKDAY}) )?({_TIME})")
_MOMENT = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}) ({_TIME})")
_WINDOW = re.compile(
    rf"(?P<day>daily|{_WEEKDAY}) (?P<opens>{_TIME}) *- *"
    rf"(?:(?P<last>{_WEEKDAY}) )?(?P<closes>{_END})"
)


def parse_shift(text: str) -> tuple[int, bool]:
    """The length of a turn in microseconds by the wall clock, and whether it is one of weeks."""
    match = _SHIFT.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no length; write for example '12 hours' or '1 week'.")
    micros = int(match[1]) * _UNITS[match[2]]
    if not 0 < micros <= SHIFT_LIMIT:
        raise ValueError(f"{text!r} is no turn; write '1 hour' to '{SHIFT_LIMIT // DAY} days'.")
    return micros, match[2] == "week"


def parse_hand_over(text: str, weekly: bool, starts: date) -> int:
    """The wall clock at the first hand-over from `starts` on, in microseconds after 1970-01-01."""
    match = _HAND_OVER.fullmatch(text)
    if not match or bool(match[1]) is not weekly:
        right = "'monday 09:00', as its turns are of weeks" if weekly else "'09:00'"
        raise ValueError(f"{text!r} is no hand-over; write for example {right}.")
    day = day_number(starts)
    if weekly:
        day += (WEEKDAYS.index(match[1]) - day - _THURSDAY) % 7
    return day * DAY + _time(match[2])


def parse_date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if text != found.isoformat() or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(
            f"{text!r} is no date; write for example '2026-11-02',"
            f" from {FIRST_YEAR} to {LAST_YEAR}."
        )
    return found


def parse_moment(text: str, zone: str) -> Instant:
    """`2026-12-24 09:00` by the wall clock of the zone."""
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no moment; write for example '2026-12-24 09:00'.")
    return at_local(zone_of(zone), day_number(parse_date(match[1])), _time(match[2]))


def parse_windows(text: str) -> tuple[Window, ...]:
    """`daily 22:00-06:00` is seven windows; `friday 17:00 - monday 08:00` is one."""
    match = _WINDOW.fullmatch(text)
    if not match or (match["day"] == "daily" and match["last"]):
        raise ValueError(
            f"{text!r} is no window; write for example 'daily 22:00-06:00' or"
            " 'friday 17:00 - monday 08:00'."
        )
    opens, closes = _time(match["opens"]), _time(match["closes"])
    if match["last"]:
        apart = (WEEKDAYS.index(match["last"]) - WEEKDAYS.index(match["day"])) % 7
        length = (apart * DAY + closes - opens) % WEEK
    else:
        length = closes - opens if closes == DAY else (closes - opens) % DAY
    if not length:
        raise ValueError(f"{text!r} has no length; for always, leave `only` out.")
    days = range(7) if match["day"] == "daily" else (WEEKDAYS.index(match["day"]),)
    return tuple(Window(day * DAY + opens, day * DAY + opens + length) for day in days)


def _time(text: str) -> int:
    return (int(text[:2]) * 60 + int(text[3:])) * _MINUTE
