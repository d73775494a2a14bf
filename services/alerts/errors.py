"""What alerts raise on purpose; a request that is not carried out raises the shared Refused.

AlertsError
├── DeliveryError        a receiver did not take a notice; `permanent` means: do not try again
└── LedgerUnreachable    the tracker does not answer
"""

from services.shared.errors import HandoffError


class AlertsError(HandoffError):
    """The root of what this service raises."""


class DeliveryError(AlertsError):
    """A receiver did not take a notice."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class LedgerUnreachable(AlertsError):
    """The tracker does not answer."""
