"""What alerts deliver to the receiver of stories, over HTTP as they do."""

from collections.abc import Iterator

import httpx
import pytest

from services.alerts.channels.webhook import as_body
from services.alerts.domain.alert import Notice, Reason
from services.alerts.domain.posts import Post
from services.alerts.domain.promise import Condition, Resolution
from services.cli.story_receiver import Receiver, receiving
from services.shared.events.common import Money
from services.simulator.stories.script import Promise
from tests.alerting import a_finding, a_promise, at, breached, ended, found
from tests.component.alerts.harness import InMemoryAlerts


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def url(receiver: Receiver) -> Iterator[str]:
    with receiving(receiver) as url:
        yield url


@pytest.fixture
def alerts() -> InMemoryAlerts:
    return InMemoryAlerts()


def post(url: str, *notices: Notice) -> None:
    httpx.post(url, json=as_body(Post(notices), "")).raise_for_status()


def test_a_notice_is_taken_with_all_that_a_story_says_of_it(
    receiver: Receiver, url: str, alerts: InMemoryAlerts
) -> None:
    alerts.hear(breached())
    alerts.deliver()
    post(url, alerts.last())
    ((notice, text),) = receiver.news()
    promise = a_promise()
    assert notice.promise == Promise(
        promise.agreement, promise.owed_by, promise.owed_to, promise.subject
    )
    assert (notice.condition, notice.reason) == (Condition.BREACHED, Reason.FIRST_NOTICE)
    assert (notice.resolution, notice.at_stake) == (None, None)
    assert (notice.at, notice.next_step) == (at("15:25"), promise.next_step)
    assert text.startswith("Broken promise: ")


def test_an_end_says_how_and_a_finding_what_is_at_stake(
    receiver: Receiver, url: str, alerts: InMemoryAlerts
) -> None:
    stake = Money(1_000, "EUR")
    alerts.hear(breached(), ended(Resolution.KEPT_LATE, 4))
    alerts.hear(found(1, a_finding(at_stake=stake)))
    alerts.deliver()
    for notice in alerts.channel.got:
        post(url, notice)
    heard = [each.notice for each in receiver.news()]
    assert {(each.condition, each.resolution, each.at_stake) for each in heard} == {
        (Condition.BREACHED, None, None),
        (Condition.BREACHED, Resolution.KEPT_LATE, None),
        (Condition.FOUND, None, stake),
    }


def test_the_same_notice_twice_is_taken_once(
    receiver: Receiver, url: str, alerts: InMemoryAlerts
) -> None:
    alerts.hear(breached())
    alerts.deliver()
    post(url, alerts.last())
    post(url, alerts.last())
    assert len(receiver.news()) == 1
    assert receiver.news() == []


def test_what_is_not_here_yet_is_not_said_to_be(
    receiver: Receiver, url: str, alerts: InMemoryAlerts
) -> None:
    alerts.hear(breached())
    alerts.deliver()
    key, now = alerts.last().alert.key, at("15:25")
    told = {(key, Reason.FIRST_NOTICE.value, now)}
    assert not receiver.has(told)
    post(url, alerts.last())
    assert receiver.has(told)
    assert not receiver.has(told | {(key, Reason.REMINDER.value, now)})
