"""A promise that was stored for people who ask stands as the one that it was made of."""

from typing import Any

import bson
from hypothesis import given
from hypothesis import strategies as st

from services.tracker.core.promises import Promise, Watermark, settled_state, status
from services.tracker.rows import promise_of, promise_row
from tests.histories import FIRST, SETS, Day, Step, days
from tests.promising import HOUR, MINUTE, ORDER

MOMENTS = st.integers(0, 36).map(lambda n: FIRST + n * 30 * MINUTE)
COURSE = (
    "version",
    "undelayed_by",
    "missed",
    "acknowledged_at",
    "reported_at",
    "accepted_by",
    "deemed_accepted",
    "pauses",
    "parts",
    "missing",
)


def shown(promise: Promise) -> dict[str, Any]:
    """What people are told of it, whenever they ask."""
    return {
        "ended": (settled_state(promise), promise.ended_at or promise.settled_at),
        "dates": (promise.requested_by, promise.first_confirmed_by, promise.due_by),
        "told": (promise.breached_at, promise.announced, promise.rungs, promise.revision),
        **{name: getattr(promise.course, name) for name in COURSE},
    }


@given(days(), MOMENTS, st.sampled_from([0, HOUR]), st.sampled_from([0, HOUR]))
def test_a_promise_that_was_stored_stands_as_it_stood(
    steps: list[Step], now: int, behind: int, silent: int
) -> None:
    day = Day(steps)
    subject = day.table.subjects[ORDER]
    watermark = Watermark(now - max(behind, silent), now - silent, now - behind)
    for promise in subject.promises.values():
        row = bson.decode(bson.encode(promise_row(subject, promise, 0)))
        stored = promise_of(row, SETS)
        assert shown(stored) == shown(promise)
        assert status(stored, now, watermark) == status(promise, now, watermark)


@given(days())
def test_a_subject_that_was_stored_has_the_promises_that_it_had(steps: list[Step]) -> None:
    day, restarted = Day(steps), Day(steps, restarting=True)
    assert {id: shown(each) for id, each in restarted.promises.items()} == {
        id: shown(each) for id, each in day.promises.items()
    }
