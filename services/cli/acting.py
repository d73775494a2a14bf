"""What people do about alerts: take up, put off, assign, escalate, close, give up, and the rest.

Every command takes several keys; each is done or refused by itself, and where one was refused the
exit code is 1.
"""

from collections.abc import Callable, Iterable
from typing import Annotated
from uuid import uuid4

import typer
from handoff.v1 import alerts_pb2

from services.alerts.domain.answers import Cause
from services.cli.calling import MANY_TIMEOUT_S, Actor, alerts_service
from services.cli.moments import For, Until, end_of
from services.cli.printing import AsJson, as_dict, hands_of, print_json, utc

REFUSED = 1

Keys = Annotated[list[str], typer.Argument(metavar="KEY...", help="As `handoff inbox` shows them.")]
Say = Callable[[alerts_pb2.Alert], str]


def ack(
    keys: Keys,
    actor: Actor,
    note: Annotated[str, typer.Option(help="What you are doing about it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that you have alerts in hand."""
    request = alerts_pb2.AcknowledgeAlertRequest(keys=keys, actor=actor, note=note)
    with alerts_service() as alerts:
        results = alerts.AcknowledgeAlert(request, timeout=MANY_TIMEOUT_S).results
    _tell(results, _in_hand, as_json)


def snooze(
    keys: Keys,
    actor: Actor,
    until: Until = None,
    for_: For = None,
    reason: Annotated[str, typer.Option(help="Why it can wait.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hear nothing of alerts until a moment, unless they get worse."""
    request = alerts_pb2.SnoozeAlertRequest(
        keys=keys, actor=actor, until=end_of(until, for_), reason=reason
    )
    with alerts_service() as alerts:
        results = alerts.SnoozeAlert(request, timeout=MANY_TIMEOUT_S).results
    _tell(results, lambda alert: f"is snoozed until {utc(alert.snoozed_until)}", as_json)


def assign(
    keys: Keys,
    actor: Actor,
    to: Annotated[str, typer.Option(help="Who shall act; nobody where it is left out.")] = "",
    reason: Annotated[str, typer.Option(help="Why they.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say who shall act; the ladder goes on until they acknowledge."""
    request = alerts_pb2.AssignAlertRequest(acting=_acting(keys, actor, reason), assignee=to)
    with alerts_service() as alerts:
        results = alerts.AssignAlert(request, timeout=MANY_TIMEOUT_S).results
    _tell(results, lambda alert: f"is assigned to {alert.assignee or 'nobody'}", as_json)


def escalate(
    keys: Keys,
    actor: Actor,
    reason: Annotated[str, typer.Option(help="Why; whoever is told will read it.")],
    as_json: AsJson = False,
) -> None:
    """Tell the next rung of the ladder now."""
    request = alerts_pb2.EscalateAlertRequest(acting=_acting(keys, actor, reason))
    with alerts_service() as alerts:
        results = alerts.EscalateAlert(request, timeout=MANY_TIMEOUT_S).results
    _tell(results, lambda alert: f"is on rung {alert.rungs} of {alert.ladder}", as_json)


def note(
    keys: Keys,
    actor: Actor,
    text: Annotated[str, typer.Option(help="The note; `handoff show KEY` lists them.")],
    as_json: AsJson = False,
) -> None:
    """Keep a note with alerts."""
    request = alerts_pb2.NoteAlertRequest(acting=_acting(keys, actor, text))
    with alerts_service() as alerts:
        results = alerts.NoteAlert(request, timeout=MANY_TIMEOUT_S).results
    _tell(results, lambda alert: f"has {_count(alert.notes_count, 'note')}", as_json)


def close(
    keys: Keys,
    actor: Actor,
    cause: Annotated[Cause, typer.Option(help="Why the promise was broken.")],
    reason: Annotated[str, typer.Option(help="The cause in your words.")] = "",
    as_json: AsJson = False,
) -> None:
    """Be through with broken promises and findings, and say what caused them.

    A closed alert needs nobody and climbs no further; its promise does not end
    by that, and one that gets graver again is open again.
    """
    request = alerts_pb2.CloseAlertRequest(
        acting=_acting(keys, actor, reason),
        cause=alerts_pb2.Cause.Value(f"CAUSE_{cause.upper()}"),
    )
    with alerts_service() as alerts:
        results = alerts.CloseAlert(request, timeout=MANY_TIMEOUT_S).results
    _tell(results, lambda _alert: f"is closed: {cause.replace('_', ' ')}", as_json)


def dispute(
    keys: Keys,
    actor: Actor,
    reason: Annotated[str, typer.Option(help="Why; the other party will read it.")],
    by_party: Annotated[str, typer.Option(help="Who disputes; the debtor if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that a party does not agree with the verdict; the tracker hears of it."""
    request = alerts_pb2.DisputeVerdictRequest(
        acting=_acting(keys, actor, reason), by_party=by_party
    )
    with alerts_service() as alerts:
        results = alerts.DisputeVerdict(request, timeout=MANY_TIMEOUT_S).results
    _tell(results, lambda alert: f"is disputed by {alert.disputed_by}", as_json)


def rate(
    keys: Keys,
    actor: Actor,
    useful: Annotated[bool, typer.Option("--useful/--not-useful", help="Was it of use to you?")],
    text: Annotated[str, typer.Option(help="In your words.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say whether alerts were of use; your last rating counts."""
    request = alerts_pb2.RateAlertRequest(acting=_acting(keys, actor, text), useful=useful)
    with alerts_service() as alerts:
        results = alerts.RateAlert(request, timeout=MANY_TIMEOUT_S).results
    _tell(
        results,
        lambda alert: f"was useful to {alert.useful} and not to {alert.not_useful}",
        as_json,
    )


def ask_date(
    keys: Keys,
    actor: Actor,
    question: Annotated[str, typer.Option(help="What the debtor is asked.")],
    as_json: AsJson = False,
) -> None:
    """Ask the debtor for a new date; it answers by a command of its own department."""
    request = alerts_pb2.AskNewDateRequest(acting=_acting(keys, actor, question))
    with alerts_service() as alerts:
        results = alerts.AskNewDate(request, timeout=MANY_TIMEOUT_S).results
    _tell(results, lambda alert: f"asks {alert.owed_by} for a new date", as_json)


def tell_customer(
    keys: Keys,
    actor: Actor,
    text: Annotated[str, typer.Option(help="What the customer is to be told.")],
    as_json: AsJson = False,
) -> None:
    """Ask support to tell the customer."""
    request = alerts_pb2.TellCustomerRequest(acting=_acting(keys, actor, text))
    with alerts_service() as alerts:
        results = alerts.TellCustomer(request, timeout=MANY_TIMEOUT_S).results
    _tell(results, lambda _alert: "is with support, to tell the customer", as_json)


def _acting(keys: list[str], actor: str, words: str) -> alerts_pb2.Acting:
    return alerts_pb2.Acting(keys=keys, actor=actor, words=words, idempotency_key=uuid4().hex)


def _in_hand(alert: alerts_pb2.Alert) -> str:
    if not alert.acknowledged_by:
        return f"needs more people to take it up, so far {hands_of(alert)}"
    until = ""
    if alert.HasField("acknowledged_until"):
        until = f" until {utc(alert.acknowledged_until)}"
    return f"is in the hands of {hands_of(alert)}{until}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _tell(results: Iterable[alerts_pb2.AlertResult], say: Say, as_json: bool) -> None:
    """What became of each key; what was refused is an error, whatever became of the others."""
    found = list(results)
    if as_json:
        print_json([_result(each) for each in found])
    for each in () if as_json else found:
        if each.HasField("alert"):
            print(f"{each.key} {say(each.alert)}.")
        else:
            typer.echo(f"{each.key}: {each.problem}", err=True)
    if any(not each.HasField("alert") for each in found):
        raise typer.Exit(REFUSED)


def _result(result: alerts_pb2.AlertResult) -> dict[str, object]:
    alert = as_dict(result.alert) if result.HasField("alert") else None
    return {"key": result.key, "problem": result.problem, "code": result.code, "alert": alert}
