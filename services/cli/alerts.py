"""`handoff alerts`: what needs somebody, and the answers: acknowledge, snooze, release."""

import sys
from collections.abc import Callable, Iterator
from typing import Annotated, Any
from uuid import uuid4

import typer
from google.protobuf.json_format import MessageToDict
from handoff.v1 import alerts_pb2
from rich.console import Console
from rich.table import Table

from services.cli.alerts_service import (
    TIMEOUT_S,
    Actor,
    AsJson,
    alerts_service,
    moment_of,
    print_json,
    utc,
)

PAGE_SIZE = 500

app = typer.Typer(no_args_is_help=True)

Key = Annotated[str, typer.Argument(help="The alert's key, as `handoff alerts list` shows it.")]


@app.command("list")
def list_alerts(
    owed_by: Annotated[str, typer.Option(help="Only what this department owes.")] = "",
    owed_to: Annotated[str, typer.Option(help="Only what this department is owed.")] = "",
    subject: Annotated[str, typer.Option(help="Only this one, for example order/4711.")] = "",
    resolved: Annotated[bool, typer.Option("--resolved", help="What is over instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the alerts that need somebody, the one that a customer would notice first on top."""
    request = alerts_pb2.ListAlertsRequest(
        owed_by=owed_by,
        owed_to=owed_to,
        subject=subject,
        page_size=PAGE_SIZE,
        states=[alerts_pb2.ALERT_STATE_RESOLVED] if resolved else [],
    )
    found = list(_all(request))
    if as_json:
        print_json([_as_dict(alert) for alert in found])
    elif found:
        _print_table(found)
    else:
        print("Nothing needs anybody." if not resolved else "Nothing is over yet.")


@app.command()
def ack(
    key: Key,
    actor: Actor,
    note: Annotated[str, typer.Option(help="What you are doing about it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that you have an alert in hand."""
    request = alerts_pb2.AcknowledgeAlertRequest(key=key, actor=actor, note=note)
    with alerts_service() as alerts:
        alert = alerts.AcknowledgeAlert(request, timeout=TIMEOUT_S).alert
    until = ""
    if alert.HasField("acknowledged_until"):
        until = f" until {utc(alert.acknowledged_until)}"
    _say(alert, f"{key} is in the hands of {alert.acknowledged_by}{until}.", as_json)


@app.command()
def snooze(
    key: Key,
    actor: Actor,
    until: Annotated[str, typer.Option(help="A moment: 2026-11-02T16:00+01:00.")] = "",
    for_: Annotated[str, typer.Option("--for", help="A duration: 90m, 4h or 2d.")] = "",
    reason: Annotated[str, typer.Option(help="Why it can wait.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hear nothing of an alert until a moment, unless it gets worse."""
    request = alerts_pb2.SnoozeAlertRequest(
        key=key, actor=actor, until=moment_of(until, for_), reason=reason
    )
    with alerts_service() as alerts:
        alert = alerts.SnoozeAlert(request, timeout=TIMEOUT_S).alert
    _say(alert, f"{key} is snoozed until {utc(alert.snoozed_until)}.", as_json)


@app.command()
def release(
    promise: Annotated[str, typer.Argument(help="The promise, as `list --json` shows it.")],
    actor: Actor,
    reason: Annotated[str, typer.Option(help="Why it is given up; the debtor will read it.")],
    as_json: AsJson = False,
) -> None:
    """Give a promise up in the creditor's name: nothing is owed any more."""
    request = alerts_pb2.ReleasePromiseRequest(
        promise_id=promise, actor=actor, reason=reason, idempotency_key=uuid4().hex
    )
    with alerts_service() as alerts:
        event_id = alerts.ReleasePromise(request, timeout=TIMEOUT_S).event_id.hex()
    if as_json:
        print_json({"promise_id": promise, "event_id": event_id})
    else:
        print(f"{promise} is released (event {event_id}).")


def _all(request: alerts_pb2.ListAlertsRequest) -> Iterator[alerts_pb2.Alert]:
    with alerts_service() as alerts:
        while True:
            page = alerts.ListAlerts(request, timeout=TIMEOUT_S)
            yield from page.alerts
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token


def _say(alert: alerts_pb2.Alert, text: str, as_json: bool) -> None:
    if as_json:
        print_json(_as_dict(alert))
    else:
        print(text)


def _as_dict(alert: alerts_pb2.Alert) -> dict[str, Any]:
    found: dict[str, Any] = MessageToDict(
        alert, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return found | {"state": _state(alert), "revision": alert.revision}


def _state(alert: alerts_pb2.Alert) -> str:
    return alerts_pb2.AlertState.Name(alert.state).removeprefix("ALERT_STATE_").lower()


def _print_table(found: list[alerts_pb2.Alert]) -> None:
    table = Table(box=None, pad_edge=False)
    columns: dict[str, Callable[[alerts_pb2.Alert], str]] = {
        "key": lambda alert: alert.key,
        "state": _state,
        "what": lambda alert: alert.summary,
        "next step": lambda alert: alert.next_step,
    }
    for name in columns:
        table.add_column(name, no_wrap=name in ("key", "state"))
    for alert in found:
        table.add_row(*(column(alert) for column in columns.values()))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(table)
