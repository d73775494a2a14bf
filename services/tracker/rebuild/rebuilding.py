"""A rebuild from its first step to its last; why it goes like this stands in the package."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from services.shared.bus import Received, Record
from services.shared.clock import Instant
from services.shared.errors import InvalidEvent
from services.shared.mongo import Row
from services.shared.outbox import OutboxRow
from services.shared.settings import Settings
from services.shared.subjects import topic_of
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.exchange import Ownership, Rules, Told
from services.tracker.handlers import Partition
from services.tracker.rebuild.making import Remaking
from services.tracker.rules import RESTS_AFTER, decoder

FOLDED_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many subjects came back from the archive, and how many were made again."""

    put_back: int
    made_again: int


def rebuild(
    making: Remaking,
    sets: AgreementSets,
    settings: Settings,
    archived: Iterable[Row],
    read: Callable[[], Iterable[Received]],
) -> Rebuilt:
    """`archived` are the archive's documents, newest first; `read` gives all that topics hold."""
    owners = making.take_over()
    for owner in owners:
        making.grow_up(owner.partition)
    put_back = making.put_back(archived)
    fold(read(), owners, making, sets, settings)
    made_again = sum(making.conclude(owner.partition) for owner in owners)
    for owner in owners:
        making.finish(owner)
    return Rebuilt(put_back, made_again)


def fold(
    records: Iterable[Received],
    owners: Iterable[Ownership],
    making: Remaking,
    sets: AgreementSets,
    settings: Settings,
) -> None:
    """What was read already: every record that lies before its partition's stored position."""
    known = {owner.partition: owner.positions for owner in owners}
    partitions = {
        owner.partition: _from_the_first_record(owner, making, sets, settings) for owner in owners
    }
    parties = {topic_of(party): party for party in settings.parties}
    decode = decoder(settings, lambda: sets)
    waiting: defaultdict[int, list[Told]] = defaultdict(list)
    for record in records:
        number = record.partition
        if record.offset >= known.get(number, {}).get(record.topic, 0):
            continue
        waiting[number].append(decode(record, parties[record.topic]))
        if len(waiting[number]) >= FOLDED_AT_ONCE:
            _take(partitions[number], waiting.pop(number))
    for number, batch in waiting.items():
        _take(partitions[number], batch)


def _take(partition: Partition, batch: list[Told]) -> None:
    partition.fold(batch, max(told.received.arrived_at for told in batch))
    partition.commit()


def _from_the_first_record(
    owner: Ownership, making: Remaking, sets: AgreementSets, settings: Settings
) -> Partition:
    rules = Rules(
        partitions=settings.partitions,
        parties=tuple(settings.parties),
        lateness={},
        simulated=settings.clock == "heartbeats",
        announce=_told_before,
        refuse=_refused_before,
        learn=_nothing_new,
        young_for=0,
        rests_after=RESTS_AFTER,
    )
    return Partition(
        replace(owner, positions={}, complete_through={}, parked=()), lambda: sets, making, rules, 0
    )


_NOBODY = OutboxRow(b"", Record("", b"", b""))


def _told_before(subject: Subject, verdict: Verdict) -> OutboxRow:
    return _NOBODY


def _refused_before(received: Received, fault: InvalidEvent, now: Instant) -> OutboxRow:
    return _NOBODY


def _nothing_new(settled: Iterable[Subject], sets: AgreementSets) -> None:
    """A tracker learns from what it finds settled when it starts."""
