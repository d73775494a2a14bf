"""What services need of Kafka, and no more; `bus_kafka` and `bus_memory` both satisfy it."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from services.shared.clock import Instant

Headers = tuple[tuple[str, bytes], ...]


class Record(Struct, frozen=True, array_like=True, gc=False):
    """One record to publish; `partition` only where the key does not decide it (heartbeats)."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers = ()
    partition: int | None = None


class Received(Struct, frozen=True, gc=False):
    """One record as read: where it lies and when the broker took it."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Headers
    arrived_at: Instant


class PublishError(Exception):
    """The broker did not take a batch; some of it may be there, so publish all of it again."""


class SubscribeError(Exception):
    """The broker cannot be read, or did not take a commit; what was read since will come again."""


class Publisher(Protocol):
    """Sends records in order and returns when the broker has all of them on all replicas."""

    def publish(self, records: Sequence[Record]) -> None:
        """Raises PublishError; after it the same records may be published again."""
        ...

    def close(self) -> None: ...


class Subscriber(Protocol):
    """Reads topics as a member of a group, from the position that the group committed."""

    def poll(self, timeout_s: float) -> Sequence[Received]:
        """The next records, in order in each partition; empty when none came in time.

        Raises SubscribeError; after it `poll` may be called again.
        """
        ...

    def commit(self) -> None:
        """All that `poll` returned so far is handled. Raises SubscribeError."""
        ...

    def close(self) -> None:
        """Read no more: `poll` raises SubscribeError from now on."""
        ...
