"""Which topics to read first, so that all topics of a partition come forward together.

A reader that lags behind is given thousands of records of one topic before any of the next. An
order's events lie in several topics: read like that they come out of order, and its promises are
folded again for most of them. So of each partition the topic is read whose last record is the
oldest by the broker's time, as Kafka Streams chooses among the partitions of a task.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from aiokafka import ConsumerRecord, TopicPartition

from services.tracker.ingest.gate import Held

End = Callable[[TopicPartition], int | None]
"""Where a place ends by the last answer; None where there was none yet."""


class Abreast:
    """`topics` are those of every partition."""

    def __init__(self, topics: Iterable[str]) -> None:
        self._topics = tuple(topics)
        self._read_until: dict[TopicPartition, int] = {}

    def note(self, batches: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> None:
        """These were read."""
        for place, records in batches.items():
            self._read_until[place] = records[-1].timestamp

    def behind(self, held: Mapping[int, Held], end: End) -> Iterator[TopicPartition]:
        """Of each partition with something to read the place that is furthest behind."""
        for number, each in held.items():
            places = [TopicPartition(topic, number) for topic in self._topics]
            waiting = [place for place in places if _waits(each.position(place.topic), end(place))]
            if waiting:
                yield min(waiting, key=lambda place: self._read_until.get(place, 0))


def _waits(position: int, end: int | None) -> bool:
    """Where nobody answered yet there may be something."""
    return end is None or position < end
