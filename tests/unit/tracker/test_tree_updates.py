"""An event costs the tree what it changed: no other branch is calculated again."""

from dataclasses import dataclass, field, replace

from services.shared.clock import Instant
from services.tracker.core.calendars.calendar import Calendar
from services.tracker.core.durations import Duration
from services.tracker.core.tree.history import Durations
from services.tracker.core.tree.plans import plan
from services.tracker.core.tree.tree import Tree
from tests.planning import APPROVE, DELIVER, OFFICE, SHIP, a_hop, on, opened, promised, seen


@dataclass
class Counting:
    """The office, with its sums counted."""

    calendar: Calendar = field(default_factory=lambda: OFFICE)
    sums: int = 0
    name: str = "counting"

    def add(self, start: Instant, span: Duration) -> Instant:
        self.sums += 1
        return self.calendar.add(start, span)

    def subtract(self, end: Instant, span: Duration) -> Instant:
        self.sums += 1
        return self.calendar.subtract(end, span)

    def between(self, start: Instant, end: Instant) -> int:
        self.sums += 1
        return self.calendar.between(start, end)

    def next_open(self, at: Instant) -> Instant:
        return self.calendar.next_open(at)

    def spent(self) -> int:
        """The sums since the last call."""
        sums, self.sums = self.sums, 0
        return sums


class Branches:
    """Payment then parcel on one branch, invoice then books on the other; a calendar a hop."""

    def __init__(self, durations: Durations | None = None) -> None:
        self.payment, self.parcel, self.invoice, self.books = (Counting() for _ in range(4))
        self.approve = replace(APPROVE, calendar=self.payment)
        self.ship = replace(SHIP, calendar=self.parcel)
        self.draft = a_hop(
            "draft-invoice", "sales.OrderPlaced", "finance.InvoiceDrafted", calendar=self.invoice
        )
        self.book = a_hop(
            "book-order", "finance.InvoiceDrafted", "finance.InvoiceIssued", calendar=self.books
        )
        agreements = (self.approve, self.ship, self.draft, self.book, DELIVER)
        self.tree = Tree(plan(DELIVER, agreements), durations or Durations())

    def look(self, now: str, *, approved: str = "", due: str = "fri 17:00") -> None:
        root = promised(due)
        told = [
            opened(self.approve, "mon 09:00", done=approved),
            opened(self.draft, "mon 09:00"),
            *([opened(self.ship, approved)] if approved else []),
        ]
        for each in (self.payment, self.parcel, self.invoice, self.books):
            each.sums = 0  # what the builders calculated
        self.tree.look(root, told, on(now))

    def spent(self) -> dict[str, bool]:
        """Whose sums were calculated again."""
        return {
            "payment": self.payment.spent() > 0,
            "parcel": self.parcel.spent() > 0,
            "invoice": self.invoice.spent() > 0,
            "books": self.books.spent() > 0,
        }


def test_the_first_look_calculates_every_hop() -> None:
    branches = Branches()
    branches.look("mon 10:00")
    assert all(branches.spent().values())


def test_an_event_calculates_its_own_branch_and_no_other() -> None:
    branches = Branches()
    branches.look("mon 10:00")
    branches.look("mon 11:00", approved="mon 11:00")
    assert branches.spent() == {"payment": True, "parcel": True, "invoice": False, "books": False}


def test_time_that_passes_within_what_was_expected_calculates_nothing() -> None:
    branches = Branches(seen(approve_payment=(4, 5), ship_paid_order=(8, 9), book_order=(1, 2)))
    branches.look("mon 10:00")
    branches.look("mon 13:00")
    assert not any(branches.spent().values())


def test_a_hop_that_is_late_moves_what_waits_for_it() -> None:
    branches = Branches()
    branches.look("mon 10:00")
    branches.look("mon 13:01")  # the payment was due at 13:00, the invoice is at 17:00
    assert branches.spent() == {"payment": True, "parcel": True, "invoice": False, "books": False}


def test_another_date_of_the_customer_is_counted_back_through_every_hop() -> None:
    branches = Branches()
    branches.look("mon 10:00")
    branches.look("mon 10:00", due="thu 17:00")
    assert all(branches.spent().values())
