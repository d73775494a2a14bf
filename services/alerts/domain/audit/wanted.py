"""Which entries of the audit are asked for."""

from dataclasses import dataclass

from services.shared.clock import Instant

LISTED_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty is any. `key` is what they are about, or its subject; only numbers below `before`."""

    actor: str = ""
    key: str = ""
    since: Instant = 0
    before: int = 0
    limit: int = LISTED_LIMIT
