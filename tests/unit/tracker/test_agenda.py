"""What is over takes its entry along, and what moves has one at its new place alone."""

import pytest

from services.tracker.core.roles import role_of
from services.tracker.core.table import Table
from services.tracker.core.usual import go_on
from tests.agendas import entries, wanted
from tests.promising import HOUR, ORDER, Desk, an_agreement, an_event, at, sets_of

PAID = an_event(key=(("payment_id", "1"),))
SENT = an_event("operations.ParcelHandedOver", "09:10", key=(("parcel_id", "1"),))


def test_what_is_kept_in_one_step_is_looked_at_no_more() -> None:
    desk = Desk(an_agreement("50%"))
    desk.hear(PAID)
    assert len(entries(desk.table)) == 1
    desk.hear(SENT)
    assert entries(desk.table) == []
    assert desk.promise.queued_at is None


def test_what_is_kept_in_one_step_is_so_in_one_step() -> None:
    desk = Desk(an_agreement("50%"))
    desk.hear(PAID)
    role = role_of(desk.table.sets, SENT.type)
    assert go_on(desk.subject, SENT, role, at("09:10"))


def test_what_another_event_opened_earlier_is_looked_at_earlier() -> None:
    desk = Desk()
    desk.hear(PAID)
    (before,) = entries(desk.table)
    desk.hear(an_event(time="08:00", key=PAID.key))
    (after,) = entries(desk.table)
    assert after.at == before.at - HOUR


@pytest.mark.parametrize("again", ["put", "taken up"])
def test_a_subject_that_comes_in_place_of_another_has_the_only_entries(again: str) -> None:
    table, other = Table(sets_of()), Table(sets_of())
    table.apply(ORDER, PAID, at("09:00"))
    other.apply(ORDER, an_event(time="08:00", key=PAID.key), at("09:00"))
    subject = other.subjects[ORDER]
    if again == "put":
        table.put(subject)
    else:
        table.take_up(subject, at("09:00"))
    assert entries(table) == wanted(table)
