"""Event types, spans, moments and parties in the words of people, for explanations."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from services.shared.clock import Instant, to_datetime
from services.tracker.core.durations import BusinessDays, BusinessTime, Duration, WallTime

_SECOND = 1_000_000
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_BUSINESS_UNITS = _UNITS[1:]


def said(event_type: str) -> str:
    """`operations.ParcelHandedOver` as `operations: parcel handed over`."""
    party, _, name = event_type.partition(".")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
    return f"{party}: {words}"


def span_in_words(span: Duration) -> str:
    """`2 business days`, `4 business hours`, `1 day 12 hours`."""
    match span:
        case BusinessDays(days):
            return _counted(days, "business day")
        case BusinessTime(micros):
            return _length(micros, "business ", _BUSINESS_UNITS)
        case WallTime(micros):
            return elapsed_in_words(micros)


def elapsed_in_words(micros: int) -> str:
    return _length(micros, "", _UNITS)


def worked_in_words(micros: int) -> str:
    """Working time, which has no days."""
    return _length(micros, "", _BUSINESS_UNITS)


def _length(micros: int, prefix: str, units: tuple[tuple[str, int], ...]) -> str:
    left, parts = micros // _SECOND, []
    for unit, seconds in units:
        count, left = divmod(left, seconds)
        if count:
            parts.append(_counted(count, f"{prefix}{unit}"))
    return " ".join(parts) or f"no {prefix}time"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" + ("" if count == 1 else "s")


def moment_in_words(at: Instant, zone: ZoneInfo) -> str:
    """`Mon 2 Nov 2026 09:00`, local time of the zone; seconds only where there are any."""
    local: datetime = to_datetime(at).astimezone(zone)
    seconds = f":{local:%S}" if local.second else ""
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}{seconds}"


def day_in_words(at: Instant, zone: ZoneInfo) -> str:
    local = to_datetime(at).astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"
