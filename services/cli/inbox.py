"""`handoff inbox`: what needs somebody, the one that a customer would notice first on top."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer
from handoff.v1 import alerts_pb2
from rich.console import Console
from rich.table import Table

from services.alerts.domain.promise import Condition
from services.cli.calling import TIMEOUT_S, alerts_service
from services.cli.moments import duration, end_of
from services.cli.printing import AsJson, as_dict, hands_of, print_json, state_of, utc

PAGE_SIZE = 500
BREACHED = 1
"""The exit code where one of those that need somebody is a broken promise."""


class Over(StrEnum):
    """Those that need nobody any more."""

    CLOSED = "closed"
    RESOLVED = "resolved"


_STATES = {
    Over.CLOSED: alerts_pb2.ALERT_STATE_CLOSED,
    Over.RESOLVED: alerts_pb2.ALERT_STATE_RESOLVED,
}


def command(  # noqa: PLR0913, PLR0917 - what people type, each by its name
    owed_by: Annotated[
        list[str] | None, typer.Option(help="Only what this department owes; may be repeated.")
    ] = None,
    owed_to: Annotated[
        list[str] | None, typer.Option(help="Only what this department is owed; as above.")
    ] = None,
    state: Annotated[
        list[Condition] | None, typer.Option(help="Only these, for example at_risk; as above.")
    ] = None,
    subject: Annotated[str, typer.Option(help="Only this one, for example order/4711.")] = "",
    assignee: Annotated[str, typer.Option(help="Only what this person shall do.")] = "",
    unassigned: Annotated[bool, typer.Option("--unassigned", help="Only nobody's.")] = False,
    unacknowledged: Annotated[
        bool, typer.Option("--unacknowledged", help="Only what nobody has in hand or put off.")
    ] = False,
    within: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="15m", help="Only due or seen by a customer in it."),
    ] = None,
    over: Annotated[Over | None, typer.Option(help="What needs nobody any more instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what needs somebody, the one that a customer would notice first on top.

    The filters have the names that they have in the address of the console's page.
    Ends with 1 where a promise among them is broken.
    """
    request = alerts_pb2.ListAlertsRequest(
        owed_by=_one_of(owed_by),
        owed_to=_one_of(owed_to),
        subject=subject,
        assignee=assignee,
        unassigned=unassigned,
        page_size=PAGE_SIZE,
        states=_states(over, unacknowledged),
    )
    wanted = [
        _among("owed_by", owed_by),
        _among("owed_to", owed_to),
        _among("condition", state),
        _soon(within),
    ]
    found = [each for each in _all(request) if all(takes(each) for takes in wanted)]
    if as_json:
        print_json([as_dict(alert) for alert in found])
    elif found:
        _print_table(found)
    else:
        print("Nothing needs anybody." if over is None else f"Nothing is {over}.")
    if over is None and any(each.condition == Condition.BREACHED for each in found):
        raise typer.Exit(BREACHED)


Takes = Callable[[alerts_pb2.Alert], bool]


def _one_of(names: Sequence[str] | None) -> str:
    """What the service can narrow by itself."""
    return names[0] if names and len(names) == 1 else ""


def _states(over: Over | None, unacknowledged: bool) -> list[alerts_pb2.AlertState.ValueType]:
    if over:
        return [_STATES[over]]
    return [alerts_pb2.ALERT_STATE_OPEN] if unacknowledged else []


def _among(field: str, names: Sequence[str] | None) -> Takes:
    return lambda alert: not names or getattr(alert, field) in names


def _soon(within: timedelta | None) -> Takes:
    if within is None:
        return lambda _alert: True
    end = end_of(None, within).ToMicroseconds()
    return lambda alert: any(
        0 < at.ToMicroseconds() <= end for at in (alert.due_by, alert.customer_visible_by)
    )


def _all(request: alerts_pb2.ListAlertsRequest) -> Iterator[alerts_pb2.Alert]:
    with alerts_service() as alerts:
        while True:
            page = alerts.ListAlerts(request, timeout=TIMEOUT_S)
            yield from page.alerts
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token


def _print_table(found: Sequence[alerts_pb2.Alert]) -> None:
    table = Table(box=None, pad_edge=False)
    columns: dict[str, Callable[[alerts_pb2.Alert], str]] = {
        "key": lambda alert: alert.key,
        "state": lambda alert: f"{alert.condition.replace('_', ' ')}, {state_of(alert)}",
        "customer": lambda alert: utc(alert.customer_visible_by) or "-",
        "who": _who,
        "what": lambda alert: alert.summary,
        "next step": lambda alert: alert.next_step,
    }
    for name in columns:
        table.add_column(name, no_wrap=name in ("key", "customer", "who"))
    for alert in found:
        table.add_row(*(column(alert) for column in columns.values()))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(table)


def _who(alert: alerts_pb2.Alert) -> str:
    """Who shall act, or who does; where several have to, both."""
    if alert.acknowledgements_needed <= 1:
        return alert.assignee or alert.acknowledged_by or "-"
    return ", ".join(filter(None, (alert.assignee, hands_of(alert)))) or "-"
