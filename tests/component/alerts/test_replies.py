"""Somebody takes an alert up in PagerDuty or Slack, and it is in hand here, by their name."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from pymongo.errors import ConnectionFailure

from services.alerts.destinations import Guard, guarded_client
from services.alerts.domain.alert import Reason, State
from services.alerts.domain.audit.chain import Action
from services.alerts.domain.promise import Promise
from services.alerts.handlers import Desk
from services.alerts.receivers_file import ReceiversFile
from services.alerts.replies.door import Door, Headers, senders_of
from services.alerts.replies.http import BODY_LIMIT, serving
from services.alerts.replies.outcome import Outcome
from services.alerts.replies.saying import saying
from services.local.ports import Ports
from services.shared.errors import SettingsError
from tests.alert_twins import MemoryAlertStore
from tests.alerting import a_promise, breached, ended, key, warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.component.alerts.on_call import OnCall
from tests.replying import OTHER, SECRET, by_pagerduty, by_slack, pagerduty_event, slack_press

OK, NOT_FOUND = HTTPStatus.OK, HTTPStatus.NOT_FOUND


def file(secret: Path) -> ReceiversFile:
    told = {"url_file": secret, "signing_secret_file": secret}
    pager = {"routing_key_file": secret, "signing_secret_file": secret}
    return ReceiversFile.model_validate(
        {
            "receivers": [
                {"name": "pager", "kind": "pagerduty", **pager},
                {"name": "team", "kind": "slack", **told},
                {"name": "quiet", "kind": "slack", "url_file": secret},
            ]
        }
    )


class Replying:
    """An alert at risk, and what is answered to those who reply to it."""

    def __init__(self, alerts: InMemoryAlerts, folder: Path) -> None:
        self.alerts, self.secret = alerts, folder / "secret"
        self.secret.write_text(SECRET)
        self.counted: list[tuple[str, Outcome]] = []
        self.said: list[tuple[str, str]] = []
        self.door = Door(
            senders_of(file(self.secret).receivers),
            alerts.desk,
            alerts.clock,
            alerts.wall,
            lambda receiver, outcome: self.counted.append((receiver, outcome)),
            alerts.telemetry,
            lambda address, words: self.said.append((address, words)),
        )
        alerts.hear(warned())

    def pagerduty(self, event_type: str = "incident.acknowledged", **others: object) -> HTTPStatus:
        body = pagerduty_event(event_type, at=self.alerts.wall.now(), **others)
        return self.door.answer("pager", by_pagerduty(body), body)

    def slack(self, **others: object) -> HTTPStatus:
        body = slack_press(**others)
        return self.door.answer("team", by_slack(body, at=self.alerts.wall.now()), body)

    def acts(self) -> list[tuple[str, Action, str, str]]:
        entries = self.alerts.store.audit.entries()
        return [(e.act.actor, e.act.action, e.act.about, e.act.reason) for e in entries]


@pytest.fixture
def replying(alerts: InMemoryAlerts, tmp_path: Path) -> Replying:
    return Replying(alerts, tmp_path)


def test_who_acknowledges_in_pagerduty_has_it_in_hand_and_is_in_the_audit(
    replying: Replying,
) -> None:
    assert replying.pagerduty() is OK
    taken = replying.alerts.alert().acknowledgement
    assert replying.alerts.alert().state is State.ACKNOWLEDGED
    assert taken
    assert (taken.actor, taken.through) == ("pagerduty:Tenex Engineer", "pager")
    assert replying.acts() == [
        ("pagerduty:Tenex Engineer", Action.ACKNOWLEDGE, key(), "Acknowledged in PagerDuty.")
    ]
    assert replying.counted == [("pager", Outcome.TAKEN_UP)]


def test_who_presses_the_button_in_slack_has_it_in_hand(replying: Replying) -> None:
    assert replying.slack() is OK
    assert replying.acts() == [("slack:ann", Action.ACKNOWLEDGE, key(), "Taken up in Slack.")]


def test_everybody_in_the_conversation_sees_who_has_it(replying: Replying) -> None:
    there = "https://hooks.slack.test/actions/T0/1/x"
    bob = {"id": "U2", "username": "bob"}
    replying.slack()
    replying.slack(trigger_id="another", user=bob)
    replying.slack(trigger_id="third", user=bob, response_url="")
    assert replying.said == [(there, "ann has it in hand.")] * 2
    replying.alerts.hear(breached())
    replying.slack()
    assert len(replying.said) == 2


SECOND, THIRD = a_promise("4712"), a_promise("4713")


def pressed(*promises: Promise | None) -> list[dict[str, str]]:
    return [{"action_id": "handoff-take-up", "value": " ".join(map(key, promises))}]


def test_who_presses_the_button_of_several_has_each_of_them_in_hand(replying: Replying) -> None:
    replying.alerts.hear(warned(promise=SECOND), warned(promise=THIRD))
    assert replying.slack(actions=pressed(None, SECOND)) is OK
    states = [replying.alerts.alert(key(each)).state for each in (None, SECOND, THIRD)]
    assert states == [State.ACKNOWLEDGED, State.ACKNOWLEDGED, State.OPEN]
    assert [about for _, _, about, _ in replying.acts()] == [key(), key(SECOND)]
    assert replying.counted == [("team", Outcome.TAKEN_UP)]
    assert [words for _, words in replying.said] == ["ann has all 2 in hand."]


def test_what_is_over_keeps_nobody_from_the_others_of_a_message(replying: Replying) -> None:
    replying.alerts.hear(ended(), warned(promise=SECOND), warned(promise=THIRD))
    bob = {"id": "U2", "username": "bob"}
    assert replying.slack(actions=pressed(THIRD), user=bob, trigger_id="first") is OK
    assert replying.slack(actions=pressed(None, SECOND, THIRD)) is OK
    assert replying.said[-1][1] == "ann has 1 of these 3 in hand. bob has 1 of these 3 in hand."
    replying.alerts.hear(ended(promise=SECOND), ended(promise=THIRD))
    again = replying.slack(actions=pressed(None, SECOND, THIRD), trigger_id="third")
    assert again is HTTPStatus.CONFLICT


def test_the_same_press_on_several_counts_once_for_each(replying: Replying) -> None:
    replying.alerts.hear(warned(promise=SECOND))
    assert [replying.slack(actions=pressed(None, SECOND)) for _ in range(2)] == [OK, OK]
    assert len(replying.acts()) == 2


def said(answer: httpx.Response | httpx.HTTPError | None, address: str) -> list[Any]:
    """What came of saying it where `answer` is given, or nobody but the guard is asked."""
    asked: list[Any] = []

    def there(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer or httpx.Response(HTTPStatus.OK)

    client = httpx.Client(transport=httpx.MockTransport(there))
    say = saying(client if answer else guarded_client(Guard()), structlog.get_logger(), at_once)
    say(address, "<!channel> has it in hand.")
    return asked


def at_once(do: Callable[..., None], *words: str) -> None:
    do(*words)


def test_a_name_in_slack_mentions_nobody_when_it_is_said() -> None:
    (message,) = said(httpx.Response(HTTPStatus.OK), "https://hooks.slack.test/x")
    assert message == {
        "response_type": "in_channel",
        "replace_original": False,
        "text": "&lt;!channel&gt; has it in hand.",
    }


@pytest.mark.parametrize(
    ("answer", "address", "problem"),
    [
        (httpx.Response(HTTPStatus.NOT_FOUND), "https://hooks.slack.test/c4n4ry", "404"),
        (httpx.ConnectError("c4n4ry"), "https://hooks.slack.test/c4n4ry", "ConnectError"),
        (None, "https://127.0.0.1/c4n4ry", "DeliveryError"),
        (None, "http://hooks.slack.test/c4n4ry", "DeliveryError"),
        (None, "https://hooks.slack.test:c4n4ry/", "InvalidURL"),
        (None, "c4n4ry", "DeliveryError"),
    ],
)
def test_what_cannot_be_said_is_logged_without_its_address(
    answer: httpx.Response | httpx.HTTPError | None,
    address: str,
    problem: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said(answer, address)
    told = capsys.readouterr()
    assert problem in told.out + told.err
    assert "c4n4ry" not in told.out + told.err


def test_the_act_is_in_a_trace_of_its_own(replying: Replying) -> None:
    replying.slack()
    (entry,) = replying.alerts.store.audit.entries()
    spans = {span.name: span for span in replying.alerts.spans.get_finished_spans()}
    assert f"{spans['reply team'].context.trace_id:032x}" == entry.act.trace_id


def test_nobody_climbs_any_further_once_somebody_took_it_up_in_pagerduty(tmp_path: Path) -> None:
    on_call = OnCall()
    replying = Replying(on_call, tmp_path)
    on_call.at("15:25")
    assert replying.pagerduty() is OK
    assert on_call.at("15:55") == {}


def test_the_same_event_counts_once_also_after_the_alert_is_open_again(
    replying: Replying,
) -> None:
    alerts = replying.alerts
    assert [replying.pagerduty() for _ in range(2)] == [OK, OK]
    assert len(replying.acts()) == 1
    alerts.hear(breached())
    assert alerts.alert().state is State.OPEN
    assert replying.pagerduty() is OK
    assert alerts.alert().state is State.OPEN
    assert replying.pagerduty(id="another") is OK
    assert alerts.alert().state is State.ACKNOWLEDGED


def test_the_same_press_counts_once(replying: Replying) -> None:
    replying.slack()
    replying.alerts.hear(breached())
    assert replying.slack() is OK
    assert replying.alerts.alert().state is State.OPEN
    assert len(replying.acts()) == 1


def test_the_first_who_has_it_in_hand_stays(replying: Replying) -> None:
    replying.slack()
    assert replying.pagerduty() is OK
    taken = replying.alerts.alert().acknowledgement
    assert taken
    assert taken.actor == "slack:ann"


def test_an_incident_resolved_by_hand_leaves_the_promise_unkept(replying: Replying) -> None:
    assert replying.pagerduty("incident.resolved") is OK
    assert replying.alerts.alert().state is State.ACKNOWLEDGED
    assert replying.acts()[0][3] == "Resolved by hand in PagerDuty."


def test_pagerduty_is_never_told_that_an_incident_is_none_of_ours(replying: Replying) -> None:
    """It would send nothing more for a day."""
    unknown = {"incident_key": key(a_promise("9"))}
    assert replying.pagerduty(data=unknown) is OK
    replying.alerts.hear(ended())
    assert replying.pagerduty() is OK
    assert replying.acts() == []
    assert [outcome for _, outcome in replying.counted] == [Outcome.NOT_KNOWN, Outcome.REFUSED]


def test_slack_shows_whoever_pressed_that_nothing_came_of_it(replying: Replying) -> None:
    unknown = [{"action_id": "handoff-take-up", "value": key(a_promise("9"))}]
    assert replying.slack(actions=unknown) is NOT_FOUND
    replying.alerts.hear(ended())
    assert replying.slack() is HTTPStatus.CONFLICT
    assert replying.acts() == []


@pytest.mark.parametrize("receiver", ["pager", "team", "quiet", "nobody", "", "PAGER"])
def test_what_is_not_signed_is_refused_alike_whatever_it_is_sent_to(
    replying: Replying, receiver: str
) -> None:
    body = pagerduty_event()
    wrong: tuple[Headers, ...] = ({}, by_pagerduty(body, OTHER), by_slack(body, OTHER))
    for headers in wrong:
        assert replying.door.answer(receiver, headers, body) is HTTPStatus.UNAUTHORIZED
    assert replying.acts() == []
    assert {each for each, _ in replying.counted} <= {"pager", "team", ""}


def test_a_receiver_without_a_secret_hears_no_replies(replying: Replying) -> None:
    body = slack_press()
    assert replying.door.answer("quiet", by_slack(body), body) is HTTPStatus.UNAUTHORIZED


def test_slacks_signature_is_none_of_pagerdutys(replying: Replying) -> None:
    body = pagerduty_event()
    assert replying.door.answer("pager", by_slack(body), body) is HTTPStatus.UNAUTHORIZED
    body = slack_press()
    assert replying.door.answer("team", by_pagerduty(body), body) is HTTPStatus.UNAUTHORIZED


def test_what_is_signed_and_unreadable_is_refused_as_such(replying: Replying) -> None:
    assert replying.door.answer("pager", by_pagerduty(b"{"), b"{") is HTTPStatus.BAD_REQUEST
    assert replying.door.answer("team", by_slack(b"{"), b"{") is HTTPStatus.BAD_REQUEST


def test_a_secret_is_read_anew_and_while_it_is_away_the_sender_may_try_again(
    replying: Replying,
) -> None:
    replying.secret.unlink()
    assert replying.pagerduty() is HTTPStatus.SERVICE_UNAVAILABLE
    replying.secret.write_text(OTHER)
    assert replying.pagerduty() is HTTPStatus.UNAUTHORIZED
    replying.secret.write_text(f"{OTHER}\n{SECRET}")
    assert replying.pagerduty() is OK


class Away(MemoryAlertStore):
    """Mongo cannot be reached."""

    def get(self, key: str) -> None:
        raise ConnectionFailure(f"no mongod to ask for {key}")


def test_while_mongo_is_away_the_sender_may_try_again(
    replying: Replying, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(Away(), replying.alerts.desk.escalation)
    replying.door = replace(replying.door, desk=desk)
    assert replying.pagerduty() is HTTPStatus.SERVICE_UNAVAILABLE
    said = capsys.readouterr()
    assert "reply not taken" in said.out + said.err
    assert SECRET not in said.out + said.err


def test_a_secret_that_was_cut_stops_the_start_and_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("c4n4ry")
    with pytest.raises(SettingsError, match="'pager': Signing secret 1 has fewer") as refused:
        senders_of(file(tmp_path / "secret").receivers)
    assert "c4n4ry" not in str(refused.value)


def serve(door: Door, port: int, started: threading.Event, stop: threading.Event) -> None:
    async def until_stopped() -> None:
        async with serving(door, "127.0.0.1", port):
            started.set()
            await asyncio.to_thread(stop.wait)

    asyncio.run(until_stopped())


@pytest.fixture
def url(replying: Replying) -> Iterator[str]:
    """Where the door is over HTTP."""
    ports = Ports(prefer_usual=False)
    port = ports.take(7306)
    ports.release()
    started, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=serve, args=(replying.door, port, started, stop))
    with ExitStack() as stack:
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        assert started.wait(10)
        yield f"http://127.0.0.1:{port}"


def test_over_http_a_reply_is_answered_by_a_status_and_no_word(
    replying: Replying, url: str
) -> None:
    body = pagerduty_event()
    taken = httpx.post(f"{url}/replies/pager", content=body, headers=by_pagerduty(body))
    refused = httpx.post(f"{url}/replies/pager", content=body, headers=by_pagerduty(body, OTHER))
    assert (taken.status_code, taken.content) == (OK, b"")
    assert (refused.status_code, refused.content) == (HTTPStatus.UNAUTHORIZED, b"")
    assert "server" not in refused.headers
    assert replying.alerts.alert().state is State.ACKNOWLEDGED


@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_body_is_taken_up_to_its_limit_and_not_beyond(
    replying: Replying, url: str, in_chunks: bool
) -> None:
    for more, status in ((0, OK), (1, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)):
        body = pagerduty_event().ljust(BODY_LIMIT + more)
        content = iter([body[:-1], body[-1:]]) if in_chunks else body
        answer = httpx.post(f"{url}/replies/pager", content=content, headers=by_pagerduty(body))
        assert answer.status_code == status
    assert [outcome for _, outcome in replying.counted] == [Outcome.TAKEN_UP]


def test_there_is_nothing_else_behind_the_door(url: str) -> None:
    assert httpx.get(f"{url}/replies/pager").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    for path in ("/", "/replies", "/replies/pager/more", "/metrics", "/healthz", "/docs"):
        assert httpx.post(f"{url}{path}").status_code == NOT_FOUND


def test_without_a_signing_secret_nobody_listens(replying: Replying) -> None:
    ports = Ports(prefer_usual=False)
    port = ports.take(7306)
    ports.release()

    async def knock() -> None:
        async with serving(replace(replying.door, senders={}), "127.0.0.1", port):
            with pytest.raises(httpx.ConnectError):
                await asyncio.to_thread(httpx.post, f"http://127.0.0.1:{port}/replies/pager")

    asyncio.run(knock())


def test_a_port_that_is_taken_stops_the_start_with_its_remedy(replying: Replying, url: str) -> None:
    async def again() -> None:
        async with serving(replying.door, "127.0.0.1", int(url.rpartition(":")[2])):
            pytest.fail("two listen on one port")

    with pytest.raises(OSError, match="set HANDOFF_ALERTS__REPLIES_PORT to a free one"):
        asyncio.run(again())
    assert Reason.FIRST_NOTICE in replying.alerts.heard
