"""What a receiver is told at once: one notice, or several of one group.

The id of a post follows from what is in it, so that it is the same whenever the same is told again,
by whichever process, and never the same for anything else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from services.alerts.domain.alert import Notice, urgency
from services.alerts.domain.promise import Condition

ALERTS_A_POST = 100
"""More than this wait for the next post."""


@dataclass(frozen=True, slots=True)
class Group:
    """Who owes whom by which agreement, and why it is told: one cause, one thing to look into.

    What is over is never told together with what stands.
    """

    owed_by: str
    owed_to: str
    agreement: str
    condition: Condition
    over: bool


@dataclass(frozen=True, slots=True)
class Post:
    """At least one notice, all of one group and each of another alert; what a customer notices
    soonest comes first.
    """

    notices: tuple[Notice, ...]

    @property
    def id(self) -> str:
        if len(self.notices) == 1:
            return self.first.id
        ids = "\n".join(notice.id for notice in self.notices)
        return f"post-{blake2b(ids.encode(), digest_size=16).hexdigest()}"

    @property
    def first(self) -> Notice:
        return self.notices[0]

    @property
    def group(self) -> Group:
        return group_of(self.first)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(notice.alert.key for notice in self.notices)


def alone(notice: Notice) -> Post:
    return Post((notice,))


def group_of(notice: Notice) -> Group:
    alert, promise = notice.alert, notice.alert.promise
    return Group(
        promise.owed_by,
        promise.owed_to,
        promise.agreement,
        alert.condition,
        over=alert.end is not None,
    )


def posts_of(notices: Sequence[Notice], most: int) -> Sequence[Post]:
    """At most so many notices in each. What was tried together stays together, and alone alone."""
    begun: dict[str, list[Notice]] = {}
    new: dict[Group, list[Notice]] = {}
    for notice in notices:
        if notice.post:
            begun.setdefault(notice.post, []).append(notice)
        else:
            new.setdefault(group_of(notice), []).append(notice)
    return [
        post for together in (*begun.values(), *new.values()) for post in _posts(together, most)
    ]


def halves(post: Post) -> tuple[Post, Post]:
    """Of a post of at least two."""
    middle = len(post.notices) // 2
    return Post(post.notices[:middle]), Post(post.notices[middle:])


def _posts(notices: Sequence[Notice], most: int) -> Iterator[Post]:
    ordered = sorted(notices, key=lambda notice: urgency(notice.alert))
    for start in range(0, len(ordered), most):
        yield Post(tuple(ordered[start : start + most]))
