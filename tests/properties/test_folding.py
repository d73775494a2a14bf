"""In whatever order events come, the promises are the same: they follow from the set of events."""

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import structs

from services.shared.subjects import EVENT_TYPES
from services.tracker.core.decisions import DISPUTED
from services.tracker.core.folding import fold, refold
from services.tracker.core.promises import settled_state
from services.tracker.core.subject import Counted, Event, Subject
from tests.histories import END, SETS, histories
from tests.promising import ORDER, a_retraction


def folded(events: list[Event]) -> Subject:
    subject = Subject(ORDER)
    for event in events:
        fold(subject, event, SETS)
    return subject


def states(subject: Subject) -> dict[str, tuple[object, ...]]:
    """What the events say; a promise whose opening was taken back is as one that never was."""
    return {
        id: (
            settled_state(promise),
            promise.agreement.version,
            promise.opened_at,
            promise.opened_by,
            promise.due_by,
            promise.settled_at,
            promise.ended_at,
            promise.settled_by,
            promise.course,
        )
        for id, promise in subject.promises.items()
        if not promise.opening_taken_back
    }


def all_that_follows(subject: Subject) -> tuple[object, ...]:
    who = (subject.order, subject.customer, subject.case, subject.customer_visible_by)
    beside = subject.rare.unmatched, subject.rare.late, subject.rare.parked, subject.current
    return states(subject), subject.facts, subject.rare.skipped, subject.rare.retracted, who, beside


@given(histories().flatmap(lambda told: st.tuples(st.just(told), st.permutations(told * 2))))
def test_any_order_and_any_repetition_gives_the_same_promises(
    histories: tuple[list[Event], list[Event]],
) -> None:
    told, otherwise = histories
    assert all_that_follows(folded(told)) == all_that_follows(folded(otherwise))


@given(histories())
def test_folding_one_by_one_is_folding_all_at_once(told: list[Event]) -> None:
    subject = folded(told)
    one_by_one = all_that_follows(subject)
    refold(subject, SETS)
    assert all_that_follows(subject) == one_by_one


@given(histories(), st.data())
def test_what_is_taken_back_is_as_if_it_had_not_been(
    told: list[Event], data: st.DataObject
) -> None:
    event = data.draw(st.sampled_from(told))
    taken_back = [*told, a_retraction(event, END, id=b"\xff" * 16)]
    never_was = [each for each in told if each.id != event.id]
    assert states(folded(data.draw(st.permutations(taken_back)))) == states(folded(never_was))


@given(histories(), st.data())
def test_taking_back_what_was_taken_back_is_as_if_neither_had_been(
    told: list[Event], data: st.DataObject
) -> None:
    first = a_retraction(data.draw(st.sampled_from(told)), END, id=b"\xfe" * 16)
    second = a_retraction(first, END, id=b"\xff" * 16)
    assert states(folded(data.draw(st.permutations([*told, first, second])))) == states(
        folded(told)
    )


@given(histories(), st.data())
def test_the_same_fact_under_another_id_changes_nothing(
    told: list[Event], data: st.DataObject
) -> None:
    subject = folded(told)
    known = [
        event
        for event in told
        if event.type in EVENT_TYPES
        and event.type != DISPUTED  # later it is another report that is disputed
        and not event.retracts
        and (event.party, event.id) not in subject.rare.retracted
    ]
    assume(known)
    event = data.draw(st.sampled_from(known))
    again = structs.replace(
        event, id=b"\xff" * 16, occurred_at=data.draw(st.integers(event.occurred_at, END))
    )
    assert states(folded(data.draw(st.permutations([*told, again])))) == states(subject)


@given(histories())
def test_each_event_counts_once(told: list[Event]) -> None:
    subject = Subject(ORDER)
    assert {fold(subject, event, SETS)[0] for event in told} == {Counted.FOLDED}
    assert {fold(subject, event, SETS)[0] for event in told} == {Counted.DUPLICATE}
    assert [*subject.events] == sorted(told)
