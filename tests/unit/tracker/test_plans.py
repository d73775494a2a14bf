"""Which hop comes before which on the way to a customer's date."""

from dataclasses import replace

import pytest

from services.tracker.core.agreements import Agreement, Before
from services.tracker.core.tree.circles import cycle
from services.tracker.core.tree.links import Link
from services.tracker.core.tree.plans import plan
from tests.planning import APPROVE, CHAIN, DELIVER, SHIP, a_hop, hours
from tests.promising import an_agreement

PACK = a_hop("pack-order", "finance.PaymentApproved", "operations.PickStarted")
TELL = a_hop("tell-customer", "verdict.warned(deliver-order)", "support.CustomerInformed")


def order(*agreements: Agreement) -> tuple[str, ...]:
    return plan(DELIVER, agreements).order


def test_hops_are_in_the_order_in_which_the_end_of_one_opens_the_next() -> None:
    assert order(DELIVER, SHIP, APPROVE) == ("approve-payment", "ship-paid-order", "deliver-order")


def test_what_serves_another_promise_is_no_hop() -> None:
    assert order(*CHAIN, replace(PACK, serves="pay-refund"), an_agreement(name="alone")) == order(
        *CHAIN
    )


def test_what_serves_a_hop_serves_the_customer_through_it() -> None:
    way = plan(DELIVER, (*CHAIN, replace(PACK, serves="ship-paid-order")))
    assert way.order == ("approve-payment", "pack-order", "ship-paid-order", "deliver-order")
    assert way.out_of["pack-order"] == (Link("pack-order", "ship-paid-order", starts=False),)
    assert way.wholes == {"ship-paid-order", "deliver-order"}


def test_a_hop_that_opens_no_other_leads_to_the_end() -> None:
    way = plan(DELIVER, CHAIN)
    assert way.out_of["ship-paid-order"] == (Link("ship-paid-order", "deliver-order", False),)
    assert way.out_of["approve-payment"] == (Link("approve-payment", "ship-paid-order"),)
    assert way.out_of["deliver-order"] == ()


def test_a_hop_that_is_due_before_the_end_keeps_its_slack() -> None:
    ship = replace(SHIP, within=None, before=Before("deliver-order", hours(24)))
    way = plan(DELIVER, (APPROVE, ship, DELIVER))
    assert way.out_of["ship-paid-order"] == (
        Link("ship-paid-order", "deliver-order", False, hours(24)),
    )


def test_confirmation_of_one_hop_opens_the_next_as_well() -> None:
    carry = a_hop("carry-parcel", "carrier.ParcelAccepted", "carrier.ParcelSorted")
    ship = replace(SHIP, confirmed_by="carrier.ParcelAccepted")
    assert Link("ship-paid-order", "carry-parcel") in plan(DELIVER, (ship, carry)).into[carry.name]


@pytest.mark.parametrize(
    "other",
    [
        TELL,
        replace(SHIP, name="ship-paid-order.acknowledge"),
        a_hop("place-order", "sales.OfferMade", "sales.OrderPlaced"),
        a_hop("ask-for-review", "operations.ParcelDelivered", "support.ReviewReceived"),
    ],
)
def test_what_answers_to_the_way_is_no_part_of_it(other: Agreement) -> None:
    assert order(*CHAIN, other) == order(*CHAIN)


def test_a_circle_is_opened_and_every_hop_still_leads_to_the_end() -> None:
    names = ("one", "two", "three")
    circle = [
        a_hop(name, f"support.{names[at - 1]}", f"support.{name}") for at, name in enumerate(names)
    ]
    alone = a_hop("alone", "support.Asked", "support.Asked")
    way = plan(DELIVER, (*circle, alone, DELIVER))
    assert set(way.order) == {*names, "alone", "deliver-order"}
    assert way.order[-1] == "deliver-order"
    assert len([link for name in names for link in way.out_of[name] if link.starts]) == 2
    assert all(way.out_of[name] for name in way.order[:-1])
    assert [link.then for link in way.out_of["alone"]] == ["deliver-order"]


def test_a_chain_has_no_circle() -> None:
    assert cycle((*CHAIN, TELL, PACK, an_agreement(name="alone"))) == ()


@pytest.mark.parametrize(
    ("agreements", "names"),
    [
        ([a_hop("one", "a.B", "a.A"), a_hop("two", "a.A", "a.B"), DELIVER], {"one", "two"}),
        ([a_hop("one", "a.A", "a.A"), DELIVER], {"one"}),
        ([a_hop("one", "a.A", "a.B", serves="one")], {"one"}),
        ([replace(PACK, serves="ship-paid-order"), replace(SHIP, serves="pack-order")], None),
        ([a_hop("one", DELIVER.evidence[0], "a.B"), DELIVER], {"one", "deliver-order"}),
        (
            [
                replace(SHIP, within=None, before=Before("pack-order", hours(1))),
                replace(PACK, within=None, before=Before("ship-paid-order", hours(1))),
            ],
            {"ship-paid-order", "pack-order"},
        ),
    ],
    ids=["evidence", "itself", "serves itself", "serve each other", "after the end", "before"],
)
def test_agreements_that_wait_for_one_another_are_named(
    agreements: list[Agreement], names: set[str] | None
) -> None:
    assert set(cycle(agreements)) == (names or {"ship-paid-order", "pack-order"})


def test_what_goes_in_circles_without_serving_anybody_is_allowed() -> None:
    asks = an_agreement(name="ask", opens_on="support.Answered", evidence="support.Asked")
    answers = an_agreement(name="answer", opens_on="support.Asked", evidence="support.Answered")
    itself = an_agreement(name="itself", opens_on="support.Told", evidence="support.Told")
    assert cycle((asks, answers, itself)) == ()


def test_what_leads_to_the_opening_of_the_customers_promise_is_no_part_of_it() -> None:
    offer = a_hop("make-offer", "sales.OfferAsked", "sales.OfferMade")
    place = a_hop("place-order", "sales.OfferMade", "sales.OrderPlaced")
    draft = a_hop("draft-offer", "sales.OfferAsked", "sales.OfferDrafted", serves="make-offer")
    assert order(offer, place, draft, *CHAIN) == order(*CHAIN)
