"""The company, told as a story: at this time, this happens, and this alert comes.

Events, tracker, default agreements and alerts are the real ones.
"""

from dataclasses import dataclass

from services.shared.clock import to_instant
from services.shared.events import finance, operations, sales, support
from services.shared.events.common import Address, Line, Money, Priority
from tests.stories.office import Office

PRICE = Money(4_900, "EUR")
LAMP = (Line("lamp", 1, PRICE),)
HOME = Address("Hauptstr. 1", "10115", "Berlin", "DE")
NO_STREET = Address("", "10115", "Berlin", "DE")
ORDER, CASE = "order/4711", "case/77"


@dataclass(frozen=True)
class Told:
    """An alert as its reader gets it: what state, of which agreement, and the whole text."""

    what: str
    text: str


class Company:
    """Order 4711 of customer c-1, case 77 about it, and everyone who has to do with them.

    Each method is one thing that happens now. It is Monday, 09:00.
    """

    def __init__(self) -> None:
        self._office = Office()
        self._version = 1
        self._requests = self._transfers = 0

    def at(self, time: str) -> None:
        """Time passes to `16:00` of the same day, or to the next `Tuesday 16:00`."""
        self._office.pass_time(to_instant(self._office.moment(time)))

    def told(self) -> list[Told]:
        """The alerts since the last look."""
        return [
            Told(
                f"{notice.reason} {notice.alert.end.resolution}: {notice.alert.promise.agreement}"
                if notice.alert.end
                else f"{notice.reason} {notice.alert.condition}: {notice.alert.promise.agreement}",
                notice.text,
            )
            for notice in self._office.notices()
        ]

    def alerts(self) -> list[str]:
        """What they are, as `<reason> <condition or end>: <agreement or finding>`."""
        return [told.what for told in self.told()]

    def falls_silent(self, party: str) -> None:
        """Its system sends nothing any more, not even that it is alive."""
        self._office.speaking.remove(party)

    def speaks_again(self, party: str) -> None:
        self._office.speaking.add(party)

    def order_is_placed(self, *, promised_for: str = "Friday 18:00") -> None:
        promised_by = self._office.moment(promised_for)
        self._of_order(sales.OrderPlaced(LAMP, PRICE, promised_by, Priority.NORMAL, HOME))

    def order_is_amended(self, *, promised_for: str = "Friday 18:00") -> None:
        self._version += 1
        promised_by = self._office.moment(promised_for)
        self._of_order(
            sales.OrderAmended(self._version, LAMP, PRICE, promised_by, Priority.NORMAL, HOME)
        )

    def sales_promises_a_new_date(self, promised_for: str) -> None:
        self._version += 1
        self._of_order(sales.DeliveryPromised(self._version, self._office.moment(promised_for)))

    def discount_is_requested(self) -> None:
        self._of_order(sales.DiscountRequested("d-1", Money(500, "EUR"), "regular customer"))

    def discount_is_approved(self) -> None:
        self._of_order(finance.DiscountApproved("d-1", Money(500, "EUR"), "standard", "ok", 1))

    def payment_is_approved(self, *, ship_by: str = "Tuesday 20:00", happened: str = "") -> None:
        """It is told now; it may have `happened` earlier today."""
        by = self._office.moment(ship_by)
        approved = finance.PaymentApproved("p-1", PRICE, by, "standard", "ok", 1)
        self._of_order(approved, happened)

    def order_is_returned_as_incomplete(self, missing: str) -> None:
        self._of_order(operations.OrderReturnedIncomplete(self._version, (missing,), "Where to?"))

    def parcel_is_handed_over(self) -> None:
        self._of_order(operations.ParcelHandedOver("parcel-1", "carrier", LAMP, HOME))

    def parcel_is_delivered(self) -> None:
        self._of_order(operations.ParcelDelivered("parcel-1", "carrier"))

    def invoice_is_drafted(self, *, total: Money = PRICE, sku: str = "lamp") -> None:
        lines = (Line(sku, 1, PRICE),)
        self._of_order(finance.InvoiceDrafted("i-1", lines, Money(782, "EUR"), total))

    def invoice_is_issued(self, *, total: Money = PRICE, sku: str = "lamp") -> None:
        lines = (Line(sku, 1, PRICE),)
        self._of_order(finance.InvoiceIssued("i-1", lines, Money(782, "EUR"), total))

    def refund_is_requested(self, *, promised_for: str) -> None:
        refund_by = self._office.moment(promised_for)
        self._of_order(support.RefundRequested("r-1", PRICE, "broken on arrival", refund_by))

    def refund_is_approved(self) -> None:
        self._of_order(finance.RefundApproved("r-1", PRICE, "standard", "ok", 1))

    def refund_is_paid(self) -> None:
        self._of_order(finance.RefundPaid("r-1", PRICE))

    def customer_is_told_a_date(self, date: str) -> None:
        told = "Your parcel comes later."
        self._of_order(support.CustomerInformed(told, self._office.moment(date)))

    def case_is_opened(self, *, by: str = "email") -> None:
        opened = support.CaseOpened("delivery", "Where is my parcel?")
        self._office.say(opened, CASE, channel=by)

    def customer_is_answered(self) -> None:
        self._of_case(support.FirstResponseSent("It left today."))

    def case_is_passed_on(self, sender: str, to: str, *, background: str) -> None:
        self._transfers += 1
        self._of_case(support.CaseTransferred(self._transfers, sender, to, background))

    def case_is_accepted(self, by: str) -> None:
        self._of_case(support.CaseAccepted(self._transfers, by))

    def case_is_returned(self, by: str, *, missing: str) -> None:
        self._of_case(support.CaseReturned(self._transfers, by, (missing,)))

    def customer_is_asked_for(self, field: str) -> None:
        self._requests += 1
        self._of_case(support.InformationRequested(f"q-{self._requests}", (field,)))

    def customer_sends(self, field: str) -> None:
        self._of_case(support.InformationReceived(f"q-{self._requests}", (field,)))

    def complaint_is_recorded(self) -> None:
        self._of_case(support.ComplaintRecorded("k-1", "delivery", "Late for the third time."))

    def complaint_is_reviewed(self) -> None:
        self._of_case(support.ComplaintReviewed("k-1", "The carrier's depot is closed on Mondays."))

    def case_is_resolved(self) -> None:
        self._of_case(support.CaseResolved(1, "delivery"))

    def _of_order(self, event: object, happened: str = "") -> None:
        at = to_instant(self._office.moment(happened)) if happened else None
        self._office.say(event, ORDER, happened=at)

    def _of_case(self, event: object) -> None:
        self._office.say(event, CASE)
