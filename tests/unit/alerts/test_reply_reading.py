"""What a reply says: which alert which person has in hand, or that it is about something else."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.channels.slack import KEYS_APART
from services.alerts.domain.posts import ALERTS_A_POST
from services.alerts.errors import UnreadableReply
from services.alerts.replies.pagerduty import ID_LIMIT, TOLD_WITHIN, pagerduty_reply
from services.alerts.replies.reply import WHO_LIMIT, Reply, is_key, named
from services.alerts.replies.slack import ADDRESS_LIMIT, slack_reply
from services.shared.clock import SECOND, iso
from tests.alerting import a_promise, key
from tests.notices import NOW
from tests.replying import PERSON, pagerduty_event, slack_press

ID = "01BRB6ZP4M6T8ZG4X6BP63ZB9O"


def test_who_acknowledges_an_incident_has_the_alert_in_hand() -> None:
    reply = Reply(ID, (key(),), "Tenex Engineer", "Acknowledged in PagerDuty.")
    assert pagerduty_reply(pagerduty_event(), NOW) == reply


def test_who_resolves_an_incident_by_hand_has_it_in_hand_and_keeps_no_promise() -> None:
    reply = pagerduty_reply(pagerduty_event("incident.resolved"), NOW)
    assert reply
    assert reply.note == "Resolved by hand in PagerDuty."


@pytest.mark.parametrize(
    "event_type",
    ["incident.unacknowledged", "incident.triggered", "incident.reopened", "pagey.ping", ""],
)
def test_other_events_say_nothing(event_type: str) -> None:
    assert pagerduty_reply(pagerduty_event(event_type), NOW) is None


@pytest.mark.parametrize(
    "agent", [None, {"id": "PEYSGVF", "type": "inbound_integration_reference"}, {}]
)
def test_what_no_person_did_says_nothing(agent: object) -> None:
    assert pagerduty_reply(pagerduty_event("incident.resolved", agent=agent), NOW) is None


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"incident_key": None},
        {"incident_key": ""},
        {"incident_key": "d3640fbd41094207a1c11e58e46b1662"},
        {"incident_key": key() + "a"},
        {"incident_key": key().upper()},
    ],
)
def test_an_incident_of_somebody_else_says_nothing(data: object) -> None:
    assert pagerduty_reply(pagerduty_event(data=data), NOW) is None


@pytest.mark.parametrize("way", [-1, 1])
def test_an_event_that_somebody_kept_for_more_than_an_hour_says_nothing(way: int) -> None:
    near, far = (pagerduty_event(at=NOW + way * away) for away in (TOLD_WITHIN, TOLD_WITHIN + 1))
    assert pagerduty_reply(near, NOW)
    assert pagerduty_reply(far, NOW) is None
    assert TOLD_WITHIN == 3_600 * SECOND


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": "x" * (ID_LIMIT + 1)},
        {"id": 7},
        {"occurred_at": "yesterday"},
        {"occurred_at": iso(NOW).removesuffix("Z")},
        {"agent": "ann"},
        {"data": []},
    ],
)
def test_what_pagerduty_never_sends_is_unreadable(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnreadableReply):
        pagerduty_reply(pagerduty_event(**wrong), NOW)
    assert pagerduty_reply(pagerduty_event(id="x" * ID_LIMIT), NOW)


def test_who_presses_the_button_has_the_alert_in_hand() -> None:
    trigger = "13345224609.738474920.8088930838d88f008e0"
    there = "https://hooks.slack.test/actions/T0/1/x"
    assert slack_reply(slack_press()) == Reply(
        trigger, (key(),), "ann", "Taken up in Slack.", there
    )


def pressed(*keys: str) -> Reply | None:
    action = {"action_id": "handoff-take-up", "value": KEYS_APART.join(keys)}
    return slack_reply(slack_press(actions=[action]))


def test_who_presses_the_button_of_several_has_all_of_them_in_hand() -> None:
    keys = tuple(key(a_promise(str(order))) for order in range(ALERTS_A_POST + 1))
    reply = pressed(*keys[1:])
    assert reply
    assert reply.keys == keys[1:]
    assert pressed(*keys) is None
    assert pressed(*keys[:2], "deploy") is None


def test_an_alert_that_a_button_names_twice_is_one() -> None:
    reply = pressed(key(), key())
    assert reply
    assert reply.keys == (key(),)


@pytest.mark.parametrize(
    "other",
    [
        {"type": "view_submission"},
        {"actions": []},
        {"actions": [{"action_id": "another", "value": key()}]},
        {"actions": [{"action_id": "handoff-take-up", "value": "deploy"}]},
        {"actions": [{"action_id": "handoff-take-up"}]},
    ],
)
def test_whatever_else_is_pressed_says_nothing(other: dict[str, Any]) -> None:
    assert slack_reply(slack_press(**other)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload=",
        b"payload=%7B%7D",
        b"ssl_check=1",
        b"\xff",
        b"payload=%FF",
        json.dumps({"payload": 1}).encode(),
        slack_press(trigger_id=""),
        slack_press(trigger_id="x" * (ID_LIMIT + 1)),
        slack_press(user=None),
        slack_press(actions=[{}] * 26),
        slack_press(response_url="x" * (ADDRESS_LIMIT + 1)),
        b"a=1&" * 11 + slack_press(),
        urlencode({"payload": "[" * 100_000}).encode(),
    ],
)
def test_what_slack_never_sends_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableReply):
        slack_reply(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
FIELDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={name: JSON for name in ("id", "event_type", "occurred_at", "agent", "data", "user")},
)


@given(st.binary() | FIELDS.map(lambda fields: pagerduty_event(**fields)))
def test_no_body_makes_the_reader_of_pagerduty_fail_otherwise(body: bytes) -> None:
    with suppress(UnreadableReply):
        pagerduty_reply(body, NOW)


@given(st.binary() | FIELDS.map(lambda fields: slack_press(**fields)))
def test_no_body_makes_the_reader_of_slack_fail_otherwise(body: bytes) -> None:
    with suppress(UnreadableReply):
        slack_reply(body)


@given(st.text())
def test_every_key_of_ours_has_the_form_of_one(order: str) -> None:
    assert is_key(key(a_promise(order)))


def test_a_name_is_one_line_and_never_empty() -> None:
    assert named("Ann\nroot: ok\x1b[0m", "U1") == "Ann root: ok[0m"
    assert named(None, " ", "U1") == "U1"
    assert named(None, "") == "somebody"
    assert len(named("x" * (WHO_LIMIT + 1))) == WHO_LIMIT
    assert PERSON["summary"] == named(PERSON["summary"])
