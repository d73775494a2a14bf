"""What can keep the local stack from running.

LocalError
├── NotPossibleHere   this machine or this installation cannot run it
├── AlreadyRunning    another stack holds the same home
├── NoRoom            the disk is nearly full
├── DownloadFailed    Kafka's jars did not arrive, or are not those of the lock
├── ServerFailed      Kafka or mongod did not start
└── TopicDiffers      a topic exists, but not as it must be
"""

from services.shared.errors import HandoffError


class LocalError(HandoffError):
    """The root: the local stack cannot run."""


class NotPossibleHere(LocalError):
    """This machine or this installation cannot run the stack."""


class AlreadyRunning(LocalError):
    """Another stack holds the same home."""


class NoRoom(LocalError):
    """The disk is nearly full."""


class DownloadFailed(LocalError):
    """Kafka's jars did not arrive, or are not those of the lock."""


class ServerFailed(LocalError):
    """Kafka or mongod did not start."""


class TopicDiffers(LocalError):
    """A topic exists, but not as it must be."""
