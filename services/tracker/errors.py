"""Exceptions of the tracker.

HandoffError
├── AgreementError       agreement files are wrong: file, line, key and what would be right
├── ArchiveDamaged       a file of the archive is not what was written; nothing was deleted
├── BeingRebuilt         a partition is being made anew; trackers wait until that is done
├── Fenced               a partition has another owner by now; nothing was written
├── KafkaSilent          Kafka does not say what it holds; it is asked again
├── PartitionTorn        the group gave some topics of a partition to one tracker, some to another
├── PositionLost         Kafka does not hold what comes next; a person has to decide
├── SetsUnreadable       the agreement sets could not be read for too long; nothing is folded
├── TopicMadeAnew        offsets are those of a topic that is gone; a person has to decide
└── WrongPartitionCount  topics and settings disagree in which partition a subject lives
"""

from services.shared.errors import HandoffError
from services.shared.faults import Fault


class AgreementError(HandoffError):
    """One or more faults of agreement files, a line each."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class ArchiveDamaged(HandoffError):
    """What lies in the archive cannot be read, or is not what was written."""


class BeingRebuilt(HandoffError):
    """Nobody may follow a partition whose subjects are not all there yet."""

    def __init__(self, partition: int) -> None:
        super().__init__(
            f"Partition {partition} is being rebuilt. If `handoff tracker rebuild` was stopped"
            " before its end, give it again."
        )


class Fenced(HandoffError):
    """The owner was replaced while it was away; whatever it still wants to write is refused."""


class KafkaSilent(HandoffError):
    """Kafka does not answer, or not about all that was asked."""


class PartitionTorn(HandoffError):
    """Events of one subject would be folded by two trackers, each of which knows a part."""


class PositionLost(HandoffError):
    """The record at a stored position is not in Kafka any more, so going on would skip events."""


class SetsUnreadable(HandoffError):
    """Another agreement set may be active by now, so folding would follow the wrong one."""


class TopicMadeAnew(HandoffError):
    """A topic of the same name with other events: an offset of the old one says nothing in it."""


class WrongPartitionCount(HandoffError):
    """A party's topic has another number of partitions than the settings; nothing can be found."""
