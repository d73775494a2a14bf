"""A receiver that fails, is away, asks for patience, or never takes it, by a moved clock."""

import random
from collections import Counter

from services.alerts.delivery import GIVE_UP_AFTER, GROUP_INTERVAL
from services.alerts.domain.alert import Reason
from services.alerts.domain.flapping import RENOTIFY_AFTER
from services.alerts.domain.posts import Post
from services.alerts.errors import DeliveryError
from services.alerts.receiver import Policy, Result
from services.shared.clock import SECOND, Instant
from tests.alert_twins import MemoryChannel
from tests.alerting import MovedClock, a_promise, breached, ended, key, warned
from tests.component.alerts.harness import InMemoryAlerts

NOTICES = 1_000
COLLAPSING = {"memory": Policy(collapse=True)}


class Flaky:
    """Says 503 to some posts, and loses its acknowledgement of others, by chance."""

    name = "flaky"
    alerts_a_post = 1

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.posts, self.got = Counter[str](), Counter[str]()
        self.lost = 0

    def send(self, post: Post) -> str:
        if self._chance.random() < 0.05:
            raise DeliveryError("hook.test answered 503", permanent=False)
        self.posts[post.id] += 1
        self.got.update(notice.id for notice in post.notices)
        if self._chance.random() < 0.05:
            self.lost += 1
            raise DeliveryError("hook.test does not answer: ReadTimeout", permanent=False)
        return "taken"


class Away:
    """Nobody is there until a moment."""

    name = "away"
    alerts_a_post = 1

    def __init__(self) -> None:
        self.clock: MovedClock | None = None
        self.back_at: Instant = 0
        self.got: dict[str, Instant] = {}
        self.tries = 0

    def send(self, post: Post) -> str:
        assert self.clock
        self.tries += 1
        if self.clock.now() < self.back_at:
            raise DeliveryError("hook.test does not answer: ConnectError", permanent=False)
        for notice in post.notices:
            self.got[notice.id] = self.clock.now()
        return "taken"


def hear_many(alerts: InMemoryAlerts) -> None:
    for order in range(NOTICES):
        alerts.hear(warned(2, a_promise(str(order))), twice=False)


def test_of_a_thousand_notices_each_arrives_and_only_lost_answers_are_posted_again() -> None:
    for seed in range(3):
        flaky = Flaky(random.Random(seed))
        alerts = InMemoryAlerts(flaky, chance=random.Random(seed).random)
        hear_many(alerts)
        alerts.deliver_for(60)
        assert len(flaky.posts) == NOTICES
        assert flaky.lost > 20
        assert flaky.posts.total() - NOTICES <= flaky.lost
        assert alerts.results.count(("flaky", Result.DELIVERED)) == NOTICES


def test_within_a_minute_of_a_receivers_return_it_has_everything() -> None:
    for seed in range(3):
        away = Away()
        alerts = InMemoryAlerts(away, chance=random.Random(seed).random)
        away.clock = alerts.wall
        away.back_at = alerts.wall.now() + 600 * SECOND
        hear_many(alerts)
        alerts.deliver_for(600)
        assert away.tries < 150, "one probe now and then, whatever waits"
        alerts.deliver_for(60)
        assert len(away.got) == NOTICES
        assert max(away.got.values()) <= away.back_at + 60 * SECOND


def test_who_asks_for_patience_is_left_alone_for_as_long() -> None:
    alerts = InMemoryAlerts()
    asked = DeliveryError("429", permanent=False, retry_after=90 * SECOND)
    alerts.channel.failing = {key(): [asked], key(a_promise("2")): [asked]}
    alerts.hear(warned(), warned(2, a_promise("2")))
    alerts.deliver()
    alerts.channel.failing.clear()
    alerts.deliver_for(89.8)
    assert len(alerts.channel.tries) == 1
    alerts.deliver_for(0.2)
    assert len(alerts.channel.got) == 2


def test_a_rate_delays_and_never_drops() -> None:
    singly = MemoryChannel(alerts_a_post=1)
    alerts = InMemoryAlerts(singly, policies={"memory": Policy(per_minute=10)})
    for order in range(25):
        alerts.hear(warned(2, a_promise(str(order))))
    counts = []
    for _ in range(3):
        alerts.deliver()
        counts.append(len(singly.got))
        alerts.deliver_for(59.8)
        assert len(singly.got) == counts[-1]
        alerts.wall.move(seconds=0.2)
    assert counts == [10, 20, 25]


def pager_and_mail(*, chained: bool = True) -> tuple[InMemoryAlerts, MemoryChannel, MemoryChannel]:
    pager, mail = MemoryChannel("pager"), MemoryChannel("mail")
    policies = {"pager": Policy(fallback="mail" if chained else "")}
    return InMemoryAlerts(pager, mail, policies=policies), pager, mail


def reasons(channel: MemoryChannel) -> list[Reason]:
    return [notice.reason for notice in channel.got]


