"""Exceptions that several services share.

HandoffError
├── SettingsError        a setting is missing or impossible; the start stops
├── UnknownEventType     no table names this event type
├── InvalidEvent         an event breaks a rule of the envelope; `reason` names it
└── Refused              a command is not carried out; `code` and `field` say why and where
"""

from enum import StrEnum


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


class RefusalCode(StrEnum):
    """Why a command is refused, as the caller needs to tell apart."""

    INVALID = "invalid"
    CONFLICT = "conflict"
    NOT_FOUND = "not_found"
    FULL = "full"


class Refused(HandoffError):
    """A command is not carried out and has no effect.

    The message says which value is wrong and what would be right. `retryable` is true where the
    same command may succeed a little later, because a fact that it needs is still on its way.
    """

    def __init__(
        self, code: RefusalCode, field: str, message: str, *, retryable: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.retryable = retryable
