"""How many live pages are open: each holds a connection."""

from dataclasses import dataclass

CLIENTS_LIMIT = 500
"""More pages than this are refused."""


@dataclass(slots=True)
class Clients:
    """How many streams are open."""

    count: int = 0

    @property
    def full(self) -> bool:
        return self.count >= CLIENTS_LIMIT
