"""A promise as the tracker explains it, worked out by its own core: broken after a pause."""

from handoff.v1 import tracker_pb2

from services.shared.clock import Instant
from services.tracker.core.agreements import PauseRule
from services.tracker.core.durations import WallTime
from services.tracker.core.explanation.steps import steps
from services.tracker.explaining import Explanation, explanation_message
from services.tracker.standing import standing
from tests.promising import HOUR, ORDER, Desk, an_agreement, an_event, at, marks

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
PROMISE = f"{ORDER}~ship-paid-order"
MISSING = PauseRule(
    "operations.StockMissing", "operations.StockArrived", "supplier", WallTime(2 * HOUR)
)


def explained(now: Instant) -> tracker_pb2.ExplainPromiseResponse:
    """Paid at 09:00 with two hours to go; the clock stood from 09:30 to 10:00."""
    desk, shortage = Desk(an_agreement("50%", pauses=(MISSING,))), (("shortage_id", "1"),)
    desk.hear(an_event(traceparent=TRACEPARENT, customer="c-77"))
    desk.hear(an_event("operations.StockMissing", "09:30", key=shortage))
    desk.hear(an_event("operations.StockArrived", "10:00", key=shortage))
    for moment in (at("10:45"), now):
        desk.pass_time(moment)
    subject, promise = desk.subject, desk.promise
    return explanation_message(
        Explanation(
            standing(subject, promise, marks(now), now),
            steps(subject, promise, desk.table.sets, now),
            desk.told[1:],
            now,
        )
    )
