"""What has to come of what was written: pure, from the history and the topics as they are."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.shared.clock import Instant
from tests.storm.found import Logged
from tests.storm.history import EVENT, POISON, History, Item, Promised

Place = tuple[str, int, int]
"""Topic, partition and offset."""


@dataclass(slots=True)
class Written:
    """The log, understood: events by id in order of their offsets, and the poison by place."""

    copies: dict[str, list[Logged]] = field(default_factory=lambda: defaultdict(list))
    poison: dict[Place, Item] = field(default_factory=dict)
    strange: list[Logged] = field(default_factory=list)

    @property
    def duplicates(self) -> int:
        return sum(len(copies) - 1 for copies in self.copies.values())


@dataclass(frozen=True, slots=True)
class Expected:
    """A promise with its deadline; `kept_at` is its evidence's own time, if it has any."""

    agreement: str
    version: int
    subject: str
    due_by: Instant
    kept_at: Instant | None

    @property
    def overdue(self) -> bool:
        return self.kept_at is None or self.kept_at > self.due_by


def written(history: History, log: Sequence[Logged]) -> Written:
    """Which item each record of the log is."""
    known = {item.digest: item for item in history.items if item.kind in {EVENT, *POISON}}
    found = Written()
    for record in sorted(log, key=lambda record: (record.topic, record.partition, record.offset)):
        item = known.get(record.digest)
        if item is None:
            found.strange.append(record)
        elif item.kind == EVENT:
            found.copies[item.id].append(record)
        else:
            found.poison[record.topic, record.partition, record.offset] = item
    return found


def expected(
    history: History, found: Written, active_from: Sequence[Instant]
) -> Iterator[Expected]:
    """Every promise, by the version that was active when its opening event reached the broker."""
    events = {item.id: item for item in history.items if item.kind == EVENT}
    for promise in history.promises:
        if promise.opening not in found.copies:
            continue  # it was never written, which is said elsewhere
        opened_at = events[promise.opening].occurred_at
        arrived_at = found.copies[promise.opening][0].arrived_at
        version = _version(history, promise, arrived_at, active_from)
        evidence = events.get(promise.evidence)
        yield Expected(
            promise.agreement,
            version,
            promise.subject,
            opened_at + history.within[promise.agreement, version],
            evidence.occurred_at if evidence else None,
        )


def _version(
    history: History, promise: Promised, arrived_at: Instant, active_from: Sequence[Instant]
) -> int:
    """Each set after the first has the next version of what has one."""
    newest = max(version for name, version in history.within if name == promise.agreement)
    active = sum(moment <= arrived_at for moment in active_from)
    return min(max(active, 1), newest)


def reordered(history: History, found: Written) -> int:
    """Events that lie behind one of a later own time, in the same partition of a topic."""
    own_time = {item.id: item.occurred_at for item in history.items if item.kind == EVENT}
    latest: dict[tuple[str, int], Instant] = {}
    count = 0
    firsts = ((copies[0], id) for id, copies in found.copies.items())
    for record, id in sorted(firsts, key=lambda each: each[0].offset):
        place = record.topic, record.partition
        count += own_time[id] < latest.get(place, 0)
        latest[place] = max(latest.get(place, 0), own_time[id])
    return count


def delayed(history: History, found: Written, by: Instant) -> int:
    """Events that reached the broker more than `by` after their own time."""
    own_time: Mapping[str, Instant] = {
        item.id: item.occurred_at for item in history.items if item.kind == EVENT
    }
    return sum(copies[0].arrived_at - own_time[id] > by for id, copies in found.copies.items())
