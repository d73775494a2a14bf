"""Whatever departments tell: what is found depends on what they tell last, not on who or in which
order of ids, and nothing is found of those who agree.
"""

from dataclasses import replace
from itertools import pairwise, permutations
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.shared.clock import Instant
from services.tracker.core.disagreements import disagreements, disputes
from services.tracker.core.facts import Comparison
from services.tracker.core.subject import Event
from tests.disputing import PLACED, a_rule, asserted, euros
from tests.promising import MINUTE, an_event, at

QUOTED, DRAFTED, SHOWN = "support.Quoted", "finance.InvoiceDrafted", "operations.ParcelHandedOver"
TELLERS = (PLACED, DRAFTED, QUOTED)
RULE = a_rule(asserted_by=asserted("total", *TELLERS), gates=(SHOWN,))
AMOUNTS = st.sampled_from([euros(49), euros(59), euros(59, "USD"), None])
ADDRESSES = st.fixed_dictionaries(
    {}, optional={part: st.text(max_size=4) for part in ("street", "postcode", "city", "country")}
)
LINES = st.lists(
    st.fixed_dictionaries({"sku": st.sampled_from("abc"), "quantity": st.integers(0, 2)}),
    max_size=3,
)
VALUES = {
    Comparison.MONEY: AMOUNTS,
    Comparison.DATE: st.integers(0, 7 * 24 * 60).map(
        lambda minutes: at("00:00") + minutes * MINUTE
    ),
    Comparison.TEXT: st.text(max_size=3),
    Comparison.ADDRESS: ADDRESSES,
    Comparison.LINES: LINES,
}


@st.composite
def histories(draw: st.DrawFn, types: tuple[str, ...] = (*TELLERS, SHOWN)) -> list[Event]:
    """In steps of five minutes, so that many fall together and settle between others."""
    count = draw(st.integers(0, 12))
    return sorted(
        an_event(
            draw(st.sampled_from(types)),
            at("08:00") + draw(st.integers(0, 12)) * 5 * MINUTE,
            id=bytes([number]),
            fields={"total": draw(AMOUNTS)},
        )
        for number in range(count)
    )


def last_told(events: list[Event]) -> dict[str, object]:
    return {
        event.party: event.fields["total"]
        for event in events
        if event.type in TELLERS and event.fields["total"]
    }


@given(histories())
def test_something_is_found_exactly_where_the_last_tellings_differ(events: list[Event]) -> None:
    amounts = list(last_told(events).values())
    differ = any(each != amounts[0] for each in amounts)
    assert len(disagreements(RULE, events)) == differ


@given(st.sampled_from(Comparison), st.data())
def test_nothing_is_found_where_all_tell_the_same(compare: Comparison, data: st.DataObject) -> None:
    value = data.draw(VALUES[compare])
    rule = replace(RULE, compare=compare)
    said = [an_event(each, "09:00", fields={"total": value}) for each in TELLERS]
    assert not disputes(rule, said)


@given(st.sampled_from(Comparison), st.data())
def test_it_does_not_matter_who_tells_what(compare: Comparison, data: st.DataObject) -> None:
    values = [data.draw(VALUES[compare]) for _ in TELLERS]
    rule = replace(RULE, compare=compare)
    outcomes = set()
    for order in permutations(values):
        said = zip(TELLERS, ("09:00", "09:05", "09:10"), order, strict=True)
        events = [an_event(type, time, fields={"total": value}) for type, time, value in said]
        outcomes.add(tuple(each.at_stake for each in disagreements(rule, events)))
    assert len(outcomes) == 1


@given(histories(), st.randoms())
def test_ids_of_different_parties_at_one_moment_do_not_matter(
    events: list[Event], random: Random
) -> None:
    """Ids are dealt out anew, but every party keeps the order of its own."""
    dealt = [event.party for event in events]
    random.shuffle(dealt)
    ids: dict[str, list[bytes]] = {}
    for number, party in enumerate(dealt):
        ids.setdefault(party, []).append(bytes([number]))
    anew = sorted(structs.replace(event, id=ids[event.party].pop(0)) for event in events)
    assert disputes(RULE, anew) == disputes(RULE, events)


@given(histories())
def test_a_finding_holds_no_later_than_settling_after_the_last_event(events: list[Event]) -> None:
    for finding in disagreements(RULE, events):
        assert events[0].occurred_at <= finding.true_from
        assert finding.true_from <= events[-1].occurred_at + 15 * MINUTE


@given(histories())
def test_what_was_found_stays_found_until_all_tell_the_same(events: list[Event]) -> None:
    """A later event never moves a finding that already held: it ends, or stays as it was."""
    known: list[Event] = []
    holding: Instant | None = None
    for moment in sorted({event.occurred_at for event in events}):
        known += [event for event in events if event.occurred_at == moment]
        found = disagreements(RULE, known)
        if holding is not None and holding <= moment and found:
            assert found[0].true_from == holding
        holding = found[0].true_from if found else None


@given(histories())
def test_disputes_of_a_fact_follow_each_other(events: list[Event]) -> None:
    told = disputes(RULE, events)
    for earlier, later in pairwise(told):
        assert earlier.until is not None
        assert earlier.true_from < earlier.until <= later.true_from
