"""What was taken back is as if it had not been, and only who said it can take it back."""

from itertools import permutations

from services.tracker.core.folding import fold, refold
from services.tracker.core.promises import State, settled_state
from tests.promising import (
    a_retraction,
    an_event,
    at,
    only,
    sets_of,
    told,
)

APPROVED = an_event(time="09:00")
HANDED_OVER = an_event("operations.ParcelHandedOver", "10:00")


def test_evidence_taken_back_reopens_the_promise_with_its_deadline() -> None:
    promise = only(told(APPROVED, HANDED_OVER, a_retraction(HANDED_OVER)))
    assert (settled_state(promise), promise.due_by) == (None, at("11:00"))


def test_evidence_taken_back_leaves_the_next_evidence_to_count() -> None:
    later = an_event("operations.ParcelHandedOver", "10:30", key=(("parcel_id", "2"),))
    for order in permutations([APPROVED, HANDED_OVER, later, a_retraction(HANDED_OVER)]):
        assert only(told(*order)).settled_by == later.id


def test_an_opening_taken_back_cancels_its_promise() -> None:
    promise = only(told(APPROVED, a_retraction(APPROVED)))
    assert (settled_state(promise), promise.opening_taken_back) == (State.CANCELLED, True)


def test_a_retraction_may_come_before_its_event() -> None:
    assert not told(a_retraction(APPROVED, "08:00"), APPROVED).promises
    assert not told(a_retraction(APPROVED, "23:00"), APPROVED).promises


def test_a_retraction_of_what_never_came_changes_nothing() -> None:
    never = an_event("operations.ParcelHandedOver", "09:30")
    assert settled_state(only(told(APPROVED, a_retraction(never), HANDED_OVER))) is State.KEPT


def test_a_retraction_taken_back_lets_the_event_count_again() -> None:
    first = a_retraction(HANDED_OVER, "22:00")
    second = a_retraction(first, "23:00")
    for order in permutations([APPROVED, HANDED_OVER, first, second]):
        assert only(told(*order)).settled_by == HANDED_OVER.id


def test_two_retractions_of_each_other_end_the_same_in_any_order() -> None:
    first = a_retraction(HANDED_OVER, "22:00", id=b"1" * 16)
    second = a_retraction(first, "23:00", id=b"2" * 16)
    circle = a_retraction(second, "22:00", id=b"1" * 16)
    for order in permutations([APPROVED, HANDED_OVER, circle, second]):
        assert only(told(*order)).settled_by == HANDED_OVER.id


def test_a_retraction_of_itself_is_harmless() -> None:
    itself = an_event("handoff.Retracted", "10:00", id=b"r" * 16, retracts=b"r" * 16, party="sales")
    assert settled_state(only(told(APPROVED, itself, HANDED_OVER))) is State.KEPT


def test_a_party_cannot_take_back_what_another_said() -> None:
    foreign = a_retraction(HANDED_OVER, party="support")
    for order in permutations([APPROVED, HANDED_OVER, foreign]):
        assert settled_state(only(told(*order))) is State.KEPT


def test_a_fact_told_again_after_it_was_taken_back_goes_on_with_the_same_promise() -> None:
    subject = told(APPROVED, a_retraction(APPROVED, "09:10"))
    only(subject).revision = 7
    again = an_event(time="09:30", id=b"b" * 16)
    fold(subject, again, sets_of())
    promise = only(subject)
    assert (settled_state(promise), promise.revision, promise.due_by) == (None, 7, at("11:30"))


def test_folding_again_changes_nothing() -> None:
    subject = told(APPROVED, HANDED_OVER, a_retraction(HANDED_OVER))
    before = dict(subject.promises)
    refold(subject, sets_of())
    assert subject.promises == before
