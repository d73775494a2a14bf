"""What an event about a parcel tells of the parcel is not what the order has."""

from itertools import permutations

from services.tracker.core.agreements import InFull
from services.tracker.core.facts import Fact
from tests.promising import SHIP_BY, an_agreement, an_event, at, only, sets_of, told

LINES = InFull(Fact("order", "lines", "quantity"), Fact("parcel", "lines", "quantity"))


def test_the_lines_of_a_parcel_are_not_those_of_its_order() -> None:
    lamps = [{"sku": "lamp", "quantity": 2}]
    placed = an_event("sales.OrderPlaced", "08:00", fields={"lines": lamps})
    one = [{"sku": "lamp", "quantity": 1}]
    parcel = an_event(
        "operations.ParcelHandedOver", "08:30", key=(("parcel_id", "1"),), fields={"lines": one}
    )
    sets = sets_of(an_agreement(in_full=LINES))
    for order in permutations((placed, parcel, an_event())):
        (part,) = only(told(*order, sets=sets)).course.parts
        assert (part.promised, part.delivered) == (2, 1)


def test_what_no_agreement_names_of_a_thing_is_a_fact_of_the_whole() -> None:
    accepted = an_event("operations.OrderAccepted", "08:00", fields={"ship_by": at("12:00")})
    approved = an_event(key=(("payment_id", "1"),), fields={"ship_by": at("13:00")})
    sets = sets_of(an_agreement(within=None, by=SHIP_BY))
    assert only(told(accepted, approved, sets=sets)).due_by == at("13:00")
