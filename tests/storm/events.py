"""Records as a party's relay would write them, and what is no event at all."""

from random import Random
from typing import Any

from msgspec import structs

from services.shared.bus import Record
from services.shared.clock import SECOND, Instant, to_datetime
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.events.finance import PaymentApproved
from services.shared.events.operations import ParcelHandedOver
from services.shared.events.sales import OrderPlaced
from services.shared.events.support import CaseOpened, FirstResponseSent
from services.shared.outbox import seal
from services.shared.subjects import partition_of, topic_of

PARTITIONS = 4
SOURCE = "storm"
PARTIES = ("sales", "finance", "operations", "support")
DAY = 86_400 * SECOND
_LINES = (Line("lamp", 1),)
_TOTAL = Money(4_900, "EUR")
_SHIP_TO = Address("Hauptstr. 1", "10115", "Berlin", "DE")


def event_record(id: bytes, type: str, subject: str, at: Instant) -> Record:
    """One event of `subject` at its own time."""
    row = seal(
        _body(type, at),
        party=party_of(type),
        source=SOURCE,
        subject=subject,
        occurred_at=at,
        id=id,
    )
    return row.record


def party_of(type: str) -> str:
    return type.partition(".")[0]


def undecodable(random: Random, party: str, subject: str) -> Record:
    """Bytes that are no envelope, in the partition of `subject`."""
    value = b"\xff\xfe" + random.randbytes(30)
    home = partition_of(subject, PARTITIONS)
    return Record(topic_of(party), subject.encode(), value, (), home)


def astray(record: Record) -> Record:
    """The same in a partition where its subject does not live."""
    home = partition_of(record.key.decode(), PARTITIONS)
    return structs.replace(record, partition=(home + 1) % PARTITIONS)


def _body(type: str, at: Instant) -> Any:  # noqa: ANN401 - any event dataclass
    match type:
        case "sales.OrderPlaced":
            promised_by = to_datetime(at + DAY)
            return OrderPlaced(_LINES, _TOTAL, promised_by, Priority.NORMAL, _SHIP_TO)
        case "finance.PaymentApproved":
            return PaymentApproved("p-1", _TOTAL, None, "", "", 1)
        case "operations.ParcelHandedOver":
            return ParcelHandedOver("1", "dhl", _LINES, _SHIP_TO)
        case "support.CaseOpened":
            return CaseOpened("delivery", "Where is it?")
        case "support.FirstResponseSent":
            return FirstResponseSent("On its way.")
        case _:
            raise ValueError(f"a storm tells of no {type}")
