"""An Alertmanager that forgot everything has what stands again, and nothing that is over."""

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from services.alerts import answering
from services.alerts.actions import begin_silence
from services.alerts.channels.alertmanager import FIRES_FOR, TOLD_EVERY, alertmanager_post
from services.alerts.channels.posting import PostingChannel
from services.alerts.domain.answers import Cause
from services.alerts.domain.matching import Matcher
from services.alerts.domain.requests import Asked
from services.alerts.domain.silences import Silence
from services.alerts.pacing import PROBE_LIMIT
from services.alerts.receiver import Policy, Result
from services.alerts.receivers_file import ReceiversFile
from services.alerts.resending import ALERTS_A_POST, Resending, resending
from services.alerts.rounds import nothing
from services.shared.clock import SECOND, Instant, to_instant
from tests.alert_twins import MemoryChannel
from tests.alerting import MovedClock, a_promise, at, breached, ended, key, warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.notices import CONSOLE

EVERY_S = TOLD_EVERY // SECOND


class Forgetful:
    """Keeps alerts by their labels, as Alertmanager does, until it is started again."""

    def __init__(self) -> None:
        self.alerts: dict[str, dict[str, Any]] = {}
        self.posts: list[int] = []
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        told = json.loads(request.content)
        self.posts.append(len(told))
        if self.status == 200:
            self.alerts |= {json.dumps(each["labels"]): each for each in told}
        return httpx.Response(self.status, content=iter([b""]))

    def fires(self, now: Instant) -> list[str]:
        """The name and order of each alert that stands."""
        return sorted(
            f"{each['labels']['alertname']} {each['labels']['order']}"
            for each in self.alerts.values()
            if to_instant(datetime.fromisoformat(each["endsAt"])) > now
        )

    def starts_again(self) -> None:
        self.alerts.clear()


