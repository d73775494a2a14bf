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
    "disputed": "Disputed",
    "returned": "Returned",
    "bounced": "Bounced",
    "found": "Found",
    "paused": "Paused",
    "reported_done": "Reported done",
    "kept": "Kept",
    "kept_late": "Kept late",
    "cancelled": "Cancelled",
    "released": "Released",
}

FINDING_WORDS = {
    "repeated_request": "Asked twice",
    "over_fulfilled": "More than was promised",
    "unmatched_evidence": "Nobody waited for it",
    "evidence_after_end": "Done after its end",
}
SKIPPED_WORDS = {
    "fact_absent": "a fact that sets its due date was not told",
    "where_absent": "a fact that decides whether it applies was not told",
    "outer_absent": "the promise that it has to be done before is not there",
    "deadline_too_far": "its due date would be over 1,461 days ahead",
    "too_old": "the event was over 37 days old",
    "too_many": "the subject has too many open promises",
}
_COMPANIONS = {"acknowledge": "Say that it is in hand", "update": "Tell how it is going"}


def known_state(state: str) -> str:
    """The slug that styles and icons go by: `other` for a state of a newer tracker."""
    return state if state in STATE_WORDS else "other"


def element_id(promise_id: str) -> str:
    """An id that is safe in HTML and in a selector, whatever the promise's own id holds."""
    return "p-" + hashlib.sha256(promise_id.encode()).hexdigest()[:16]


def subject_path(subject: str) -> str:
    return "/subjects/" + quote(subject)


def customer_path(customer: str) -> str:
    return "/customers/" + quote(customer, safe="")


def promise_path(promise_id: str) -> str:
    return "/promises/" + quote(promise_id)


def state_word(state: str) -> str:
    return STATE_WORDS.get(state, state)


def finding_word(kind: str) -> str:
    return FINDING_WORDS.get(kind) or plain(kind)


def skipped_word(reason: str) -> str:
    """A whole clause for a reason that is known, the slug with spaces for another."""
    return SKIPPED_WORDS.get(reason) or reason.replace("_", " ").replace("-", " ")


def owed_word(agreement: str, awaits: str) -> str:
    """What is owed: the event awaited, or for a companion of another agreement what it is for."""
    name, _, companion = agreement.partition(".")
    if companion in _COMPANIONS:
        return f"{_COMPANIONS[companion]}: {plain(name).lower()}"
    return plain(awaits) or plain(agreement)


def plain(name: str) -> str:
    """`operations.ParcelHandedOver` and `hand_to_carrier` as words; other text as it is."""
    if event := re.fullmatch(r"[a-z][a-z0-9-]*\.([A-Z][A-Za-z0-9]*)", name):
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", event[1]).capitalize()
    if re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", name):
        return re.sub(r"[_-]", " ", name).capitalize()
    return name
