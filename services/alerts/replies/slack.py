"""What Slack tells when somebody pressed the button of a message of ours.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from urllib.parse import parse_qsl

from pydantic import BaseModel, Field, ValidationError

from services.alerts.channels.slack import KEYS_APART, TAKE_UP
from services.alerts.domain.posts import ALERTS_A_POST
from services.alerts.errors import UnreadableReply
from services.alerts.replies.reply import Reply, is_key, named

ID_LIMIT = 100
FIELDS_LIMIT = 10
ACTIONS_LIMIT = 25
ADDRESS_LIMIT = 2_000
_NOTE = "Taken up in Slack."


class _User(BaseModel):
    id: str = ""
    username: str | None = None
    name: str | None = None


class _Action(BaseModel):
    action_id: str = ""
    value: str | None = None


class _Payload(BaseModel):
    type: str
    trigger_id: str = Field(min_length=1, max_length=ID_LIMIT)
    user: _User
    actions: tuple[_Action, ...] = Field((), max_length=ACTIONS_LIMIT)
    response_url: str = Field("", max_length=ADDRESS_LIMIT)


def slack_reply(body: bytes) -> Reply | None:
    """None where something else was done with a message. Raises UnreadableReply."""
    try:
        form = dict(parse_qsl(body.decode(), max_num_fields=FIELDS_LIMIT))
        pressed = _Payload.model_validate_json(form.get("payload", ""))
    except (ValidationError, ValueError):
        raise UnreadableReply("This is no interaction of Slack's.") from None
    value = next((each.value for each in pressed.actions if each.action_id == TAKE_UP), None) or ""
    keys = tuple(dict.fromkeys(value.split(KEYS_APART)))
    if pressed.type != "block_actions" or not all(map(is_key, keys)) or len(keys) > ALERTS_A_POST:
        return None
    user = pressed.user
    who = named(user.username, user.name, user.id)
    return Reply(pressed.trigger_id, keys, who, _NOTE, pressed.response_url)
