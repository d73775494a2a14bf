"""What cannot be counted: each record of it goes to the dead letters with its reason, once."""

from services.shared.clock import Instant
from services.shared.errors import InvalidEvent
from services.shared.subjects import partition_of
from services.tracker.commits import Commits
from services.tracker.counting import REFUSED, Counts
from services.tracker.exchange import Rules, Told


class Refusing:
    """Of one partition; what is refused goes out with its next commit."""

    def __init__(self, commits: Commits, counts: Counts, rules: Rules) -> None:
        self._commits = commits
        self._counts = counts
        self._rules = rules

    def refuse(self, told: Told, fault: InvalidEvent, now: Instant) -> None:
        changes = self._commits.changes
        self._counts.became(told, REFUSED)
        self._counts.add("refused", fault.reason)
        changes.tallies.refused.append(told)
        changes.outgoing.append(self._rules.refuse(told.received, fault, now))

    def refuse_astray(self, told: Told, now: Instant) -> None:
        """A subject lives in one partition; whoever tells of it elsewhere partitioned wrongly."""
        right = self.home(told.subject)
        message = f"{told.subject} belongs into partition {right}; use murmur2 of the key."
        self.refuse(told, InvalidEvent("wrong_partition", message), now)

    def home(self, subject: str) -> int:
        """The partition that a subject lives in."""
        return partition_of(subject, self._rules.partitions)
