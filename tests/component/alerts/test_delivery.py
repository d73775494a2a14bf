"""A receiver gets every notice at least once, in order for each alert, whatever else goes wrong."""

import json
from collections.abc import Callable

import httpx
import pytest

from services.alerts.channels.posting import PostingChannel, Request
from services.alerts.channels.webhook import webhook_post
from services.alerts.delivery import deliver
from services.alerts.domain.alert import Reason
from services.alerts.domain.posts import Post, alone
from services.alerts.receiver import CLAIM, Result
from services.shared.clock import Instant
from services.shared.events.common import Money
from tests.alert_twins import MemoryChannel
from tests.alerting import MovedClock, a_finding, a_promise, at, breached, ended, found, key, warned
from tests.component.alerts.harness import InMemoryAlerts

Answer = Callable[[httpx.Request], httpx.Response]


class Hook:
    """A receiver's side of a webhook: answers as told, then with 204."""

    def __init__(self, *answers: int | httpx.HTTPError) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.text = "busy"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if self._answers else 204
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return httpx.Response(answer, content=iter([self.text.encode()]))

    def channel(self) -> PostingChannel:
        client = httpx.Client(transport=httpx.MockTransport(self))
        return PostingChannel("webhook", self._write, client, MovedClock(at("15:25")))

    @staticmethod
    def _write(post: Post, now: Instant) -> Request:
        return webhook_post(post, now, "http://hook.test/alerts", (), "http://console.test")


def test_a_webhook_that_fails_twice_gets_the_same_notice_with_the_same_key() -> None:
    hook = Hook(503, httpx.ConnectError("refused"))
    alerts = InMemoryAlerts(hook.channel())
    alerts.hear(warned())
    alerts.deliver_for(1)
    keys = {request.headers["Idempotency-Key"] for request in hook.requests}
    assert keys == {request.headers["webhook-id"] for request in hook.requests}
    assert (len(hook.requests), len(keys)) == (3, 1)
    assert [result for _, result in alerts.results] == ["failed", "failed", "delivered"]


def test_what_a_webhook_says_of_a_finding() -> None:
    hook = Hook()
    alerts = InMemoryAlerts(hook.channel())
    alerts.hear(found(1, a_finding(at_stake=Money(1_000, "EUR"))))
    alerts.deliver()
    (said,) = json.loads(hook.requests[0].content)["alerts"]
    assert (said["condition"], said["finding"]) == ("found", "disagreement")
    assert (said["due_by"], said["found_at"]) == (None, "2026-11-02T14:00:00Z")
    assert said["at_stake"] == {"minor": 1_000, "currency": "EUR"}
    assert said["next_action_owner"] == "finance"
    assert said["next_step"].startswith("Agree with sales")


def test_what_a_webhook_says() -> None:
    hook = Hook()
    alerts = InMemoryAlerts(hook.channel())
    alerts.hear(warned())
    alerts.deliver()
    (said,) = json.loads(hook.requests[0].content)["alerts"]
    assert said["key"] == key()
    assert said["text"].startswith("At risk: operations owes sales “parcel handed over”")
    assert said["url"] == "http://console.test/subjects/order/4711"
    assert (said["reason"], said["state"], said["condition"]) == ("first_notice", "open", "at_risk")
    assert said["due_by"] == "2026-11-02T16:00:00Z"
    assert said["resolution"] is None
    assert hook.requests[0].headers["traceparent"].startswith("00-")


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_a_rejection_is_permanent_and_is_not_tried_again(status: int) -> None:
    hook = Hook(status)
    alerts = InMemoryAlerts(hook.channel())
    alerts.hear(warned())
    alerts.deliver()
    assert len(hook.requests) == 1
    assert alerts.results == [("webhook", Result.REFUSED)]
    assert str(status) in next(iter(alerts.store.problems.values()))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 302])
