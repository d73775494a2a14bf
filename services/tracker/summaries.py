"""A subject among others of its customer, order or case, as the message of gRPC's answer."""

from collections.abc import Sequence

from handoff.v1 import tracker_pb2

from services.shared.codec import stamp
from services.shared.errors import RefusalCode, Refused
from services.tracker.answers import event_message, found_message, standing_message
from services.tracker.core.promises import settled_state
from services.tracker.core.subject import Subject
from services.tracker.standing import Standing

PROMISES_SHOWN, EVENTS_SHOWN = 20, 10
"""Of each subject; 100 subjects have to fit into one answer."""


def about_of(request: tracker_pb2.ListSubjectsRequest) -> str:
    """`<kind>/<id>` that is asked about. Raises Refused where nothing is."""
    kind = request.WhichOneof("about")
    id = getattr(request, kind) if kind else ""
    if not id:
        raise Refused(
            RefusalCode.INVALID, "about", "Give a customer, an order or a case; none was given."
        )
    return f"{kind}/{id}"


def summary_message(subject: Subject, standings: Sequence[Standing]) -> tracker_pb2.SubjectSummary:
    return tracker_pb2.SubjectSummary(
        subject=subject.id,
        order=subject.order,
        customer=subject.customer,
        case=subject.case,
        began_at=stamp(subject.events[0].occurred_at),
        promises=[standing_message(each) for each in _shown(standings)],
        promise_count=len(standings),
        events=[event_message(each) for each in subject.events[-EVENTS_SHOWN:]],
        event_count=len(subject.events),
        findings=[
            found_message(id, known)
            for id, known in subject.found.items()
            if known.cleared_at is None
        ],
    )


def _shown(standings: Sequence[Standing]) -> Sequence[Standing]:
    """The open ones first, then those that were due last."""
    open_ones = [each for each in standings if settled_state(each.promise) is None]
    over = [each for each in reversed(standings) if settled_state(each.promise) is not None]
    return [*open_ones, *over][:PROMISES_SHOWN]
