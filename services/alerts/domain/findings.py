"""What is said of a finding: its title, whose it is, and what to do. What happened is in the
ledger's own words.
"""

import re

from services.alerts.domain.clauses import about
from services.alerts.domain.promise import Promise
from services.alerts.domain.troubles import is_own
from services.alerts.domain.words import sentence, spaced

_TITLES = {
    "repeated_request": "Asked twice",
    "disagreement": "Disagreement",
    "over_fulfilled": "More than was promised",
    "left_alone": "Left alone",
    "unmatched_evidence": "Nobody waited for it",
    "evidence_after_end": "Done after its end",
    "objective_burning": "Broken too often",
    "tracker_silent": "The tracker is away",
    "tracker_behind": "The tracker is behind",
    "silent_party": "A department's service is silent",
    "clock_skew": "A clock is off",
    "dead_letters": "Dead letters",
    "receiver_failing": "A receiver is away",
    "notices_refused": "Refused by a receiver",
    "nobody_on_call": "Nobody on call",
}
_STEPS = {
    "bounced": "Let {owed_by} keep it and name who finishes it; do not pass it on again.",
    "repeated_request": "Take the answer that is there, and tell the customer so.",
    "disagreement": "Agree with {owed_to} on what is right before the customer sees it.",
    "over_fulfilled": "Stop what is still on its way, and take back what was too much.",
    "left_alone": "Take it up, and tell {owed_to} that you have it.",
}


def title(promise: Promise) -> str:
    """What kind of thing was found; the slug itself where a newer ledger found it."""
    return _TITLES.get(promise.finding) or spaced(promise.finding).capitalize() or "Found"


def told(promise: Promise) -> str:
    """What happened in the ledger's words, and to which order or case and customer, once."""
    if is_own(promise.promise_id):
        return sentence(promise.detail)
    concerns = []
    if not _names(promise.detail, promise.subject.replace("/", " ", 1)):
        concerns.append(about(promise))
    if promise.customer and not _names(promise.detail, promise.customer):
        concerns.append(f"customer {promise.customer}")
    if not concerns:
        return sentence(promise.detail)
    return f"{sentence(promise.detail)} It is about {' and '.join(concerns)}.".strip()


def owner(promise: Promise) -> str:
    """One named party, and who waits for it."""
    verb = "owns it now" if promise.finding == "bounced" else "has the next step"
    if promise.owed_to in ("", promise.owed_by):
        return f"{promise.owed_by} {verb}."
    return f"{promise.owed_by} {verb}; {promise.owed_to} waits."


def default_step(promise: Promise) -> str:
    step = _STEPS.get(promise.finding, "Ask {owed_by} what happened.")
    return step.format(owed_by=promise.owed_by, owed_to=promise.owed_to or promise.owed_by)


def _names(text: str, name: str) -> bool:
    """As a word of its own: order 47 is not order 4711."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