def test_an_answer_that_may_pass_is_tried_again(status: int) -> None:
    hook = Hook(status)
    alerts = InMemoryAlerts(hook.channel())
    alerts.hear(warned())
    alerts.deliver_for(0.2)
    assert [result for _, result in alerts.results] == ["failed", "delivered"]


def test_a_webhooks_address_is_a_secret_and_its_answer_is_cut() -> None:
    hook = Hook(400)
    hook.text = "x" * 10_000
    alerts = InMemoryAlerts(hook.channel())
    alerts.hear(warned())
    alerts.deliver()
    (problem,) = alerts.store.problems.values()
    assert problem.startswith("hook.test answered 400: xxx")
    assert "/alerts" not in problem
    assert len(problem) < 300


def test_after_a_rejection_the_next_notice_of_the_alert_still_goes_out() -> None:
    hook = Hook(400)
    alerts = InMemoryAlerts(hook.channel())
    alerts.hear(warned(2), breached(3))
    alerts.deliver()
    reasons = [json.loads(request.content)["alerts"][0]["reason"] for request in hook.requests]
    assert reasons == ["first_notice", "worsened"]


def test_notices_of_an_alert_keep_their_order_while_one_is_not_taken() -> None:
    alerts = InMemoryAlerts()
    alerts.channel.fail(key())
    alerts.hear(warned(2), breached(3), ended(revision=4))
    assert alerts.got() == []
    alerts.wall.move(seconds=0.2)
    assert alerts.got() == [Reason.FIRST_NOTICE, Reason.WORSENED, Reason.RESOLVED]


def test_an_alert_that_is_not_taken_does_not_hold_up_others() -> None:
    alerts = InMemoryAlerts()
    other = a_promise("2", due_by="15:59")
    alerts.channel.fail(key(), 1_000)
    alerts.hear(warned(2), warned(2, other))
    alerts.deliver_for(2)
    assert [notice.alert.key for notice in alerts.channel.got] == [key(other)]


def test_a_receiver_that_is_away_does_not_stall_another() -> None:
    away, there = MemoryChannel("away"), MemoryChannel("there")
    away.fail(key(), 1_000)
    alerts = InMemoryAlerts(away, there)
    alerts.hear(warned())
    alerts.deliver()
    assert (len(away.got), len(there.got)) == (0, 1)


def test_two_processes_do_not_send_the_same_notice() -> None:
    alerts = InMemoryAlerts()
    alerts.hear(warned())
    (notice,) = alerts.store.waiting("memory", 10, ())
    assert alerts.store.claim(alone(notice), "memory", "another", alerts.wall.now())
    assert alerts.got() == []
    alerts.wall.set(alerts.wall.now() + CLAIM)
    assert alerts.got() == [Reason.FIRST_NOTICE]


def test_a_process_that_was_killed_while_posting_posts_again_at_once() -> None:
    alerts = InMemoryAlerts()
    alerts.hear(warned())
    (notice,) = alerts.store.waiting("memory", 10, ())
    assert alerts.store.claim(alone(notice), "memory", "this", alerts.wall.now())
    assert alerts.got() == [Reason.FIRST_NOTICE]


def test_what_is_being_delivered_when_the_service_stops_is_left_for_the_next_start() -> None:
    alerts = InMemoryAlerts()
    alerts.hear(warned())
    alerts.stop.set()
    assert alerts.got() == []
    alerts.stop.clear()
    assert deliver(alerts.receivers[0]) == 1


def test_an_unexpected_error_gives_the_alert_a_rest_and_is_not_hidden() -> None:
    alerts = InMemoryAlerts()
    other = a_promise("2", due_by="15:59", agreement="another")
    alerts.hear(warned(2), warned(2, other))
    alerts.channel.failing[key(other)] = [TypeError("a bug")]
    with pytest.raises(TypeError):
        deliver(alerts.receivers[0])
    alerts.deliver()
    assert [notice.alert.key for notice in alerts.channel.got] == [key()]
