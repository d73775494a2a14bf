"""`handoff show`: all of one alert, all of one order or case, or what there is of a customer."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from handoff.v1 import alerts_pb2, tracker_pb2

from services.cli.calling import TIMEOUT_S, alerts_service, tracker_service
from services.cli.printing import AsJson, as_dict, hands_of, print_json, slug, state_of, utc
from services.cli.show_customer import show_customer
from services.cli.subject_lines import as_events, lines_of

CUSTOMER = "customer/"
PAGE_SIZE = 500
_STATES = [state for state in alerts_pb2.AlertState.values() if state]


def command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="KEY|SUBJECT|CUSTOMER", help="An alert's key, or order/4711, or customer/c-77"
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Show all of one alert, with its notes, or all of one order or case in the order of time.

    Of a customer all subjects, the first to begin on top.
    """
    if what.startswith(CUSTOMER):
        show_customer(what.removeprefix(CUSTOMER), as_json)
        return
    if "/" not in what:
        with alerts_service() as alerts:
            request = alerts_pb2.GetAlertRequest(key=what)
            alert = alerts.GetAlert(request, timeout=TIMEOUT_S).alert
        if as_json:
            print_json(as_dict(alert))
        else:
            print("\n".join(_alert(alert)))
        return
    found, subject = _alerts_of(what), _subject(what)
    if as_json:
        print_json(_as_dict(subject) | {"alerts": [as_dict(alert) for alert in found]})
    else:
        print("\n".join(_lines(subject, found)))


def _alerts_of(subject: str) -> list[alerts_pb2.Alert]:
    request = alerts_pb2.ListAlertsRequest(subject=subject, page_size=PAGE_SIZE, states=_STATES)
    with alerts_service() as alerts:
        return list(alerts.ListAlerts(request, timeout=TIMEOUT_S).alerts)


def _subject(subject: str) -> tracker_pb2.GetSubjectResponse:
    with tracker_service() as tracker:
        request = tracker_pb2.GetSubjectRequest(subject=subject)
        return tracker.GetSubject(request, timeout=TIMEOUT_S)


def _as_dict(told: tracker_pb2.GetSubjectResponse) -> dict[str, Any]:
    return as_dict(told) | {"events": as_events(told.events)}


def _lines(told: tracker_pb2.GetSubjectResponse, alerts: list[alerts_pb2.Alert]) -> Iterator[str]:
    yield told.subject
    yield from lines_of(told.promises, told.events)
    for alert in alerts:
        yield from ("", *_alert(alert))


def _alert(alert: alerts_pb2.Alert) -> Iterator[str]:
    yield f"{alert.key}  {alert.condition.replace('_', ' ')}, {state_of(alert)}"
    yield f"  {alert.summary}"
    facts = {
        "next step": alert.next_step,
        "assigned to": alert.assignee,
        "in the hands of": hands_of(alert),
        "snoozed until": utc(alert.snoozed_until),
        "closed by": alert.closed_by,
        "cause": slug(alerts_pb2.Cause.Name(alert.cause), "CAUSE_").replace("_", " "),
        "disputed by": f"{alert.disputed_by}: {alert.dispute_reason}" if alert.disputed_by else "",
        "told": ", ".join(alert.told),
        "next rung": utc(alert.next_rung_at),
        "promise": alert.promise_id,
        "page": alert.url,
        "trace": alert.trace_id,
    }
    yield from (f"  {name}: {value}" for name, value in facts.items() if value)
    if alert.HasField("new_date_asked"):
        yield f"  asked for a new date: {_said(alert.new_date_asked)}"
    if alert.HasField("customer_to_be_told"):
        yield f"  support was asked to tell the customer: {_said(alert.customer_to_be_told)}"
    yield from (f"  note: {_said(each)}" for each in alert.notes)


def _said(said: alerts_pb2.Said) -> str:
    return f"{said.words} ({said.actor}, {utc(said.at)})"
