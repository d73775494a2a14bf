"""How delivery fares, of all processes together: whom nobody gets through to, and what was refused.

Reads the notices in Mongo; satisfies `watching.Queues`.
"""

from collections.abc import Collection, Mapping

from services.alerts.documents import NoticeDocument
from services.shared.clock import Instant


class MongoQueues:
    """The queues of `receivers`; those with a `fallback` have what they refuse told by that one."""

    def __init__(self, receivers: Collection[str], without_fallback: Collection[str]) -> None:
        self._receivers, self._without_fallback = receivers, without_fallback

    def failing(self) -> Mapping[str, Instant]:
        """Since when each receiver is tried in vain, by the notice that it was told of first."""
        since = ((name, _tried_since(name)) for name in self._receivers)
        return {name: at for name, at in since if at is not None}

    def refused(self, since: Instant) -> Mapping[str, int]:
        """How many notices of that time a receiver will never take, and nobody has instead."""
        counted = (
            (name, NoticeDocument.objects(__raw__=_refused(name, since)).count())
            for name in self._without_fallback
        )
        return {name: count for name, count in counted if count}


def _tried_since(receiver: str) -> Instant | None:
    waiting = NoticeDocument.objects(
        __raw__={"waiting": receiver, f"tried.{receiver}": {"$exists": True}}
    )
    first = waiting.order_by(f"tried.{receiver}").first()
    return int(first.tried[receiver]) if first else None


def _refused(receiver: str, since: Instant) -> dict[str, object]:
    return {"at": {"$gte": since}, f"problems.{receiver}": {"$exists": True}}
