"""A company on a bad afternoon: something of everything that a page can show."""

from handoff.v1 import tracker_pb2

from tests.agreed import an_agreement_text
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
        company.alert(f"ship-{number}", condition="breached", assignee="ben" if number < 2 else "")
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
    company.alert("f", condition="found", finding="disagreement")
    note = company.alerts["alert/f"].notes.add(actor="anna", words="sales looks for the mail")
    note.at.FromDatetime(company.now)
    company.alerts["alert/f"].notes_count = 1
    company.agreement_files["ship-paid-order.yaml"] = an_agreement_text("ship-paid-order")
    _make_busy_around(company)
    _make_rated(company)
    company.event("order/4711", "sales.OrderPlaced", -180)
    company.promise("calm", "on_track", subject="order/5")


def _make_rated(company: Company) -> None:
    weeks = ((1, 2), (2, 3), (0, 0), (4, 2), (5, 1), (7, 2), (6, 0), (3, 0))
    company.rated("ship-paid-order", *weeks)
    company.rated("approve-payment", *((0, number % 3) for number in range(8)))


def _make_busy_around(company: Company) -> None:
    day = 24 * 60
    for number, person in enumerate(["anna", "ben", "", "chris", "anna"]):
        start, end = number * 3 * day, (number + 1) * 3 * day if number < 4 else None
        company.turn("operations", person, start, end)
    company.turn("finance", "dora", 0, None)
    company.agreement("approve-payment", "finance", "sales")
    company.agreement("ship-paid-order", "operations", "sales")
    before = tracker_pb2.ListAgreementsResponse()
    before.CopyFrom(company.agreements)
    before.agreements[1].blocks[1].lines[0] = "6 business hours after it began."
    company.agreements.agreements[1].agreed_by.add(party="sales").at.FromDatetime(company.now)
    company.agreements.sets.add(set_id="before").active_from.FromDatetime(company.now)
    company.agreement_sets["before"] = before
    company.partition(0, 0.01, sales=0.02, finance=4, operations=0.02)
    company.partition(1, 2, sales=0.02, finance=4, operations=0.02)
    company.partitions[0].skews.add(party="sales", source="shop-1", skew_s=41.5, samples=30)
    parked = company.partitions[1].parked.add(type="marketing.PromotionPlanned", events=12)
    parked.since.FromDatetime(company.now.replace(hour=0, minute=0, second=0))
    for number, reason in enumerate(("wrong_key", "too_large", "wrong_key")):
        company.letter(reason, number)
    after = {"state": "closed", "cause": "supplier"}
    company.entry(2, reason="the carrier", before={"state": "open"}, after=after, trace_id="ab")
    company.entry(1, action="begin_silence", about="si-1", subject="")
    company.silence("si-1", -30, 90, owed_by=["operations"], conditions=["at_risk"])
    company.silence("si-2", 60, 300, subjects=["order/4711"], reason="a test order")
