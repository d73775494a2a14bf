"""Exceptions of the tracker.

HandoffError
├── AgreementError       agreement files are wrong: file, line, key and what would be right
├── Fenced               a partition has another owner by now; nothing was written
├── PositionLost         Kafka does not hold what comes next; a person has to decide
└── WrongPartitionCount  topics and settings disagree in which partition a subject lives
"""

from services.shared.errors import HandoffError
from services.tracker.core.language.faults import Fault


class AgreementError(HandoffError):
    """One or more faults of agreement files, a line each."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class Fenced(HandoffError):
    """The owner was replaced while it was away; whatever it still wants to write is refused."""


class PositionLost(HandoffError):
    """The record at a stored position is not in Kafka any more, so going on would skip events."""


class WrongPartitionCount(HandoffError):
    """A party's topic has another number of partitions than the settings; nothing can be found."""
