"""A record of the verdicts topic on its way in: read, decided, and seen on span and counter."""

from collections.abc import Callable

from opentelemetry import trace

from services.alerts.codec import word_of_verdict
from services.alerts.domain.alert import Decision, Reason
from services.alerts.domain.promise import Word
from services.alerts.handlers import Desk, hear
from services.shared import telemetry as names
from services.shared.bus import Received
from services.shared.clock import Clock
from services.shared.consuming import Handler


def verdict_handler(
    desk: Desk, clock: Clock, count: Callable[[Reason], None], miss: Callable[[str], None]
) -> Handler:
    """Raises InvalidEvent where the record is no verdict.

    `miss` hears once of each ladder that an agreement names and that is not there.
    """
    missed: set[str] = set()

    def handle(received: Received) -> None:
        word = word_of_verdict(received.value)
        if word is None:
            return
        named = word.promise.escalate
        if named and named not in desk.ladders.ladders and named not in missed:
            missed.add(named)
            miss(named)
        decision = hear(word, desk, clock.now())
        _describe(word, decision)
        count(decision.reason)

    return handle


def _describe(word: Word, decision: Decision) -> None:
    span = trace.get_current_span()
    span.set_attribute(names.HANDOFF_SUBJECT, word.promise.subject)
    span.set_attribute(names.HANDOFF_PROMISE_ID, word.promise.promise_id)
    span.set_attribute(names.HANDOFF_VERDICT_KIND, word.says)
    span.set_attribute(names.HANDOFF_REASON, decision.reason)
    if decision.notices:
        span.set_attribute(names.HANDOFF_ALERT_KEY, decision.notices[-1].alert.key)
