"""The console's words for the system's slugs, and the names that a promise has inside a page."""

import hashlib
import re
from urllib.parse import quote

STATE_WORDS = {
    "proposed": "Proposed",
    "on_track": "On track",
    "at_risk": "At risk",
    "overdue_unconfirmed": "Overdue, unconfirmed",
    "breached": "Breached",
    "unknown": "Unknown",
    "paused": "Paused",
    "reported_done": "Reported done",
    "kept": "Kept",
    "kept_late": "Kept late",
    "cancelled": "Cancelled",
    "released": "Released",
}


def known_state(state: str) -> str:
    """The slug that styles and icons go by: `other` for a state of a newer tracker."""
    return state if state in STATE_WORDS else "other"


def element_id(promise_id: str) -> str:
    """An id that is safe in HTML and in a selector, whatever the promise's own id holds."""
    return "p-" + hashlib.sha256(promise_id.encode()).hexdigest()[:16]


def subject_path(subject: str) -> str:
    return "/subjects/" + quote(subject)


def state_word(state: str) -> str:
    return STATE_WORDS.get(state, state)


def plain(name: str) -> str:
    """`operations.ParcelHandedOver` and `hand_to_carrier` as words; other text as it is."""
    if event := re.fullmatch(r"[a-z][a-z0-9-]*\.([A-Z][A-Za-z0-9]*)", name):
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", event[1]).capitalize()
    if re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", name):
        return re.sub(r"[_-]", " ", name).capitalize()
    return name
