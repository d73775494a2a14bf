"""What the parties of the simulator can say, and what they promised each other.

A new event type is one line of MENU; a new agreement one entry of EARLIER and LATER.
"""

from dataclasses import dataclass, replace

from services.shared.clock import SECOND
from services.shared.errors import InvalidEvent
from services.shared.subjects import partition_of
from services.tracker.core.agreements import Agreement, PauseRule
from services.tracker.core.durations import BusinessTime, WallTime
from services.tracker.core.subject import Event
from tests.promising import PROMISED_BY, an_agreement
from tests.simulation.shifts import SHIFTS

MINUTE = 60 * SECOND
PARTIES = ("sales", "finance", "operations", "support")
PARTITIONS = 2
SUBJECTS = tuple(f"order/{number}" for number in range(1, 6))
HOME = {subject: partition_of(subject, PARTITIONS) for subject in SUBJECTS}
"""The partition in which each subject lives."""

Said = Event | InvalidEvent


@dataclass(frozen=True, slots=True)
class Telling:
    """An event type that can be told: the field of its natural key, and how often it is chosen."""

    type: str
    key: str = ""
    weight: int = 1
    values: int = 1
    promises_a_date: bool = False


MENU = (
    Telling("sales.OrderPlaced", weight=3, promises_a_date=True),
    Telling("sales.OrderAmended", "version", values=3, promises_a_date=True),
    Telling("sales.OrderCancelled"),
    Telling("finance.PaymentApproved", "payment_id", weight=6),
    Telling("finance.InvoiceIssued", "invoice_id", weight=2),
    Telling("operations.StockMissing", "shortage_id", weight=3, values=2),
    Telling("operations.StockArrived", "shortage_id", weight=2, values=2),
    Telling("operations.ParcelHandedOver", "parcel_id", weight=3, values=2),
    Telling("operations.ParcelDelivered", "parcel_id", weight=2, values=2),
    Telling("support.RefundRequested", "refund_id", weight=3, values=2),
    Telling("finance.RefundPaid", "refund_id", weight=2, values=2),
)

_SHIP = an_agreement(
    "50%",
    "80%",
    name="ship",
    within=BusinessTime(3 * MINUTE),
    calendar=SHIFTS,
    pauses=(
        PauseRule(
            "operations.StockMissing", "operations.StockArrived", "supplier", WallTime(4 * MINUTE)
        ),
    ),
)
_DELIVER = an_agreement(
    "1 minute before",
    name="deliver",
    owed_to="customer",
    evidence="operations.ParcelDelivered",
    within=None,
    by=PROMISED_BY,
)
_REFUND = an_agreement(
    "50%",
    name="refund",
    owed_by="finance",
    opens_on="support.RefundRequested",
    evidence="finance.RefundPaid",
    within=2 * MINUTE,
)
EARLIER: tuple[Agreement, ...] = (_SHIP, _DELIVER, _REFUND)
LATER: tuple[Agreement, ...] = (
    replace(_SHIP, version=2, within=BusinessTime(5 * MINUTE), evidence=("finance.InvoiceIssued",)),
    _DELIVER,
    replace(_REFUND, version=2, cancels_on=()),
)
