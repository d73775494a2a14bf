"""What is told of an order, and the promises that follow from it: the table that every peer has.

A promise is opened by one event and kept by another of the same order; its number is that of the
event that opens it. Four events follow one another, each of which keeps the promise before it and
opens the next. Four others, one of each department, open what stays open for days.
"""

from typing import NamedTuple

from services.shared.clock import SECOND, Instant

DAY = 24 * 60 * 60 * SECOND


class Step(NamedTuple):
    """One of an order's events; what it promises if anything, and the number of the event that
    keeps that.
    """

    type: str
    agreement: str = ""
    within: Instant = 0
    kept_by: int = -1


STEPS = (
    Step("sales.OrderPlaced", "approve-payment", 30 * SECOND, 1),
    Step("finance.PaymentApproved", "hand-over-parcel", 60 * SECOND, 2),
    Step("operations.ParcelHandedOver", "tell-customer", 45 * SECOND, 3),
    Step("support.CustomerInformed"),
    Step("sales.DeliveryPromised", "deliver-parcel", 10 * DAY, 8),
    Step("finance.InvoiceDrafted", "issue-invoice", 7 * DAY, 9),
    Step("operations.StockMissing", "restock", 14 * DAY, 10),
    Step("support.RefundRequested", "approve-refund", 5 * DAY, 11),
    Step("operations.ParcelDelivered"),
    Step("finance.InvoiceIssued"),
    Step("operations.StockArrived"),
    Step("finance.RefundApproved"),
)
USUAL = range(4)
"""The events that follow one another."""
LASTING = range(4, 8)
"""Those that open what stays open for days."""
KEEPS = {step.kept_by: number for number, step in enumerate(STEPS) if step.agreement}
"""By an event's number that of the promise it keeps."""
