"""A company on a bad afternoon: something of everything that a page can show."""

from tests.component.console.company import Company


def make_busy(company: Company) -> None:
    for number in range(12):
        company.promise(
            f"ship-{number}",
            "breached",
            subject=f"order/47{number:02}",
            customer=f"c-{number}",
            due_by=-15 - number,
            customer_visible_by=40 + 7 * number,
        )
        company.alert(f"ship-{number}")
    for number in range(3):
        company.promise(
            f"refund-{number}",
            agreement="approve-refund",
            owed_by="finance",
            owed_to="support",
            subject=f"order/33{number:02}",
            awaits="finance.RefundApproved",
            next_step="Approve or decline the refund; the deputy may, too.",
            due_by=9 + 20 * number,
            customer_visible_by=240,
        )
    company.alert("refund-0", "acknowledged", acknowledged_by="anna")
    company.alert("refund-1")
    company.promise(
        "return",
        "paused",
        announced="returned",
        subject="order/4444",
        detail="order.ship_to is missing",
        due_by=None,
    )
    company.promise("silent", "unknown", owed_by="sales", owed_to="operations", subject="order/9")
    company.finding("f", "disagreement", "sales says 49.00 EUR, finance says 47.00 EUR")
    company.alert("f")
    company.event("order/4711", "sales.OrderPlaced", -180)
    company.promise("calm", "on_track", subject="order/5")
