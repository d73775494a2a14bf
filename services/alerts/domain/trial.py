"""A notice that only tries a receiver out, and says so; and the one that ends it."""

from services.alerts.domain.alert import History, Notice
from services.alerts.domain.decisions import decide
from services.alerts.domain.promise import Condition, Promise, Resolution, Word
from services.shared.clock import Instant

PARTY = "oncall"


def trial(receiver: str, now: Instant) -> tuple[Notice, Notice]:
    """Decided as any other; each moment is an alert of its own."""
    promise = Promise(
        promise_id=f"trial/{receiver}~{now}",
        agreement="trial",
        owed_by=PARTY,
        owed_to=PARTY,
        subject=f"trial/{receiver}",
        due_by=now,
        finding="test",
        detail=f"This is a test of the receiver {receiver}; nothing is wrong.",
        next_step="Nothing: this is a test.",
    )
    began = decide(History(), Word(promise, 1, Condition.FOUND), now)
    ended = decide(began.history, Word(promise, 2, Resolution.CLEARED), now)
    return began.notices[0], ended.notices[0]
