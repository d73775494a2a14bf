"""Subjects that have no document yet: most promises of a busy hour are kept before they need one.

Until then a subject lies in the segments of the commits that changed it.
"""

from collections.abc import Iterator

from services.shared.clock import Instant


class Young:
    """The oldest first, each with the seq of the commit that wrote it first."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[Instant, int]] = {}

    def __contains__(self, id: str) -> bool:
        return id in self._since

    def add(self, id: str, now: Instant, seq: int) -> None:
        self._since[id] = (now, seq)

    def remove(self, id: str) -> None:
        """It has a document from now on."""
        del self._since[id]

    def born_by(self, moment: Instant) -> Iterator[str]:
        """Those that are there since then or longer."""
        for id, (since, _) in self._since.items():
            if since > moment:
                return
            yield id

    def needs_from(self, next_seq: int) -> int:
        """The seq of the first commit whose segments hold one of them; `next_seq` without any."""
        return next((seq for _, seq in self._since.values()), next_seq)
