"""What callers give as it comes, read; raises Refused with what would be right."""

import base64
import json
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2

from services.alerts.codec import instant
from services.alerts.domain.alert import Alert, State, urgency
from services.alerts.domain.answers import Cause
from services.alerts.domain.requests import Place
from services.alerts.domain.silences import Silence
from services.alerts.messages import CAUSES, STATES, silence_of
from services.shared.clock import Instant
from services.shared.errors import RefusalCode, Refused

_STATE_OF: dict[int, State] = {number: state for state, number in STATES.items()}
_CAUSE_OF: dict[int, Cause] = {number: cause for cause, number in CAUSES.items()}


def cause_of(number: int) -> Cause:
    try:
        return _CAUSE_OF[number]
    except KeyError:
        raise Refused(
            RefusalCode.INVALID,
            "cause",
            f"cause is {number}; give one of {', '.join(alerts_pb2.Cause.keys()[1:])}.",
        ) from None


def state_of(number: int) -> State:
    try:
        return _STATE_OF[number]
    except KeyError:
        raise Refused(
            RefusalCode.INVALID,
            "states",
            f"states has {number}; give {', '.join(alerts_pb2.AlertState.keys()[1:])}, or none for"
            " all that are not resolved.",
        ) from None


def silence_asked_for(told: alerts_pb2.Silence, now: Instant) -> Silence:
    try:
        return silence_of(told, f"si-{uuid4().hex[:12]}", now)
    except ValueError as error:
        raise Refused(
            RefusalCode.INVALID,
            "silence",
            f"silence has a beginning or an end that is no moment ({error}); give ones of this"
            " time.",
        ) from None


def moment_of(field: str, told: Timestamp) -> Instant:
    try:
        return instant(told)
    except ValueError as error:
        raise Refused(
            RefusalCode.INVALID, field, f"{field} is no moment ({error}); give one of this time."
        ) from None


def token_of(alert: Alert) -> str:
    return base64.urlsafe_b64encode(json.dumps(urgency(alert)).encode()).decode()


def place_of(token: str) -> Place | None:
    if not token:
        return None
    try:
        visible_by, due_by, key = json.loads(base64.urlsafe_b64decode(token))
        return int(visible_by), int(due_by), str(key)
    except (ValueError, TypeError):
        raise Refused(
            RefusalCode.INVALID,
            "page_token",
            "page_token is not one of ours; give the next_page_token of the page before, or none.",
        ) from None
