"""Plays a history into real topics on the simulated clock, for a tracker that follows heartbeats.

Events go out in order of time; a heartbeat at a moment of the data follows all events before it,
in every partition of every party's topic. So the tracker's time is the data's time.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec import structs

from services.shared.bus import Publisher, Record
from services.shared.clock import Instant
from services.shared.codec import cloud_event_headers, encode_envelope, encode_event
from services.shared.relay import heartbeat
from services.shared.settings import Settings
from services.shared.subjects import topic_of
from services.simulator.importers.history import Told

BATCH_EVENTS = 500
SOURCE = "driver"


def drive(
    history: Iterable[Told],
    until: Instant,
    publisher: Publisher,
    settings: Settings,
    played: Callable[[int], object] = lambda events: None,
) -> int:
    """Publish all events up to `until`, then its heartbeat; gives how many events there were.

    `history` comes in order of time. `played` is told the size of each batch. Raises PublishError.
    """
    total = 0
    known = itertools.takewhile(lambda told: told[0].occurred_at <= until, history)
    for batch in _batches(known):
        publisher.publish([record_of(told) for told in batch])
        publisher.publish(list(beats(settings, batch[-1][0].occurred_at)))
        total += len(batch)
        played(len(batch))
    publisher.publish(list(beats(settings, until)))
    return total


def beats(
    settings: Settings, at: Instant, silent: Mapping[str, Instant] = MappingProxyType({})
) -> Iterator[Record]:
    """One heartbeat for every partition of every party's topic: time is `at` now.

    Each party has told everything up to then, but the `silent` ones nothing after their moment.
    """
    for party in settings.parties:
        for partition in range(settings.partitions):
            yield heartbeat(party, SOURCE, silent.get(party, at), partition, at)


def record_of(told: Told) -> Record:
    """An event of a history on its way to its party's topic."""
    envelope = structs.replace(told[0], body=encode_event(told[1]))
    return Record(
        topic_of(envelope.party),
        envelope.subject.encode(),
        encode_envelope(envelope),
        cloud_event_headers(envelope),
    )


def _batches(history: Iterable[Told]) -> Iterator[Sequence[Told]]:
    iterator = iter(history)
    while batch := list(itertools.islice(iterator, BATCH_EVENTS)):
        yield batch
