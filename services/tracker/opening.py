"""How a tracker takes a partition over: raise the epoch, then load; who reads then seeks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from services.shared.clock import Instant
from services.tracker.core.sets import AgreementSets
from services.tracker.exchange import Ownership, PartitionStore, Rules
from services.tracker.handlers import Partition


class TrackerStore(PartitionStore, Protocol):
    """What a tracker needs to take a partition over and keep it."""

    def take_over(self, partition: int, owner: str, address: str) -> Ownership: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom others see as the owner of a partition, and where they can ask it."""

    name: str
    address: str


def open_partition(
    store: TrackerStore,
    sets: Callable[[], AgreementSets],
    rules: Rules,
    us: Identity,
    number: int,
    now: Instant,
) -> Partition:
    """Raise the epoch, then load: from then on nobody else can commit to the partition."""
    owner = store.take_over(number, us.name, us.address)
    return Partition(owner, sets, store, rules, now)
