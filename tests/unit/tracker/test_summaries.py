"""A subject among others: what is shown of it, and what an answer has no room for."""

import pytest
from handoff.v1 import tracker_pb2

from services.shared.errors import Refused
from services.tracker.core.promises import State
from services.tracker.core.subject import Subject
from services.tracker.rows import about, subject_document
from services.tracker.standing import Standing
from services.tracker.summaries import EVENTS_SHOWN, PROMISES_SHOWN, about_of, summary_message
from tests.promising import HOUR, ORDER, a_promise, an_event, at, told


def a_subject(events: int = 1) -> Subject:
    each = [an_event(time=at("09:00") + n, id=bytes([n]) * 16) for n in range(events)]
    return Subject(ORDER, tuple(each))


def standings(subject: Subject, count: int, over: int = 0) -> list[Standing]:
    """So many promises by due date; the first `over` of them were kept."""
    promises = [
        a_promise(id=str(n), due_by=at("11:00") + n * HOUR, settled_at=at("10:00"))
        if n < over
        else a_promise(id=str(n), due_by=at("11:00") + n * HOUR)
        for n in range(count)
    ]
    return [Standing(subject, each, State.ON_TRACK, at("10:00")) for each in promises]


@pytest.mark.parametrize("count", [PROMISES_SHOWN, PROMISES_SHOWN + 1])
def test_more_promises_than_are_shown_are_counted(count: int) -> None:
    subject = a_subject()
    told = summary_message(subject, standings(subject, count))
    assert (len(told.promises), told.promise_count) == (PROMISES_SHOWN, count)


@pytest.mark.parametrize("count", [EVENTS_SHOWN, EVENTS_SHOWN + 1])
def test_the_latest_events_are_shown(count: int) -> None:
    told = summary_message(a_subject(count), [])
    assert (len(told.events), told.event_count) == (EVENTS_SHOWN, count)
    assert told.events[-1].id == bytes([count - 1]) * 16


def test_open_promises_come_before_those_that_are_over() -> None:
    subject = a_subject()
    told = summary_message(subject, standings(subject, 4, over=2))
    assert [each.promise_id for each in told.promises] == ["2", "3", "1", "0"]


def test_who_is_asked_about_has_to_be_said() -> None:
    assert about_of(tracker_pb2.ListSubjectsRequest(case="9")) == "case/9"
    for nobody in (tracker_pb2.ListSubjectsRequest(), tracker_pb2.ListSubjectsRequest(order="")):
        with pytest.raises(Refused):
            about_of(nobody)


def test_a_subject_is_not_found_by_itself() -> None:
    assert about("order/1", "c-7", "1", "") == ["customer/c-7"]
    assert about("case/9", "c-7", "1", "9") == ["customer/c-7", "order/1"]
    assert about("order/1", "", "", "") == []


def test_a_document_names_what_was_told_first_of_whom_it_belongs_to() -> None:
    subject = told(
        an_event(order="4711"),
        an_event("operations.ParcelHandedOver", "10:00", customer="c-7", order="5", case="9"),
        an_event("operations.ParcelHandedOver", "11:00", customer="c-8", key=(("parcel_id", "2"),)),
    )
    known = about(subject.id, subject.customer, subject.order, subject.case)
    assert subject_document(subject, 0, 0, settled=True)["about"] == known
    assert known == ["customer/c-7", "case/9"]
