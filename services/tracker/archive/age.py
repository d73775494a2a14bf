"""From which age on a settled subject may leave Mongo. Pure: the clock is read elsewhere."""

from services.shared.clock import SECOND, Instant
from services.tracker.core.opening import AGE_LIMIT
from services.tracker.core.parking import DAY
from services.tracker.rows import Day, day_of

LEAST_DAYS = AGE_LIMIT // DAY
"""What topics keep, 30 days, and 7 more. Whatever was told of an archived subject is so old by then
that it opens nothing when it comes again: it is found `too_old`, where in Mongo it would be found a
duplicate."""

MARGIN = 3_600 * SECOND
"""An event's own time may be minutes after the broker's, and the tracker's clock is a third one."""


def archived_before(now: Instant, days: int) -> Day:
    """Subjects that were changed last before this day have been left alone for so many days."""
    return day_of(now - days * DAY - MARGIN)
