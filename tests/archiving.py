"""What tests of archive and rebuild share: settled orders, and what the archive has of them."""

from pathlib import Path

from services.shared.bus import Received
from services.shared.clock import Instant
from services.shared.events.sales import OrderCancelled
from services.tracker.archive.files import documents
from services.tracker.handlers import Partition
from services.tracker.rows import day_of
from tests.tracking import HOUR, ORDER, START, placed, received, tell

DAY = 24 * HOUR
BEFORE = day_of(START) + 1
"""What was changed at START was changed before this day."""


def cancelled(at: Instant = START + HOUR, subject: str = ORDER) -> Received:
    return received(
        OrderCancelled("no longer needed"), type="sales.OrderCancelled", subject=subject, at=at
    )


def settled_order(partition: Partition, subject: str = ORDER, at: Instant = START) -> None:
    """Placed and cancelled, and in Mongo."""
    tell(partition, placed(at, subject=subject), cancelled(at + 1, subject))
    partition.commit()


def archived_ids(folder: Path) -> list[str]:
    return [document["_id"] for document in documents(folder)]


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("**/*.parquet"))
