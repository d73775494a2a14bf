"""All subjects of one customer, as the console's page of a customer shows them."""

from collections.abc import Iterator
from typing import Any

from handoff.v1 import tracker_pb2

from services.cli.calling import TIMEOUT_S, tracker_service
from services.cli.errors import CommandFailed
from services.cli.printing import as_dict, counted, print_json, utc
from services.cli.subject_lines import as_events, lines_of


def show_customer(customer: str, as_json: bool) -> None:
    """In the order of their first events. Raises CommandFailed where there is none."""
    with tracker_service() as tracker:
        request = tracker_pb2.ListSubjectsRequest(customer=customer)
        told = tracker.ListSubjects(request, timeout=TIMEOUT_S)
    if not told.subjects:
        raise CommandFailed(f"The tracker knows no subject of customer {customer}.")
    if as_json:
        print_json(_as_dict(told))
    else:
        print("\n".join(_lines(customer, told)))


def _as_dict(told: tracker_pb2.ListSubjectsResponse) -> dict[str, Any]:
    subjects = [as_dict(each) | {"events": as_events(each.events)} for each in told.subjects]
    return as_dict(told) | {"subjects": subjects}


def _lines(customer: str, told: tracker_pb2.ListSubjectsResponse) -> Iterator[str]:
    subjects = counted(len(told.subjects), "subject")
    yield f"customer {customer}: {subjects}, the first to begin on top"
    if told.cut:
        yield "There are more: these are those that changed last."
    for each in told.subjects:
        yield from ("", f"{each.subject}  since {utc(each.began_at)}")
        yield from lines_of(each.promises, each.events)
        yield from (f"  found: {finding.detail}" for finding in each.findings)
        if more := _more(each):
            yield f"  and {more}: `handoff show {each.subject}` has all"


def _more(each: tracker_pb2.SubjectSummary) -> str:
    """What there is of it that the tracker did not name; empty where that is nothing."""
    promises = each.promise_count - len(each.promises)
    events = each.event_count - len(each.events)
    left = ((promises, "more promise"), (events, "more event"))
    return " and ".join(counted(count, what) for count, what in left if count > 0)
