"""`handoff alerts`: what needs somebody, and the answers: acknowledge, snooze, release."""

import getpass
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

import grpc
import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2
from handoff.v1.alerts_pb2_grpc import AlertsServiceStub
from rich.console import Console
from rich.table import Table

from services.cli import surroundings
from services.cli.errors import CommandFailed
from services.shared.rpc import sync_channel

PAGE_SIZE = 500
TIMEOUT_S = 5.0
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Actor = Annotated[str, typer.Option("--as", help="Who does it.", default_factory=getpass.getuser)]
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
        _print_json([_as_dict(alert) for alert in found])
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
    with _alerts() as alerts:
        alert = alerts.AcknowledgeAlert(request, timeout=TIMEOUT_S).alert
    until = ""
    if alert.HasField("acknowledged_until"):
        until = f" until {alert.acknowledged_until.ToDatetime(tzinfo=UTC):%Y-%m-%d %H:%M UTC}"
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
        key=key, actor=actor, until=_until(until, for_), reason=reason
    )
    with _alerts() as alerts:
        alert = alerts.SnoozeAlert(request, timeout=TIMEOUT_S).alert
    moment = alert.snoozed_until.ToDatetime(tzinfo=UTC)
    _say(alert, f"{key} is snoozed until {moment:%Y-%m-%d %H:%M UTC}.", as_json)


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
    with _alerts() as alerts:
        event_id = alerts.ReleasePromise(request, timeout=TIMEOUT_S).event_id.hex()
    if as_json:
        _print_json({"promise_id": promise, "event_id": event_id})
    else:
        print(f"{promise} is released (event {event_id}).")


@contextmanager
def _alerts() -> Iterator[AlertsServiceStub]:
    """A refusal is said as it is; raises CommandFailed where there is nobody to refuse."""
    address = surroundings.settings().endpoints.alerts.grpc_address
    channel = sync_channel(address)
    try:
        yield AlertsServiceStub(channel)
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.INVALID_ARGUMENT:
            raise typer.BadParameter(str(error.details())) from error
        if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
            raise CommandFailed(
                f"The alerts service at {address} does not answer. Is `handoff up` running?"
                " If it runs elsewhere, set HANDOFF_ENDPOINTS__ALERTS__HOST and __GRPC."
            ) from error
        raise CommandFailed(str(error.details())) from error
    finally:
        channel.close()


def _all(request: alerts_pb2.ListAlertsRequest) -> Iterator[alerts_pb2.Alert]:
    with _alerts() as alerts:
        while True:
            page = alerts.ListAlerts(request, timeout=TIMEOUT_S)
            yield from page.alerts
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token


def _until(until: str, for_: str) -> Timestamp:
    if bool(until) == bool(for_):
        raise typer.BadParameter("Give either --until MOMENT or --for DURATION.")
    stamp = Timestamp()
    stamp.FromDatetime(_moment(until) if until else datetime.now(UTC) + _duration(for_))
    return stamp


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"--until {text!r} is not a moment; give one like 2026-11-02T16:00+01:00."
        ) from None
    return moment.astimezone(UTC)


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if not match:
        raise typer.BadParameter(f"--for {text!r} is not a duration; give one like 90m, 4h or 2d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _say(alert: alerts_pb2.Alert, text: str, as_json: bool) -> None:
    if as_json:
        _print_json(_as_dict(alert))
    else:
        print(text)


def _as_dict(alert: alerts_pb2.Alert) -> dict[str, Any]:
    found: dict[str, Any] = MessageToDict(
        alert, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return found | {"state": _state(alert), "revision": alert.revision}


def _state(alert: alerts_pb2.Alert) -> str:
    return alerts_pb2.AlertState.Name(alert.state).removeprefix("ALERT_STATE_").lower()


def _print_json(content: object) -> None:
    print(json.dumps(content, indent=2, ensure_ascii=False))


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
