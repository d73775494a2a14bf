"""Where an event is counted, so that counts of it at several places can be compared.

That is its source and the hour of its own time. An outbox, a record in Kafka, the tracker and a
dead letter all know that time, and sending an event again does not change it; the time in an id is
only ours, for parties outside choose ids as they like.
"""

from typing import NamedTuple

from services.shared.clock import SECOND, Instant

HOUR: Instant = 3_600 * SECOND
KEPT_S = 40 * 86_400
"""Counts are forgotten this long after they last changed: later than Kafka forgets what is counted,
which is after 30 days."""


class SourceHour(NamedTuple):
    """One hour of a source; `hour` is the moment at which it begins, in UTC."""

    party: str
    source: str
    hour: Instant


def source_hour(party: str, source: str, at: Instant) -> SourceHour:
    """The hour of the source in which `at` lies."""
    return SourceHour(party, source, at - at % HOUR)


class Tally(NamedTuple):
    """What became of the records of one source and hour in the tracker."""

    applied: int = 0
    duplicates: int = 0
    refused: int = 0
