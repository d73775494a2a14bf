"""The last days of what the parties said, read from Kafka once, to be folded as often as one likes.

A subject lives in one partition of every topic. Where there is more than the limits allow, whole
partitions are left out, so that of each subject that is read nothing is missing.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from msgspec import structs

from services.cli.errors import CommandFailed
from services.shared.acceptance import readable, teller
from services.shared.bus import Received
from services.shared.clock import Instant, WallClock, iso, to_micros
from services.shared.settings import Settings
from services.shared.subjects import HEARTBEAT_KEY, partition_of, topic_of
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event
from services.tracker.ingest.looking_back import LookingBack, Places, looking_back
from services.tracker.ingest.membership import received
from services.tracker.rules import decoder

RECORDS_LIMIT = 12_000_000
"""Heartbeats too: four parties send as many as 10.4 million to each partition in 30 days. To read
one takes 15 us."""
EVENTS_LIMIT = 100_000
"""They are held in memory, 4 KB each with what becomes of them, and folded twice: 0.8 ms each time
on two busy cores under the default agreements."""

Tell = Callable[[str], object]
Known = tuple[Instant, Received]
"""A record and the moment when it was known."""


@dataclass(frozen=True, slots=True)
class Past:
    """Records that are no heartbeats, in the order in which they were known.

    They are all that was said between `since` and `until` in `partitions` of `of` partitions.
    """

    records: Sequence[Known]
    since: Instant
    until: Instant
    partitions: int
    of: int

    def events(self, sets: AgreementSets, settings: Settings) -> Iterator[tuple[str, Event]]:
        """The events, each with its subject, as a tracker reads them; it refuses the others."""
        decode = decoder(settings, lambda: sets)
        parties = {topic_of(party): party for party in settings.parties}
        for _, record in self.records:
            told = decode(record, parties[record.topic])
            if isinstance(told.said, Event) and (
                partition_of(told.subject, settings.partitions) == record.partition
            ):
                yield told.subject, told.said


def read_past(settings: Settings, last: timedelta, tell: Tell) -> Past:
    """All that the parties said since then, up to now; in a simulation, up to its last heartbeat.

    Raises CommandFailed where Kafka does not answer, or where one partition holds too much.
    """
    try:
        return asyncio.run(_read(settings, last, tell))
    except KafkaError as error:
        raise CommandFailed(
            f"Cannot read from Kafka at {settings.kafka.bootstrap}: {type(error).__name__}: {error}"
        ) from error


async def _read(settings: Settings, last: timedelta, tell: Tell) -> Past:
    now = WallClock().now()
    since = now - to_micros(last)
    async with looking_back(settings) as looking:
        parts = fitting(by_partition(await looking.since(since)), RECORDS_LIMIT)
        reading = _Reading(looking, sum(map(_size, parts)), settings.clock != "wall", tell)
        records, whole = await gather((reading.events(part) for part in parts), EVENTS_LIMIT)
    if not whole:
        raise CommandFailed(
            f"One partition alone holds more than {EVENTS_LIMIT:,} events, or {RECORDS_LIMIT:,}"
            f" records with heartbeats, since {iso(since)}; take fewer days."
        )
    records.sort(key=itemgetter(0))
    until = max(reading.latest or now, records[-1][0] if records else 0)
    return Past(records, since, until, whole, settings.partitions)


def by_partition(places: Places) -> list[Places]:
    """What is to be read, partition by partition, of all topics."""
    numbers = sorted({number for _, number in places})
    return [{at: places[at] for at in places if at[1] == number} for number in numbers]


def fitting(parts: Sequence[Places], limit: int) -> Sequence[Places]:
    """As many of the first as hold no more records than `limit` together."""
    total = 0
    for count, part in enumerate(parts):
        total += _size(part)
        if total > limit:
            return parts[:count]
    return parts


async def gather(
    parts: Iterable[AsyncIterable[Sequence[Known]]], limit: int
) -> tuple[list[Known], int]:
    """As many of the first as hold no more events than `limit` together, and how many these are."""
    gathered: list[Known] = []
    whole = 0
    for part in parts:
        held = len(gathered)
        async for some in part:
            gathered += some
            if len(gathered) > limit:
                return gathered[:held], whole
        whole += 1
    return gathered, whole


def _size(part: Places) -> int:
    return sum(end - start for start, end in part.values())


@dataclass(slots=True)
class _Reading:
    """Reads partitions, tells how far it is, and notes the `latest` moment of a simulation."""

    looking: LookingBack
    total: int
    simulated: bool
    tell: Tell
    read: int = 0
    latest: Instant = 0

    async def events(self, part: Places) -> AsyncIterator[Sequence[Known]]:
        async for records in self.looking.between(part):
            self.read += len(records)
            self.tell(f"Reading: {self.read:,} of {self.total:,} records")
            if self.simulated:
                self.latest = max([self.latest, *map(_own_time, map(received, records[-1:]))])
            yield [self._known(each) for each in records if each.key != HEARTBEAT_KEY]

    def _known(self, told: ConsumerRecord) -> Known:
        record = structs.replace(received(told), headers=())
        return (_own_time(record) if self.simulated else record.arrived_at), record


def _own_time(record: Received) -> Instant:
    return teller(readable(record.value), record.arrived_at)[1]
