"""The words for what moved a promise's clock, and for what was concluded of it and why."""

from services.console.words import state_word

MOVE_WORDS = {
    "opened": "The promise begins",
    "returned": "Returned: the handoff is not complete, so the clock stands",
    "completed": "The handoff is complete: the clock goes on",
    "acknowledged": "Acknowledged",
    "paused": "The clock stands",
    "resumed": "The clock goes on",
    "pause_limit": "The pause is over by itself: the clock goes on",
    "amended": "A new version of the promise",
    "heard_of": "Something was said: the next word is due later",
    "moved_along": "Due anew with what it hangs on",
    "delivered": "A part of it was delivered",
    "reported": "Reported done: it waits to be confirmed",
    "disputed": "Disputed",
    "kept": "Kept",
    "kept_late": "Kept, but late",
    "deemed_accepted": "Accepted by silence",
    "cancelled": "Cancelled",
    "released": "Released by its creditor",
    "opening_taken_back": "What opened it was taken back: it was never owed",
}
CONCLUSION_WORDS = {
    "opened": "Open again",
    "acknowledged": "Acknowledged",
    "warned": "Warned",
    "withdrawn": "Withdrawn",
    "resumed": "The clock goes on",
    "amended": "Amended",
    "cleared": "No longer so",
}
REASON_WORDS = {
    "evidence_retracted": "what had kept it was taken back",
    "reopened": "what had ended it was taken back",
    "opening_retracted": "what opened it was taken back",
    "deadline_passed": "the due date passed",
    "evidence_after_deadline": "what kept it happened after the due date",
    "party_silent": "nothing is heard of those who could tell",
    "evidence": "what keeps it happened",
    "late_evidence": "it had been kept in time; the proof came late",
    "deadline_moved": "the due date proved to be later",
    "cancelling_event": "it was called off",
    "released_by_creditor": "its creditor gave it up",
    "deemed_accepted": "nobody objected in time",
    "acknowledged_by_debtor": "the debtor said so",
    "amendment": "it was amended in time",
    "amended_too_late": "it was amended after the due date",
    "pausing_event": "something began that stops the clock",
    "resuming_event": "what stopped the clock ended",
    "pause_limit": "the longest pause was over",
    "incomplete": "the handoff was not complete",
    "dispute": "one of the two does not agree",
}


def move_word(move: str) -> str:
    return MOVE_WORDS.get(move) or move.replace("_", " ")


def conclusion_word(kind: str) -> str:
    return CONCLUSION_WORDS.get(kind) or state_word(kind)


def reason_word(reason: str, rule: str) -> str:
    """By which rule: a warning's own, or the reason in words."""
    return f"by the rule {rule}" if rule else REASON_WORDS.get(reason, reason.replace("_", " "))
