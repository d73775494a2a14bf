"""`handoff release`: the creditor gives promises up."""

from typing import Annotated
from uuid import uuid4

import typer
from handoff.v1 import alerts_pb2

from services.cli.calling import TIMEOUT_S, Actor, alerts_service
from services.cli.printing import AsJson, print_json


def command(
    promises: Annotated[
        list[str],
        typer.Argument(metavar="PROMISE...", help="As `handoff show` and `inbox --json` say it."),
    ],
    actor: Actor,
    reason: Annotated[str, typer.Option(help="Why they are given up; the debtor will read it.")],
    as_json: AsJson = False,
) -> None:
    """Give promises up in the creditor's name: nothing is owed any more.

    The first that is refused ends it with 1; those before it are released.
    """
    done: list[dict[str, str]] = []
    try:
        with alerts_service() as alerts:
            for promise in promises:
                request = alerts_pb2.ReleasePromiseRequest(
                    promise_id=promise, actor=actor, reason=reason, idempotency_key=uuid4().hex
                )
                event_id = alerts.ReleasePromise(request, timeout=TIMEOUT_S).event_id.hex()
                done.append({"promise_id": promise, "event_id": event_id})
    finally:
        if as_json:
            print_json(done)
        for each in () if as_json else done:
            print(f"{each['promise_id']} is released (event {each['event_id']}).")
