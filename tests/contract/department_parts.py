"""For each department, what it keeps of one subject: with as little and as much as there can be."""

from collections.abc import Hashable
from dataclasses import replace

from services.finance import domain as finance
from services.operations import domain as operations
from services.sales import domain as sales
from services.shared.department.orders import Sale
from services.shared.events.finance import PaymentApproved
from services.shared.events.operations import ParcelHandedOver, StockMissing
from services.support import domain as support
from tests.builders import a_line, an_address, an_order, at, eur
from tests.departments import FINANCE, OPERATIONS, SALES, SUPPORT, Department

LATER = at("17:00", days=4).replace(microsecond=123_456)
AN_ORDER = an_order(promised_by=LATER)
PAYMENT = PaymentApproved("pay-1", eur(5_000), LATER, "standard", "in_limit", 1)
SALE = Sale(2, True, AN_ORDER.lines, AN_ORDER.total, cancelled=True)
FULL: list[tuple[Department, list[Hashable]]] = [
    (SALES, [sales.Order("4711", "ada")]),
    (
        SALES,
        [
            sales.Order(
                "4711",
                "ada",
                version=3,
                sale=sales.Sale(
                    (*AN_ORDER.lines, a_line("lamp")),
                    AN_ORDER.total,
                    LATER,
                    AN_ORDER.priority,
                    an_address(street=""),
                ),
                cancelled=True,
            )
        ],
    ),
    (OPERATIONS, [operations.Order("4711", "")]),
    (
        OPERATIONS,
        [
            operations.Order(
                "4711",
                "ada",
                sale=SALE,
                payments=(PAYMENT, replace(PAYMENT, payment_id="pay-2", ship_by=None)),
                declined=("pay-0",),
                accepted=True,
                returned=True,
                reserved=True,
                shortages=(
                    StockMissing("s-1", (a_line(),)),
                    StockMissing("s-2", (a_line(),), LATER),
                ),
                arrived=("s-1",),
                picking=True,
                parcels=(ParcelHandedOver("p-1", "dhl", (a_line(),), an_address()),),
                delivered=("p-1",),
            )
        ],
    ),
    (
        FINANCE,
        [
            finance.Order(
                "4711",
                "ada",
                sale=SALE,
                payments=(finance.Payment("pay-0", None), finance.Payment("pay-1", eur(5_000))),
                invoices=("i-1", "i-1"),
                refunds=(
                    finance.Refund("r-1", eur(5_000), approved=eur(4_000), paid=True),
                    finance.Refund("r-2", eur(1_000), rejected=True),
                ),
            )
        ],
    ),
    (
        SUPPORT,
        [
            support.Case(
                "c-1",
                "ada",
                "4711",
                status=support.Status.RESOLVED,
                responded=True,
                resolutions=2,
                reviews=("rev-1",),
                answered=("rev-1",),
            ),
            support.Order("4711", "ada", sale=SALE, refunds=("r-1",)),
        ],
    ),
]
