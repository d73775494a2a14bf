"""What waits for a receiver goes out in groups: nothing twice, nothing never, nothing too early."""

import random
from collections import Counter

import pytest

from services.alerts.delivery import GROUP_INTERVAL, TRIES_TOGETHER, deliver
from services.alerts.domain.alert import Reason
from services.alerts.domain.posts import ALERTS_A_POST, Post
from services.alerts.domain.promise import Promise
from services.alerts.errors import DeliveryError
from services.alerts.receiver import CLAIM, Policy, Result
from services.shared.clock import SECOND, Instant
from tests.alert_twins import MemoryChannel
from tests.alerting import MovedClock, a_promise, breached, ended, key, warned
from tests.component.alerts.harness import InMemoryAlerts

BREACHES = 1_000
GROUPS = 20
LIKE_PAGERDUTY = Policy(per_minute=120)
ORDERS = "abc"


class Hook:
    """A receiver that is there from a moment on, says 503 to some posts and loses some answers."""

    name, alerts_a_post = "hook", ALERTS_A_POST

    def __init__(self, chance: random.Random, unwell: float = 0) -> None:
        self._chance, self._unwell = chance, unwell
        self.clock: MovedClock | None = None
        self.back_at: Instant = 0
        self.posts, self.notices = list[str](), Counter[str]()
        self.taken_at: Instant = 0
        self.lost = self.refused = 0

    def send(self, post: Post) -> str:
        assert self.clock
        if self.clock.now() < self.back_at or self._chance.random() < self._unwell:
            self.refused += 1
            raise DeliveryError("hook.test answered 503", permanent=False)
        if post.id not in self.posts:
            self.notices.update(notice.id for notice in post.notices)
        self.posts.append(post.id)
        self.taken_at = self.clock.now()
        if self._chance.random() < self._unwell:
            self.lost += 1
            raise DeliveryError("hook.test does not answer: ReadTimeout", permanent=False)
        return "taken"

    @property
    def extra(self) -> int:
        return len(self.posts) - len(set(self.posts))


def promise_of(order: int) -> Promise:
    return a_promise(str(order), agreement=f"agreement-{order % GROUPS}")


def breaking(hook: Hook, seed: int) -> InMemoryAlerts:
    alerts = InMemoryAlerts(
        hook, policies={"hook": LIKE_PAGERDUTY}, chance=random.Random(seed).random
    )
    hook.clock = alerts.wall
    for order in range(BREACHES):
        alerts.hear(breached(3, promise_of(order)), twice=False)
    return alerts


def each_once(hook: Hook) -> bool:
    return len(hook.notices) == BREACHES and set(hook.notices.values()) == {1}


def test_a_thousand_breaches_at_once_are_told_within_a_minute() -> None:
    hook = Hook(random.Random(0))
    alerts = breaking(hook, 0)
    began = alerts.wall.now()
    alerts.deliver_for(60)
    assert each_once(hook)
    assert hook.taken_at <= began + 60 * SECOND
    assert len(hook.posts) <= 2 * GROUPS


def test_through_errors_and_lost_answers_none_is_missing_and_none_comes_under_a_second_id() -> None:
    hooks = [Hook(random.Random(seed), unwell=0.05) for seed in range(5)]
    for seed, hook in enumerate(hooks):
        alerts = breaking(hook, seed)
        alerts.deliver_for(60)
        assert each_once(hook)
        assert hook.extra <= hook.lost
        assert alerts.results.count(("hook", Result.DELIVERED)) == BREACHES
    assert sum(hook.lost for hook in hooks) > 2
    assert sum(hook.refused for hook in hooks) > 2


@pytest.mark.parametrize("seed", range(3))
def test_within_a_minute_of_its_return_after_ten_a_receiver_has_everything(seed: int) -> None:
    hook = Hook(random.Random(seed), unwell=0.05)
    alerts = breaking(hook, seed)
    hook.back_at = alerts.wall.now() + 600 * SECOND
    alerts.deliver_for(600)
    assert hook.posts == []
    assert hook.refused < 150, "one probe now and then, whatever waits"
    alerts.deliver_for(60)
    assert each_once(hook)
    assert hook.extra <= hook.lost


def three() -> InMemoryAlerts:
    """The first breach of a group was told a while ago; two more wait."""
    alerts = InMemoryAlerts(policies={"memory": Policy(collapse=False)})
    alerts.hear(breached(3, a_promise("a")))
    alerts.deliver()
    alerts.hear(breached(3, a_promise("b")), breached(3, a_promise("c")))
    alerts.wall.set(alerts.wall.now() + GROUP_INTERVAL)
    return alerts


def posted(alerts: InMemoryAlerts) -> list[tuple[str, ...]]:
    names = {key(a_promise(order)): order for order in ORDERS}
    return [tuple(sorted(names[each] for each in post.keys)) for post in alerts.channel.posts]


def test_the_first_of_a_group_is_told_at_once_and_what_came_meanwhile_together() -> None:
    alerts = three()
    assert posted(alerts) == [("a",)]
    alerts.deliver()
    assert posted(alerts) == [("a",), ("b", "c")]


