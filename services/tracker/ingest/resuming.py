"""What a person's decision about a stopped partition means: from where each topic is read on.

Pure: what Kafka holds and what is stored are handed in.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.tracker.ingest.protecting import Stop, Stored


class From(StrEnum):
    """Where to go on: at the first offset that Kafka has, or at the one that is stored."""

    EARLIEST = "earliest"
    STORED = "stored"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A partition that stands still, and the topics that are the cause of it."""

    stored: Stored
    stops: tuple[Stop, ...]

    def positions(self, start: From) -> dict[str, int]:
        """The next offset of each of the topics."""
        return {stop.topic: _position(stop, start) for stop in self.stops}

    @property
    def topic_ids(self) -> dict[str, str]:
        """Whichever offset it is, from now on it is one of the topic that there is."""
        return {stop.topic: stop.id for stop in self.stops}


def cannot(stop: Stop, start: From) -> str | None:
    """Why the decision is refused; the stored offset has to be there."""
    if start is From.EARLIEST or stop.position_is_there:
        return None
    return (
        f"Partition {stop.number} cannot go on from the stored offset {stop.position} of"
        f" {stop.topic}: Kafka holds the offsets from {stop.start} to before {stop.end}. Bring back"
        " the topic's log, or use --from earliest."
    )


def means(stop: Stop, start: From) -> str:
    """What the decision does to one topic, and what is lost by it."""
    position = _position(stop, start)
    return (
        f"Partition {stop.number} reads {stop.topic} from offset {position}: {_loss(stop, start)}."
    )


def _position(stop: Stop, start: From) -> int:
    return stop.start if start is From.EARLIEST else stop.position


def _loss(stop: Stop, start: From) -> str:
    if stop.made_anew:
        gone = f"what the old topic held from offset {stop.position} on is lost"
        if start is From.EARLIEST:
            return gone
        return f"{gone}, and of the new one {_offsets(stop.position - stop.start)} not read"
    if start is From.STORED:
        return "what lies there is trusted to be what follows"
    if stop.position < stop.start:
        return f"{_offsets(stop.start - stop.position)} not read and lost"
    return "what was read before is read again, and no event counts twice"


def _offsets(count: int) -> str:
    return "1 offset is" if count == 1 else f"{count} offsets are"
