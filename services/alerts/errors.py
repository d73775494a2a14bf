"""What alerts raise on purpose; a request that is not carried out raises the shared Refused.

AlertsError
├── DeliveryError        a receiver did not take a post; `permanent` means: do not try again
├── LedgerUnreachable    the tracker does not answer
├── UnreadableReply      what came back from a receiver is not of the form that its system has
└── SchedulesError       schedules or overrides are wrong: file, line, key and what would be right
"""

from services.shared.clock import Instant
from services.shared.errors import HandoffError
from services.shared.faults import Fault


class AlertsError(HandoffError):
    """The root of what this service raises."""


class DeliveryError(AlertsError):
    """A receiver did not take a post; in less than `retry_after`, microseconds, it will not.

    What it will never take as one it may take `in_parts`.
    """

    def __init__(
        self, message: str, *, permanent: bool, in_parts: bool = False, retry_after: Instant = 0
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.in_parts = in_parts
        self.retry_after = retry_after


class LedgerUnreachable(AlertsError):
    """The tracker does not answer."""


class UnreadableReply(AlertsError):
    """A signed request is not of the form that its sender's system has."""


class SchedulesError(AlertsError):
    """One or more faults of a file of schedules or of an iCalendar text, a line each."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
