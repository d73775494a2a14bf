"""Of which event types it is known that the first of a subject opens, or that they only keep."""

from dataclasses import replace

import pytest

from services.tracker.core.agreements import Agreement
from services.tracker.core.conditions import Condition, compiled
from services.tracker.core.durations import BusinessTime, WallTime, parse_rung
from services.tracker.core.facts import Fact
from services.tracker.core.promises import COMMIT_MARGIN
from services.tracker.core.roles import Role, role_of
from services.tracker.core.sets import AgreementSets
from tests.promising import HOUR, SHIP_BY, an_agreement, sets_of

SHIP = an_agreement("50%", "80%")
FROM_THE_WEB = Condition(
    "event.channel == 'web'",
    (Fact("event", "channel"),),
    frozenset(),
    frozenset(),
    frozenset(),
    compiled("event.channel == 'web'"),
)
OPENS, KEEPS = SHIP.opens_on, SHIP.evidence[0]
NEXT = an_agreement(name="next", opens_on=KEEPS, evidence="operations.ParcelDelivered")
UPON_KEPT = an_agreement(name="next", opens_on="verdict.kept(ship-paid-order)")
UPON_OTHERS = an_agreement(name="next", opens_on="verdict.kept(another)")


def role(type: str, *agreements: Agreement) -> Role:
    return role_of(sets_of(*agreements), type)


def test_a_simple_agreement_begins_and_is_looked_at_when_its_first_warning_is_due() -> None:
    (beginning,) = role(OPENS, SHIP).begins
    assert (beginning.due_in, beginning.look_in) == (2 * HOUR, HOUR)


def test_without_a_warning_it_is_looked_at_when_it_can_be_breached() -> None:
    (beginning,) = role(OPENS, an_agreement()).begins
    assert beginning.look_in == 2 * HOUR + COMMIT_MARGIN


@pytest.mark.parametrize(
    "agreements",
    [
        (replace(SHIP, within=None, by=SHIP_BY),),
        (replace(SHIP, within=BusinessTime(HOUR)),),
        (replace(SHIP, warn=(parse_rung("1 business hour before"),)),),
        (replace(SHIP, where=FROM_THE_WEB),),
        (replace(SHIP, confirmed_by="support.CustomerInformed"),),
        (SHIP, UPON_KEPT),
        (replace(SHIP, opens_on="sales.OrderAmended"),),
        (replace(SHIP, opens_on="support.CaseTransferred"),),
        (replace(SHIP, opens_on="carrier.Seen"),),
    ],
)
def test_what_has_to_be_asked_more_does_not_begin(agreements: tuple[Agreement, ...]) -> None:
    assert role(agreements[0].opens_on, *agreements).begins == ()


def test_evidence_of_simple_agreements_only_keeps() -> None:
    assert role(KEEPS, SHIP).only_keeps
    assert role(KEEPS, SHIP, UPON_OTHERS).only_keeps


def test_evidence_that_opens_simple_agreements_does_no_more_either() -> None:
    assert role(KEEPS, SHIP, NEXT).only_keeps
    assert [each.agreement for each in role(KEEPS, SHIP, NEXT).begins] == [NEXT]


@pytest.mark.parametrize(
    "agreements",
    [
        (SHIP, replace(NEXT, where=FROM_THE_WEB)),
        (SHIP, NEXT, replace(NEXT, name="kept-at-once", evidence=(KEEPS,))),
        (SHIP, replace(SHIP, name="full", confirm_within=WallTime(HOUR))),
        (SHIP, replace(SHIP, name="ended-by-it", cancels_on=(KEEPS,))),
        (SHIP, replace(SHIP, name="other", evidence=("sales.Said",), cancels_on=(KEEPS,))),
        (SHIP, replace(SHIP, name="next", opens_on=KEEPS)),
        (SHIP, UPON_KEPT),
        (replace(SHIP, evidence=("sales.OrderAmended",)),),
        (replace(SHIP, evidence=("support.CaseTransferred",)),),
        (replace(SHIP, evidence=("carrier.Seen",)),),
    ],
)
def test_what_does_more_does_not_only_keep(agreements: tuple[Agreement, ...]) -> None:
    assert not role(agreements[0].evidence[0], *agreements).only_keeps


def test_a_type_that_no_agreement_names_does_neither() -> None:
    sets: AgreementSets = sets_of(SHIP)
    unknown = role_of(sets, "support.CustomerInformed")
    assert (unknown.begins, unknown.only_keeps) == ((), False)
