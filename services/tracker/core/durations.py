"""Spans of elapsed time as agreements write them: `48 hours`, `80%`, `2 hours before`."""

import re
from datetime import timedelta

from services.shared.clock import SECOND, to_micros
from services.tracker.core.agreements import Rung
from services.tracker.core.subject import DEADLINE_LIMIT

_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


def parse_duration(text: str) -> int:
    """Microseconds of `48 hours`; raises ValueError with what would be right."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) *(second|minute|hour|day|week)s?", text.strip())
    if "business" in text:
        raise ValueError(
            f"{text!r} needs a working calendar, which is not read yet; write elapsed time,"
            " for example '2 days'."
        )
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if seconds * SECOND > DEADLINE_LIMIT:
        raise ValueError(f"{text!r} is over the limit of 1461 days; write a shorter one.")
    if not (micros := to_micros(timedelta(seconds=seconds))):
        raise ValueError(f"{text!r} is no duration; write for example '30 minutes' or '2 days'.")
    return micros


def parse_rung(text: str) -> Rung:
    """A warning of `50%` or `2 hours before`; raises ValueError with what would be right."""
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d+)?) *%", text.strip()):
        share = float(match[1]) / 100
        if not 0 < share < 1:
            raise ValueError(f"{text!r} is not between 0% and 100%; write for example '80%'.")
        return Rung(text.strip(), share=share)
    if text.strip().endswith(" before"):
        return Rung(text.strip(), before=parse_duration(text.strip().removesuffix(" before")))
    raise ValueError(f"{text!r} is no warning; write for example '80%' or '2 hours before'.")
