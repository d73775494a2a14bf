"""Notices on their way to one receiver: in order for each alert, at least once, one bad receiver or
alert never in the way of others. The first of a group goes out at once; what comes within a few
seconds, or while the receiver must be waited for, goes together.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager

from opentelemetry.trace import Span, SpanKind

from services.alerts.collapsing import without_what_is_over
from services.alerts.domain.alert import Notice, Reason
from services.alerts.domain.posts import Post, halves, posts_of
from services.alerts.errors import DeliveryError
from services.alerts.receiver import Receiver, Result
from services.shared import telemetry as names
from services.shared.clock import SECOND, Instant

GROUP_INTERVAL = 5 * SECOND
"""Between two posts of a group, unless the later one is full."""
TRIES_TOGETHER = 3
GIVE_UP_AFTER = 86_400 * SECOND
"""What a receiver has not taken for so long goes to its fallback, if it has one."""


def deliver(to: Receiver) -> int:
    """One pass over what waits for a receiver; how many notices it took or refused for good.

    1. collapse  2. keep the order of each alert  3. group  4. wait for more of a group  5. spare
    what fails  6. send: the order is written only here.
    """
    notices = without_what_is_over(to, to.waiting())
    notices = oldest_of_each_alert(notices)
    posts = not_too_soon(to, posts_of(notices, to.channel.alerts_a_post))
    return len(sent(to, least_failed_first(to, posts)))


def oldest_of_each_alert(notices: Sequence[Notice]) -> Sequence[Notice]:
    """A later notice of an alert waits until the earlier one is settled."""
    oldest: dict[str, Notice] = {}
    for notice in notices:
        oldest.setdefault(notice.alert.key, notice)
    return tuple(oldest.values())


def not_too_soon(to: Receiver, posts: Sequence[Post]) -> Sequence[Post]:
    """The first of a group goes at once; what begins or ends soon after it waits for what else
    does. Whatever else is told of an alert somebody waits for.
    """
    latest = to.clock.now() - GROUP_INTERVAL
    return [post for post in posts if not _may_wait(to, post) or to.told_at(post.group) <= latest]


def _may_wait(to: Receiver, post: Post) -> bool:
    """A full one need not, and one that was tried before is not changed any more."""
    usual = all(each.reason in (Reason.FIRST_NOTICE, Reason.RESOLVED) for each in post.notices)
    return usual and not post.first.post and len(post.notices) < to.channel.alerts_a_post


def least_failed_first(to: Receiver, posts: Sequence[Post]) -> Sequence[Post]:
    """What is never taken must not be what a receiver's return is measured by."""
    return sorted(posts, key=lambda post: to.pace.failures(post.keys[0]))


def sent(to: Receiver, posts: Sequence[Post]) -> Sequence[Notice]:
    """Those that are settled. Where the receiver is away or has had its rate, the others wait."""
    settled: list[Notice] = []
    for post in posts:
        now = to.clock.now()
        if to.stop.is_set() or not to.pace.open(now):
            break
        since = to.store.claim(post, to.channel.name, to.owner, now)
        if since is not None and _send(to, post, since):
            settled += post.notices
    return settled


def _send(to: Receiver, post: Post, since: Instant) -> bool:
    """True where the post is settled; its alerts get a rest before anything else goes wrong."""
    now = to.clock.now()
    to.pace.trying(now)
    try:
        with _span(to, post):
            to.channel.send(post)
    except DeliveryError as error:
        return _not_taken(to, post, since, error)
    except Exception:
        to.pace.failed(post.keys, now)
        raise
    _settle(to, post)
    to.tell(post.group, now)
    to.pace.taken(post.keys[0])
    return True


def _settle(to: Receiver, post: Post) -> None:
    """Where the fallback was told that an alert began, it is told that it is over."""
    name, fallback = to.channel.name, to.policy.fallback
    heard: Collection[str] = ()
    if fallback and post.group.over:
        heard = to.store.passed_on(post.keys, name)
    for of, beside in ((set(post.keys) - set(heard), ""), (heard, fallback)):
        if notices := [each for each in post.notices if each.alert.key in of]:
            to.store.settle(notices, name, fallback=beside)
    _count(to, post, Result.DELIVERED)


def _not_taken(to: Receiver, post: Post, since: Instant, error: DeliveryError) -> bool:
    name, now, fallback = to.channel.name, to.clock.now(), to.policy.fallback
    if _goes_in_parts(to, post, error):
        return _divide(to, post, error)
    _say(to, post, error, Result.REFUSED if error.permanent else Result.FAILED)
    if error.permanent:
        to.pace.taken(post.keys[0])
    else:
        began = min(since, since if to.pace.failing_since is None else to.pace.failing_since)
        if not fallback or now - began < GIVE_UP_AFTER:
            to.pace.failed(post.keys, now, error.retry_after)
            return False
        to.pace.passed_over(post.keys[0])
    to.store.settle(post.notices, name, str(error), fallback)
    if fallback:
        _count(to, post, Result.PASSED_ON)
    return True


def _goes_in_parts(to: Receiver, post: Post, error: DeliveryError) -> bool:
    """Where the receiver is there and this post alone keeps failing, one alert of it may be why."""
    if len(post.notices) == 1:
        return False
    if error.permanent:
        return error.in_parts
    tries = to.pace.failures(post.keys[0]) + 1
    return tries >= TRIES_TOGETHER and not to.pace.away and not error.retry_after


def _divide(to: Receiver, post: Post, error: DeliveryError) -> bool:
    """Each half is a post of its own from now on, so that what is never taken ends up alone."""
    _say(to, post, error, Result.DIVIDED)
    to.pace.passed_over(post.keys[0])
    for half in halves(post):
        to.store.claim(half, to.channel.name, to.owner, to.clock.now())
    return False


def _count(to: Receiver, post: Post, result: Result) -> None:
    for _ in post.notices:
        to.count(to.channel.name, result)


def _say(to: Receiver, post: Post, error: DeliveryError, result: Result) -> None:
    _count(to, post, result)
    to.telemetry.log.warning(
        "post not delivered",
        receiver=to.channel.name,
        post=post.id,
        notices=len(post.notices),
        result=result,
        problem=str(error),
    )


def _span(to: Receiver, post: Post) -> AbstractContextManager[Span]:
    """A trace of its own, linked to the decisions': a receiver may be back hours later."""
    first = post.first
    return to.telemetry.span(
        f"notify {to.channel.name}",
        parent=(),
        links=[((names.TRACEPARENT, each.traceparent.encode()),) for each in post.notices],
        kind=SpanKind.CLIENT,
        attributes={
            names.HANDOFF_CHANNEL: to.channel.name,
            names.HANDOFF_NOTICES: len(post.notices),
            names.HANDOFF_ALERT_KEY: first.alert.key,
            names.HANDOFF_REASON: first.reason,
            names.HANDOFF_PROMISE_ID: first.alert.promise.promise_id,
            names.HANDOFF_SUBJECT: first.alert.promise.subject,
        },
    )
