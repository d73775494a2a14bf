"""From what a person wants done to the call that asks for it, and what became of it; edge only."""

from collections.abc import Callable, Iterable

from google.protobuf.message import Message
from handoff.v1 import alerts_pb2

from services.console.acts import Act, Result
from services.console.messages import alert_of

_STATUS = {"not_found": 404, "failed_precondition": 409, "resource_exhausted": 429}
"""Of what refuses one alert of several; anything else is a service behind it that is away."""


def call_of(act: Act) -> tuple[str, Message]:
    """The method of the alerts service, and its request."""
    method, request_of = _CALLS[act.verb]
    return method, request_of(act)


def results_of(told: Iterable[alerts_pb2.AlertResult]) -> tuple[Result, ...]:
    return tuple(_result(each) for each in told)


def _result(told: alerts_pb2.AlertResult) -> Result:
    if told.HasField("alert"):
        return Result(told.key, alert_of(told.alert))
    return Result(told.key, None, told.problem, _STATUS.get(told.code, 503))


def _acting(act: Act) -> alerts_pb2.Acting:
    return alerts_pb2.Acting(
        keys=act.keys, actor=act.actor, words=act.words, idempotency_key=act.request
    )


def _acknowledge(act: Act) -> Message:
    return alerts_pb2.AcknowledgeAlertRequest(keys=act.keys, actor=act.actor, note=act.words)


def _snooze(act: Act) -> Message:
    request = alerts_pb2.SnoozeAlertRequest(keys=act.keys, actor=act.actor, reason=act.words)
    if act.until:
        request.until.FromDatetime(act.until)
    return request


def _assign(act: Act) -> Message:
    return alerts_pb2.AssignAlertRequest(acting=_acting(act), assignee=act.assignee)


def _close(act: Act) -> Message:
    cause = alerts_pb2.Cause.Value(f"CAUSE_{act.cause.upper()}")
    return alerts_pb2.CloseAlertRequest(acting=_acting(act), cause=cause)


def _dispute(act: Act) -> Message:
    return alerts_pb2.DisputeVerdictRequest(acting=_acting(act), by_party=act.by_party)


def _rate(act: Act) -> Message:
    return alerts_pb2.RateAlertRequest(acting=_acting(act), useful=act.useful)


_CALLS: dict[str, tuple[str, Callable[[Act], Message]]] = {
    "acknowledge": ("AcknowledgeAlert", _acknowledge),
    "snooze": ("SnoozeAlert", _snooze),
    "take": ("AssignAlert", _assign),
    "assign": ("AssignAlert", _assign),
    "escalate": (
        "EscalateAlert",
        lambda act: alerts_pb2.EscalateAlertRequest(acting=_acting(act)),
    ),
    "note": ("NoteAlert", lambda act: alerts_pb2.NoteAlertRequest(acting=_acting(act))),
    "close": ("CloseAlert", _close),
    "dispute": ("DisputeVerdict", _dispute),
    "rate": ("RateAlert", _rate),
    "ask-date": ("AskNewDate", lambda act: alerts_pb2.AskNewDateRequest(acting=_acting(act))),
    "tell-customer": (
        "TellCustomer",
        lambda act: alerts_pb2.TellCustomerRequest(acting=_acting(act)),
    ),
}
