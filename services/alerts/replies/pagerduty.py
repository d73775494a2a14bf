"""What PagerDuty's V3 webhooks tell of an incident, as far as a person took it up.

That PagerDuty itself let an acknowledgement run out changes nothing here: our own ladder says how
long one holds. Who resolves an incident by hand says that it is looked after, and no more: only
evidence keeps a promise. What we told PagerDuty ourselves comes back without a person.
https://developer.pagerduty.com/docs/webhooks/v3-overview
"""

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from services.alerts.errors import UnreadableReply
from services.alerts.replies.reply import Reply, is_key, named
from services.shared.clock import SECOND, Instant, to_instant

ID_LIMIT = 100
TOLD_WITHIN = 3_600 * SECOND
"""PagerDuty tries for about twenty minutes, and what waits behind that for longer; what is further
from now is a copy that somebody kept."""
_NOTES = {
    "incident.acknowledged": "Acknowledged in PagerDuty.",
    "incident.resolved": "Resolved by hand in PagerDuty.",
}
_PERSON = "user_reference"


class _Agent(BaseModel):
    id: str = ""
    type: str = ""
    summary: str | None = None


class _Incident(BaseModel):
    incident_key: str | None = None


class _Event(BaseModel):
    id: str = Field(min_length=1, max_length=ID_LIMIT)
    event_type: str
    occurred_at: AwareDatetime
    agent: _Agent | None = None
    data: _Incident | None = None


class _Payload(BaseModel):
    event: _Event


def pagerduty_reply(body: bytes, now: Instant) -> Reply | None:
    """None where no person took up an alert of ours just now. Raises UnreadableReply."""
    try:
        event = _Payload.model_validate_json(body).event
        occurred_at = to_instant(event.occurred_at)
    except (ValidationError, ValueError, OverflowError):
        raise UnreadableReply("This is no V3 webhook of PagerDuty's.") from None
    key = (event.data.incident_key if event.data else None) or ""
    agent = event.agent
    if agent is None or agent.type != _PERSON or event.event_type not in _NOTES:
        return None
    if not is_key(key) or abs(now - occurred_at) > TOLD_WITHIN:
        return None
    return Reply(event.id, (key,), named(agent.summary, agent.id), _NOTES[event.event_type])
