"""A subject's promises and events as lines for people, and its events as JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

from handoff.v1 import tracker_pb2

from services.cli.printing import as_dict, slug, utc


def lines_of(
    promises: Iterable[tracker_pb2.Promise], events: Iterable[tracker_pb2.SubjectEvent]
) -> Iterator[str]:
    """The promises by due date, then the events in the order of time."""
    for promise in sorted(promises, key=lambda each: each.due_by.ToMicroseconds()):
        state = slug(tracker_pb2.PromiseState.Name(promise.state), "PROMISE_STATE_")
        yield (
            f"  {promise.owed_by} owes {promise.owed_to} {promise.agreement}, due"
            f" {utc(promise.due_by)}: {state.replace('_', ' ')}  ({promise.promise_id})"
        )
    for event in sorted(events, key=lambda each: each.occurred_at.ToMicroseconds()):
        yield f"  {utc(event.occurred_at)}  {event.type}  ({event.party})"


def as_events(events: Iterable[tracker_pb2.SubjectEvent]) -> list[dict[str, Any]]:
    """An event's id is hexadecimal, as everywhere."""
    return [as_dict(each) | {"id": each.id.hex()} for each in events]
