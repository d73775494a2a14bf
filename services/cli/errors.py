"""What a command may fail with while it runs.

CommandFailed   something that the command needs did not do its part; the exit code is 1
"""

from services.shared.errors import HandoffError


class CommandFailed(HandoffError):
    """Something that the command needs did not do its part; wrong input is not this."""
