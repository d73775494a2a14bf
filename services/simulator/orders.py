"""What the simulated company's customers buy: a purchase with its ids, articles and dates."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from services.shared.events.common import Address, Line, Money
from services.simulator.company import Course, Purchase

FIRST_NUMBER = 1_000
CURRENCY = "EUR"
DELIVERY_DAYS, DELIVERY_HOUR = 4, 18
DELAY = timedelta(days=3)
"""How much later a parcel is promised when an article is missing."""
SHIPPING_HOUR = 19
"""When the warehouse closes, in UTC."""
SATURDAY = 5

ARTICLES = (
    ("chair", 8_900),
    ("desk", 24_900),
    ("lamp", 3_900),
    ("shelf", 12_900),
    ("rug", 7_900),
    ("mirror", 5_900),
)
CUSTOMERS = range(100, 1_000)
CITIES = (("10969", "Berlin"), ("20095", "Hamburg"), ("50667", "Köln"), ("80331", "München"))
STREETS = ("Lindenweg", "Hafenstraße", "Am Markt", "Birkenallee", "Bergstraße")

QUESTION = ("question", "Where is my parcel, and when does it come?")
DAMAGE = ("damage", "It arrived broken; I would like my money back.")


@dataclass(frozen=True)
class Order:
    """A purchase in the words of the departments: ids, articles, dates."""

    purchase: Purchase

    @property
    def id(self) -> str:
        return f"A-{self.number}"

    @property
    def case(self) -> str:
        return f"C-{self.number}"

    @property
    def number(self) -> int:
        return FIRST_NUMBER + self.purchase.number

    @property
    def customer(self) -> str:
        return f"K-{self.purchase.draw('customer').choice(CUSTOMERS)}"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        chances = self.purchase.draw("lines")
        articles = chances.sample(ARTICLES, chances.choice((1, 1, 2)))
        return tuple(
            Line(sku, chances.choice((1, 1, 1, 2)), Money(price, CURRENCY))
            for sku, price in articles
        )

    @property
    def total(self) -> Money:
        return Money(
            sum(each.quantity * each.price.minor for each in self.lines if each.price), CURRENCY
        )

    @property
    def tax(self) -> Money:
        return Money(self.total.minor * 19 // 119, CURRENCY)

    @property
    def promised_by(self) -> datetime:
        day = self.purchase.placed_at + timedelta(days=DELIVERY_DAYS)
        return day.replace(hour=DELIVERY_HOUR, minute=0, second=0)

    @property
    def later_promised_by(self) -> datetime:
        """The new date, of which sales and support tell the same."""
        return self.promised_by + DELAY

    @property
    def ship_to(self) -> Address:
        chances = self.purchase.draw("address")
        postcode, city = chances.choice(CITIES)
        return Address(
            f"{chances.choice(STREETS)} {chances.randrange(1, 90)}", postcode, city, "DE"
        )

    @property
    def wish(self) -> tuple[str, str]:
        """Topic and words of the customer's case."""
        sent_back = self.purchase.course in (Course.DAMAGED, Course.REFUND_NEGLECTED)
        return DAMAGE if sent_back else QUESTION


def ship_by(approved_at: datetime) -> datetime:
    """A paid order leaves on the next weekday, before the warehouse closes."""
    day = approved_at.replace(hour=SHIPPING_HOUR, minute=0, second=0, microsecond=0)
    day += timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day