def test_what_is_refused_for_good_goes_to_the_fallback_and_nothing_else_does() -> None:
    alerts, pager, mail = pager_and_mail()
    pager.fail(key(), 2, permanent=True, in_parts=True)
    alerts.hear(warned(), warned(2, a_promise("2")))
    alerts.deliver_for(0.2)
    assert [notice.alert.key for notice in pager.got] == [key(a_promise("2"))]
    assert [notice.alert.key for notice in mail.got] == [key()]
    assert Counter(alerts.results) == {
        ("pager", Result.DIVIDED): 2,
        ("pager", Result.REFUSED): 1,
        ("pager", Result.PASSED_ON): 1,
        ("pager", Result.DELIVERED): 1,
        ("mail", Result.DELIVERED): 1,
    }


def test_who_was_told_of_the_beginning_is_told_of_the_end() -> None:
    alerts, pager, mail = pager_and_mail()
    pager.fail(key(), permanent=True)
    alerts.hear(warned(2))
    alerts.deliver()
    alerts.hear(breached(3), ended(revision=4), warned(2, a_promise("2")))
    alerts.hear(ended(revision=3, promise=a_promise("2")))
    alerts.deliver()
    assert reasons(mail) == [Reason.FIRST_NOTICE, Reason.RESOLVED]
    assert reasons(pager).count(Reason.RESOLVED) == 2


def test_after_a_day_the_fallback_has_it_and_not_a_moment_before() -> None:
    alerts, pager, mail = pager_and_mail()
    pager.fail(key(), 100_000)
    alerts.hear(warned(2))
    alerts.deliver()
    alerts.wall.set(alerts.wall.now() + GIVE_UP_AFTER - 1)
    alerts.deliver()
    assert reasons(mail) == []
    alerts.deliver_for(60)
    assert reasons(mail) == [Reason.FIRST_NOTICE]
    alerts.hear(ended(revision=3))
    alerts.deliver()
    assert reasons(mail) == [Reason.FIRST_NOTICE, Reason.RESOLVED]


def test_while_a_receiver_is_gone_for_days_its_fallback_hears_at_once() -> None:
    alerts, pager, mail = pager_and_mail()
    promises = [a_promise(str(order)) for order in range(20)]
    for promise in promises:
        pager.fail(key(promise), 100_000)
        alerts.hear(warned(2, promise))
    alerts.deliver_for(10)
    alerts.wall.set(alerts.wall.now() + GIVE_UP_AFTER)
    alerts.deliver()
    assert {notice.alert.key for notice in mail.got} == {key(promise) for promise in promises}
    new = a_promise("new")
    pager.fail(key(new), 100_000)
    alerts.hear(warned(2, new))
    alerts.deliver_for(GROUP_INTERVAL / SECOND)
    assert mail.got[-1].alert.key == key(new)


def test_without_a_fallback_it_is_tried_for_ever() -> None:
    alerts, pager, _ = pager_and_mail(chained=False)
    pager.fail(key(), 100)
    alerts.hear(warned())
    alerts.deliver()
    for _ in range(100):
        alerts.wall.set(alerts.wall.now() + GIVE_UP_AFTER)
        alerts.deliver()
    assert reasons(pager) == [Reason.FIRST_NOTICE]


def test_what_was_over_before_anybody_was_told_is_not_sent_and_is_counted() -> None:
    alerts = InMemoryAlerts(policies=COLLAPSING)
    alerts.hear(warned(2), breached(3), ended(revision=4), warned(2, a_promise("2")))
    alerts.deliver()
    assert [notice.alert.key for notice in alerts.channel.got] == [key(a_promise("2"))]
    assert alerts.results.count(("memory", Result.COLLAPSED)) == 3
    alerts.clock.set(alerts.clock.now() + RENOTIFY_AFTER)
    alerts.hear(warned(5))
    assert alerts.got()[-1] is Reason.REOPENED


def test_what_may_have_been_heard_of_is_told_to_be_over() -> None:
    """Its acknowledgement may be what was lost."""
    alerts = InMemoryAlerts(policies=COLLAPSING)
    alerts.channel.fail(key())
    alerts.hear(warned(2))
    alerts.deliver()
    alerts.hear(ended(revision=3))
    alerts.deliver_for(1)
    assert alerts.got() == [Reason.FIRST_NOTICE, Reason.RESOLVED]


def test_what_was_told_is_told_to_be_over() -> None:
    alerts = InMemoryAlerts(policies=COLLAPSING)
    alerts.hear(warned(2))
    alerts.deliver()
    alerts.hear(ended(revision=3))
    assert alerts.got() == [Reason.FIRST_NOTICE, Reason.RESOLVED]


def test_the_next_probe_is_of_what_has_not_failed_before() -> None:
    alerts = InMemoryAlerts(chance=lambda: 0)
    for order in range(10):
        alerts.channel.fail(key(a_promise(str(order))), 100_000)
        alerts.hear(warned(2, a_promise(str(order))))
    alerts.deliver_for(30)
    alerts.clock.move(seconds=30)
    alerts.hear(warned(2, a_promise("good")))
    alerts.deliver_for(0.2)
    assert [notice.alert.key for notice in alerts.channel.got] == [key(a_promise("good"))]
