"""The small parts of a text: moments, durations, and names as a person would say them."""

import re

from services.shared.clock import SECOND, Instant, to_datetime

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_EVENT_TYPE = re.compile(r"\b[a-z][a-z0-9-]*\.((?:[A-Z][a-z0-9]*)+)")


def duration(micros: int) -> str:
    """Whole words, the two largest units: `2 hours 5 minutes`."""
    seconds = abs(micros) // SECOND
    words = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            words.append(f"{count} {unit}{'s' if count != 1 else ''}")
        elif words:
            break
    return " ".join(words[:2]) or "less than a second"


def moment(at: Instant) -> str:
    return to_datetime(at).strftime("%Y-%m-%d %H:%M UTC")


def plain(awaits: str) -> str:
    """`operations.ParcelHandedOver` as `parcel handed over`; other words stay as they are."""
    return _EVENT_TYPE.sub(lambda found: re.sub(r"(?<!^)(?=[A-Z])", " ", found[1]).lower(), awaits)


def spaced(slug: str) -> str:
    """`ship-paid-order` as `ship paid order`."""
    return slug.replace("-", " ").replace("_", " ")


def sentence(text: str) -> str:
    """With a full stop, whoever wrote it; nothing stays nothing."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, and a word that it was cut."""
    mark = f" … (cut at {limit:,} characters)"
    return text if len(text) <= limit else text[: limit - len(mark)] + mark


def one_line(text: str) -> str:
    """Without line breaks and whatever else cannot be printed."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable())
