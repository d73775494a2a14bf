"""Exceptions of the tracker.

HandoffError
└── AgreementError       an agreement file is wrong: file, line, key and what would be right
"""

from services.shared.errors import HandoffError


class AgreementError(HandoffError):
    """One or more faults of agreement files, a line each."""
