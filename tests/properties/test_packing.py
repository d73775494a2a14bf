"""A promise that was stored for people who ask stands as the one that it was made of."""

from typing import Any

from hypothesis import given

from services.tracker.core.promises import Promise, settled_state
from tests.histories import Day, Step, days

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


@given(days())
def test_a_subject_that_was_stored_has_the_promises_that_it_had(steps: list[Step]) -> None:
    day, restarted = Day(steps), Day(steps, restarting=True)
    assert {id: shown(each) for id, each in restarted.promises.items()} == {
        id: shown(each) for id, each in day.promises.items()
    }