class Told:
    """The service with one Alertmanager, which is told again by a clock that the test moves."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.there, self.wall = Forgetful(), MovedClock(at("15:25"))
        client = httpx.Client(transport=httpx.MockTransport(self.there))
        channel = PostingChannel(
            "am",
            lambda post, now: alertmanager_post(post, now, "http://am.test", CONSOLE),
            client,
            self.wall,
        )
        self.alerts = InMemoryAlerts(channel, policies={"am": policy or Policy()})
        self.alerts.wall = self.alerts.receivers[0].clock = self.wall
        self.rounds = self.another()

    def another(self) -> Resending:
        """As a process that has just started has them."""
        to = self.alerts.receivers[0]
        return Resending(to, (), TOLD_EVERY, self.alerts.store, self.alerts.clock)

    def passes(self, seconds: float, rounds: Resending | None = None) -> None:
        """Five times a second notices are delivered, and then what stands is told again."""
        for _ in range(max(1, round(seconds * 5))):
            self.move(0.2 if seconds else 0)
            self.alerts.deliver()
            (rounds or self.rounds).look()

    def move(self, seconds: float) -> None:
        for clock in (self.wall, self.alerts.clock):
            clock.move(seconds=seconds)

    def fires(self) -> list[str]:
        return self.there.fires(self.wall.now())

    def results(self) -> set[Result]:
        return {result for _, result in self.alerts.results}


@pytest.fixture
def told() -> Told:
    return Told()


def test_what_stands_is_there_again_after_a_restart_and_what_is_over_is_not(told: Told) -> None:
    other = a_promise("9")
    told.alerts.hear(warned(), breached(), warned(promise=other), ended(promise=other))
    told.passes(1)
    assert told.fires() == ["HandoffBreached 4711"]
    told.there.starts_again()
    assert told.fires() == []
    told.passes(EVERY_S - 2)
    assert told.fires() == []
    told.passes(2)
    assert told.fires() == ["HandoffBreached 4711"]
    assert told.there.alerts.keys() == {json.dumps(each) for each in labels(told)}


def labels(told: Told) -> list[dict[str, str]]:
    return [each["labels"] for each in told.there.alerts.values()]


def test_an_alert_stands_as_long_as_it_is_told_again_and_a_while_longer(told: Told) -> None:
    told.alerts.hear(breached())
    told.passes(2.5 * EVERY_S)
    assert told.fires() == ["HandoffBreached 4711"]
    told.move(2 * EVERY_S)
    assert told.fires() == ["HandoffBreached 4711"]
    told.move(2 * EVERY_S)
    assert told.fires() == []


def test_a_process_that_starts_tells_at_once_what_stands(told: Told) -> None:
    told.alerts.hear(breached())
    told.passes(1)
    told.there.starts_again()
    told.passes(0.2, told.another())
    assert told.fires() == ["HandoffBreached 4711"]


def test_the_words_are_those_of_now_and_the_beginning_stays(told: Told) -> None:
    told.alerts.hear(warned())
    told.passes(1)
    told.passes(EVERY_S)
    (alert,) = told.there.alerts.values()
    assert "(29 minutes" in alert["annotations"]["summary"]
    assert alert["startsAt"] == "2026-11-02T15:25:00Z"


def test_what_is_over_is_told_once_more(told: Told) -> None:
    """A round of another process that began before the end may have come after it."""
    told.alerts.hear(breached())
    told.passes(1)
    stood = dict(told.there.alerts)
    told.alerts.hear(ended())
    told.passes(1)
    told.there.alerts |= stood
    assert told.fires() == ["HandoffBreached 4711"]
    told.passes(EVERY_S)
    assert told.fires() == []
    posts = len(told.there.posts)
    told.passes(EVERY_S)
    assert len(told.there.posts) == posts


def test_an_end_counts_also_where_the_round_before_it_failed(told: Told) -> None:
    told.alerts.hear(breached())
    told.passes(1)
    told.there.status = 503
    told.passes(EVERY_S)
    told.alerts.hear(ended())
    told.there.status = 200
    told.passes(60)
    assert told.fires() == []
    assert [each["endsAt"] <= each["startsAt"] or each for each in told.there.alerts.values()]


def test_what_nobody_was_told_of_is_not_told_again(told: Told) -> None:
    operations = Matcher(owed_by=frozenset({"operations"}))
    now = told.alerts.clock.now()
    silence = Silence("s1", operations, now, now + 7_200 * SECOND, "bob", "stocktaking")
    begin_silence(silence, told.alerts.desk, now)
    told.alerts.hear(breached())
    told.passes(EVERY_S)
    assert told.there.posts == []


def test_what_began_again_in_silence_is_not_told_again(told: Told) -> None:
    told.alerts.hear(breached())
    told.passes(1)
    told.alerts.hear(ended())
    told.passes(1)
    told.move(3_600)
    operations = Matcher(owed_by=frozenset({"operations"}))
    now = told.alerts.clock.now()
    silence = Silence("s1", operations, now, now + 7_200 * SECOND, "bob", "stocktaking")
    begin_silence(silence, told.alerts.desk, now)
    told.alerts.hear(breached(5))
    told.passes(2 * EVERY_S)
    assert told.fires() == []


def test_what_a_silence_took_later_stands_on(told: Told) -> None:
    """Untold, it would be told as resolved."""
    told.alerts.hear(breached())
    told.passes(1)
    operations = Matcher(owed_by=frozenset({"operations"}))
    now = told.alerts.clock.now()
    silence = Silence("s1", operations, now, now + 7_200 * SECOND, "bob", "stocktaking")
    begin_silence(silence, told.alerts.desk, now)
    told.move(FIRES_FOR // SECOND)
    told.passes(1)
    assert told.fires() == ["HandoffBreached 4711"]


def test_what_a_person_closed_is_let_go(told: Told) -> None:
    told.alerts.hear(breached())
    told.passes(1)
    asked = Asked(key(), "ann", "", "k")
    answering.close_alert(asked, told.alerts.desk, told.alerts.clock.now(), Cause.SYSTEM)
    told.move(FIRES_FOR // SECOND)
    told.passes(1)
    assert told.fires() == []


def test_many_are_told_in_batches_one_a_pass(told: Told) -> None:
    many = ALERTS_A_POST + 1
    told.alerts.hear(*(breached(promise=a_promise(str(order))) for order in range(many)))
    told.alerts.deliver()
    told.there.posts.clear()
    told.there.starts_again()
    told.rounds.look()
    assert told.there.posts == [ALERTS_A_POST]
    told.rounds.look()
    assert told.there.posts == [ALERTS_A_POST, 1]
    told.passes(10)
    assert len(told.fires()) == many
    assert len(told.there.posts) == 2


def test_what_stands_has_the_receivers_rate_as_notices_have_it() -> None:
    told, many = Told(Policy(per_minute=1)), ALERTS_A_POST + 1
    told.alerts.hear(*(breached(promise=a_promise(str(order))) for order in range(many)))
    told.passes(59)
    assert told.there.posts == [many]
    told.passes(60)
    assert told.there.posts == [many, ALERTS_A_POST]
    told.passes(60)
    assert told.there.posts == [many, ALERTS_A_POST, 1]


def test_an_end_counts_also_where_the_first_round_was_never_finished(told: Told) -> None:
    many = [a_promise(str(order)) for order in range(ALERTS_A_POST + 1)]
    told.alerts.hear(*(breached(promise=promise) for promise in many))
    told.passes(0)
    told.there.status = 503
    told.passes(0)
    told.there.status, stood = 200, dict(told.there.alerts)
    told.alerts.hear(*(ended(promise=promise) for promise in many))
    told.passes(0)
    told.there.alerts |= stood
    told.passes(PROBE_LIMIT / SECOND + 1)
    assert told.fires() == []


def test_a_notice_goes_before_what_is_told_again(told: Told) -> None:
    told.alerts.hear(breached())
    told.passes(1)
    told.move(EVERY_S)
    told.alerts.hear(ended())
    told.passes(1)
    assert told.fires() == []


def test_while_it_is_away_it_is_asked_seldom_and_has_all_once_it_is_back(told: Told) -> None:
    told.alerts.hear(breached())
    told.passes(1)
    told.there.starts_again()
    told.there.status = 503
    told.there.posts.clear()
    told.passes(EVERY_S)
    tries = len(told.there.posts)
    told.passes(PROBE_LIMIT / SECOND * 3)
    assert 1 <= len(told.there.posts) - tries <= 3
    assert Result.FAILED in told.results()
    told.there.status = 200
    told.passes(PROBE_LIMIT / SECOND + 1)
    assert told.fires() == ["HandoffBreached 4711"]
    assert Result.TOLD_AGAIN in told.results()


def test_its_failures_keep_no_notice_waiting(told: Told) -> None:
    told.alerts.hear(breached())
    told.passes(1)
    told.there.status = 503
    told.move(EVERY_S)
    told.passes(0)
    told.there.status = 200
    told.alerts.hear(ended())
    told.passes(0)
    assert told.fires() == []


def test_a_batch_that_is_refused_is_told_in_parts(told: Told) -> None:
    told.alerts.hear(*(breached(promise=a_promise(str(order))) for order in range(4)))
    told.alerts.deliver()
    told.there.posts.clear()
    told.there.status = 400
    told.passes(10)
    assert told.there.posts == [4, 2, 2, 1, 1, 1, 1]
    assert Result.REFUSED in told.results()


def test_what_another_could_not_be_told_stands_at_its_fallback() -> None:
    pager, fallback = MemoryChannel("pager"), MemoryChannel("am")
    pager.fail(key(), permanent=True)
    alerts = InMemoryAlerts(pager, fallback, policies={"pager": Policy(fallback="am")})
    for promise in (a_promise(), a_promise("9")):
        alerts.hear(breached(promise=promise))
        alerts.deliver()
    fallback.got.clear()
    rounds = Resending(alerts.receivers[1], ("pager",), TOLD_EVERY, alerts.store, alerts.clock)
    rounds.look()
    assert [notice.alert.key for notice in fallback.got] == [key()]


def test_only_an_alertmanager_is_told_again(told: Told) -> None:
    to = told.alerts.receivers[0]
    for kind, more in (("log", {}), ("alertmanager", {"url": "https://am.test"})):
        file = ReceiversFile.model_validate({"receivers": [{"name": "am", "kind": kind, **more}]})
        beside = resending(to, file, told.alerts.store, told.alerts.clock)
        assert (beside is nothing) == (kind == "log")
