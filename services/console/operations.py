"""How far the tracker is, who is silent, whose clock is off, what lies aside. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.console.overviews import ParkedType, Partition, Progress, SourceSkew
from services.console.times import Moment, age, maybe_moment, moment

SILENT_AFTER = timedelta(seconds=180)
"""From then on the tracker says that it does not know, instead of calling a promise broken."""
LAG_LIMIT = timedelta(seconds=10)
SKEW_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class PartyView:
    """Up to when everything of a party is known, in the partition where that is the earliest."""

    name: str
    heard: Moment
    age: str
    silent: bool


@dataclass(frozen=True, slots=True)
class PartitionView:
    """One partition; `behind` where the tracker has not read what Kafka has.

    Before its `watermark` everything is known that any party told.
    """

    partition: Partition
    caught_up: Moment | None
    watermark: Moment | None
    lag: str
    behind: bool


@dataclass(frozen=True, slots=True)
class SkewView:
    """One source's clock; it is `off` by more than half a minute."""

    skew: SourceSkew
    words: str
    off: bool


@dataclass(frozen=True, slots=True)
class Operations:
    """The page."""

    now: Moment
    parties: tuple[PartyView, ...]
    partitions: tuple[PartitionView, ...]
    skews: tuple[SkewView, ...]
    parked: tuple[tuple[ParkedType, Moment], ...]
    open_promises: int


def operations(progress: Progress) -> Operations:
    now, partitions = progress.now, progress.partitions
    skews = {(s.party, s.source): s for each in partitions for s in each.skews}
    return Operations(
        now=moment(now, now),
        parties=_parties(progress),
        partitions=tuple(_partition(each, now) for each in partitions),
        skews=tuple(_skew(each) for each in sorted(skews.values(), key=lambda s: -abs(s.skew_s))),
        parked=tuple((each, moment(each.since, now)) for p in partitions for each in p.parked),
        open_promises=sum(each.open_promises for each in partitions),
    )


def _parties(progress: Progress) -> tuple[PartyView, ...]:
    earliest: dict[str, datetime] = {}
    for partition in progress.partitions:
        for party, at in partition.complete_through:
            earliest[party] = min(at, earliest.get(party, at))
    return tuple(
        PartyView(
            name=party,
            heard=moment(at, progress.now),
            age=age(progress.now - at),
            silent=progress.now - at > SILENT_AFTER,
        )
        for party, at in sorted(earliest.items(), key=lambda each: (each[1], each[0]))
    )


def _partition(partition: Partition, now: datetime) -> PartitionView:
    caught_up_at = partition.caught_up_at
    lag = None if caught_up_at is None else now - caught_up_at
    return PartitionView(
        partition=partition,
        caught_up=maybe_moment(caught_up_at, now),
        watermark=maybe_moment(_watermark(partition), now),
        lag="never caught up" if lag is None else age(lag),
        behind=lag is None or lag > LAG_LIMIT,
    )


def _watermark(partition: Partition) -> datetime | None:
    """Up to when all that was told is known, of every party: nothing breaches before it."""
    if partition.caught_up_at is None:
        return None
    return min((partition.caught_up_at, *(at for _, at in partition.complete_through)))


def _skew(skew: SourceSkew) -> SkewView:
    seconds = abs(skew.skew_s)
    way = "behind" if skew.skew_s > 0 else "ahead"
    return SkewView(skew, f"{seconds:.1f} s {way}", seconds > SKEW_LIMIT_S)
