"""Exceptions that several services share.

HandoffError
├── SettingsError        a setting is missing or impossible; the start stops
├── UnknownEventType     no table names this event type
└── InvalidEvent         an event breaks a rule of the envelope; `reason` names it
"""


class HandoffError(Exception):
    """The root: anything the project raises on purpose."""


class SettingsError(HandoffError):
    """A setting is missing or impossible."""


class UnknownEventType(HandoffError):
    """No class and no party's settings know this event type."""


class InvalidEvent(HandoffError):
    """An event breaks a rule of the envelope.

    `reason` is a short slug (`too_large`, `wrong_party`, ...) for the dead letter's header.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
