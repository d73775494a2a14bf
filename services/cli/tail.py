"""`handoff tail`: alerts as they come, change and end, until Ctrl-C."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Annotated

import typer
from handoff.v1 import alerts_pb2
from handoff.v1.alerts_pb2_grpc import AlertsServiceStub

from services.cli.calling import TIMEOUT_S, alerts_service
from services.cli.printing import AsJson, as_dict, state_of, utc

LOOK_EVERY_S = 1.0
PAGE_SIZE = 1_000
STATES = (
    alerts_pb2.ALERT_STATE_OPEN,
    alerts_pb2.ALERT_STATE_ACKNOWLEDGED,
    alerts_pb2.ALERT_STATE_SNOOZED,
    alerts_pb2.ALERT_STATE_CLOSED,
)
"""What is over is asked for one by one, as it ends: there may be a month of it."""
SHOWN_FIRST = 10


def command(
    owed_by: Annotated[str, typer.Option(help="Only what this department owes.")] = "",
    owed_to: Annotated[str, typer.Option(help="Only what this department is owed.")] = "",
    subject: Annotated[str, typer.Option(help="Only this one, for example order/4711.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the last alerts, then each that comes, changes or ends, until Ctrl-C.

    With --json a line each, as `handoff inbox --json` has them.
    """
    request = alerts_pb2.ListAlertsRequest(
        owed_by=owed_by, owed_to=owed_to, subject=subject, states=STATES, page_size=PAGE_SIZE
    )
    with suppress(KeyboardInterrupt), alerts_service() as alerts:
        for alert in news(_looks(request, alerts), partial(_ended, alerts)):
            print(json.dumps(as_dict(alert)) if as_json else _line(alert), flush=True)


def news(
    looks: Iterable[Sequence[alerts_pb2.Alert]], ended: Callable[[str], alerts_pb2.Alert]
) -> Iterator[alerts_pb2.Alert]:
    """The last few of the first look, then whatever is new or has another revision; what is no
    longer there has `ended`. Who was told of last comes last.
    """
    known: dict[str, int] | None = None
    for look in looks:
        told = sorted(look, key=lambda each: (each.notified_at.ToMicroseconds(), each.key))
        now = {each.key: each.revision for each in look}
        if known is None:
            yield from told[-SHOWN_FIRST:]
        else:
            yield from (each for each in told if known.get(each.key) != each.revision)
            yield from map(ended, sorted(known.keys() - now.keys()))
        known = now


def _looks(
    request: alerts_pb2.ListAlertsRequest, alerts: AlertsServiceStub
) -> Iterator[Sequence[alerts_pb2.Alert]]:
    """All pages, again and again."""
    while True:
        found: list[alerts_pb2.Alert] = []
        request.page_token = ""
        while True:
            page = alerts.ListAlerts(request, timeout=TIMEOUT_S)
            found += page.alerts
            request.page_token = page.next_page_token
            if not request.page_token:
                break
        yield found
        time.sleep(LOOK_EVERY_S)


def _ended(alerts: AlertsServiceStub, key: str) -> alerts_pb2.Alert:
    return alerts.GetAlert(alerts_pb2.GetAlertRequest(key=key), timeout=TIMEOUT_S).alert


def _line(alert: alerts_pb2.Alert) -> str:
    at = utc(alert.resolved_at) or utc(alert.notified_at)
    return f"{at}  {state_of(alert):<12}  {alert.key}  {alert.summary}"
