"""Exceptions of the importers.

HandoffError
├── UnreadableData       a folder or a file as a whole cannot be read; nothing is imported
└── BadValue             one row cannot be read; it is named and the rest goes on
"""

from services.shared.errors import HandoffError


class UnreadableData(HandoffError):
    """A file is missing, is damaged, or lacks a column."""


class BadValue(HandoffError):
    """A value of a row is not what its column holds; the message says what would be right."""
