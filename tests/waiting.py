"""What waits in an outbox, for tests to look at."""

from collections.abc import Iterable

from services.shared.outbox import Outbox, OutboxRow, Pack


def rows_of(packs: Iterable[Pack]) -> list[OutboxRow]:
    return [row for pack in packs for row in pack.rows]


def waiting_rows(outbox: Outbox, limit: int = 1_000) -> list[OutboxRow]:
    """The oldest, to the end of the pack in which the last of so many lies."""
    return rows_of(outbox.unpublished(limit))