def test_what_comes_soon_after_the_first_waits_for_what_else_comes() -> None:
    alerts = InMemoryAlerts()
    for order in ORDERS:
        alerts.hear(breached(3, a_promise(order)))
        alerts.deliver()
    began = alerts.wall.now()
    alerts.wall.set(began + GROUP_INTERVAL - 1)
    alerts.deliver()
    assert posted(alerts) == [("a",)]
    alerts.wall.set(began + GROUP_INTERVAL)
    alerts.deliver()
    assert posted(alerts) == [("a",), ("b", "c")]


def test_what_gets_worse_or_fills_a_post_does_not_wait() -> None:
    alerts = InMemoryAlerts()
    for order in ORDERS[:2]:
        alerts.hear(warned(2, a_promise(order)))
        alerts.deliver()
    alerts.hear(breached(3, a_promise("a")))
    alerts.deliver()
    assert posted(alerts) == [("a",), ("a",)]
    for number in range(ALERTS_A_POST - 1):
        alerts.hear(warned(2, a_promise(str(number))), twice=False)
    alerts.deliver()
    assert len(alerts.channel.posts[-1].notices) == ALERTS_A_POST


def test_a_post_that_is_tried_again_is_the_same_whatever_came_meanwhile() -> None:
    alerts = three()
    alerts.channel.fail(key(a_promise("b")))
    alerts.deliver()
    alerts.hear(breached(3, a_promise("d")))
    alerts.deliver_for(1)
    failed, taken = (id for id in alerts.channel.tries if id.startswith("post-"))
    assert failed == taken
    assert Counter(notice.id for notice in alerts.channel.got).most_common(1)[0][1] == 1


def test_a_process_that_was_killed_while_posting_several_posts_the_same_again() -> None:
    alerts = three()
    alerts.channel.failing[key(a_promise("b"))] = [KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        deliver(alerts.receivers[0])
    alerts.hear(breached(3, a_promise("d")))
    alerts.wall.set(alerts.wall.now() + CLAIM)
    deliver(alerts.in_another_process())
    before, after = (id for id in alerts.channel.tries if id.startswith("post-"))
    assert before == after


def test_of_two_processes_one_sends_all_of_a_post_or_nothing() -> None:
    alerts = three()
    waiting = alerts.store.waiting("memory", 10, ())
    assert alerts.store.claim(Post(tuple(waiting[:1])), "memory", "another", alerts.wall.now())
    alerts.deliver()
    assert posted(alerts)[1:] in ([("b",)], [("c",)])


def test_an_end_never_comes_before_its_beginning_in_groups_either() -> None:
    alerts = three()
    alerts.channel.fail(key(a_promise("b")))
    for order in ORDERS:
        alerts.hear(ended(revision=4, promise=a_promise(order)))
    alerts.deliver_for(5)
    for order in ORDERS:
        reasons = [
            each.reason for each in alerts.channel.got if each.alert.key == key(a_promise(order))
        ]
        assert reasons == [Reason.FIRST_NOTICE, Reason.RESOLVED]


def test_one_alert_that_is_refused_is_found_among_a_hundred_and_only_it_is_given_up() -> None:
    alerts = InMemoryAlerts()
    for order in range(100):
        alerts.hear(warned(2, a_promise(str(order))), twice=False)
    poison = key(a_promise("42"))
    alerts.channel.fail(poison, 100, permanent=True, in_parts=True)
    alerts.deliver_for(3)
    assert len(alerts.channel.got) == 99
    assert list(alerts.store.problems) == [f"{poison}:1:first_notice"]
    assert len(alerts.channel.tries) <= 15


def test_a_receiver_that_takes_nothing_refuses_a_post_as_a_whole() -> None:
    """Its key is wrong, or its address; that says nothing of the alerts."""
    alerts = three()
    alerts.channel.fail(key(a_promise("b")), 100, permanent=True)
    alerts.deliver_for(1)
    assert len(alerts.channel.tries) == 2
    assert len(alerts.store.problems) == 2


@pytest.mark.parametrize(("failures", "posts"), [(TRIES_TOGETHER - 1, 2), (TRIES_TOGETHER, 3)])
def test_a_post_that_alone_keeps_failing_is_divided(failures: int, posts: int) -> None:
    alerts = three()
    alerts.channel.fail(key(a_promise("b")), failures)
    alerts.deliver_for(5)
    assert len(alerts.channel.posts) == posts


def test_an_outage_divides_nothing() -> None:
    hook = Hook(random.Random(0))
    alerts = breaking(hook, 0)
    hook.back_at = alerts.wall.now() + 600 * SECOND
    alerts.deliver_for(660)
    assert ("hook", Result.DIVIDED) not in alerts.results
    assert len(hook.posts) == GROUPS


def test_who_takes_one_alert_a_post_gets_one_a_post() -> None:
    singly = MemoryChannel(alerts_a_post=1)
    alerts = InMemoryAlerts(singly)
    alerts.hear(breached(3, a_promise("a")), breached(3, a_promise("b")))
    alerts.deliver()
    assert [len(post.notices) for post in singly.posts] == [1, 1]
