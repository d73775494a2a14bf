"""What is answered about a subject, from records to messages."""

from dataclasses import replace

import pytest
from handoff.v1 import tracker_pb2

from services.shared.clock import Instant
from services.shared.codec import stamp
from services.shared.events.sales import OrderCancelled
from services.tracker.answers import standing_message, subject_answer
from services.tracker.core.course import Course, Part
from services.tracker.core.pausing import Pause
from services.tracker.core.promises import Promise
from services.tracker.core.subject import Subject
from services.tracker.core.table import Marks
from services.tracker.core.verdicts import Kind, Reason, conclude
from services.tracker.learner import Learner
from services.tracker.messages import verdict_row
from services.tracker.outlook import Outlook
from services.tracker.standing import marks_of, standing
from tests.planning import APPROVE, DELIVER, a_hop
from tests.promising import sets_of
from tests.tracking import (
    HOUR,
    ORDER,
    START,
    MemoryTrackerStore,
    a_partition,
    paid,
    placed,
    received,
    tell,
)

SHIP = a_hop("ship-paid-order", "finance.PaymentApproved", "operations.ParcelHandedOver")
SETS = sets_of(APPROVE, SHIP, DELIVER)
OUTLOOK = Outlook(Learner())


@pytest.fixture
def store() -> MemoryTrackerStore:
    return MemoryTrackerStore()


def answer(store: MemoryTrackerStore, now: Instant) -> tracker_pb2.GetSubjectResponse:
    (subject,) = store.subjects([ORDER], SETS)
    marks = marks_of(store.partitions[0])
    standings = [standing(subject, each, marks, now) for each in subject.promises.values()]
    return subject_answer(subject, standings, OUTLOOK.trees(subject, SETS, now))


def test_a_subject_is_answered_with_the_tree_under_the_customers_date(
    store: MemoryTrackerStore,
) -> None:
    # START is Friday 08:00; the order is promised by Sunday 08:00
    partition = a_partition(store, sets=lambda: SETS)
    tell(partition, placed(), paid(START + 2 * HOUR))
    partition.commit()
    (tree,) = answer(store, START + 3 * HOUR).trees
    assert tree.promise_id == f"{ORDER}~deliver-order"
    assert tree.customer_visible_by == stamp(START + 48 * HOUR)
    assert tree.next_action_owner == "operations"
    assert tree.jeopardy == "critical"
    approved, shipped, delivered = tree.hops
    assert (approved.agreement, approved.done) == ("approve-payment", True)
    assert (shipped.promise_id, shipped.done) == (f"{ORDER}~ship-paid-order~payment_id=p-1", False)
    assert shipped.expected_finish == stamp(START + (72 + 2) * HOUR)
    assert shipped.slack_s == -3_600
    assert delivered.owed_by == "operations"


def test_an_answer_lists_what_was_found_also_when_every_promise_is_settled(
    store: MemoryTrackerStore,
) -> None:
    partition = a_partition(store, sets=lambda: sets_of(APPROVE, DELIVER))
    cancelled = received(
        OrderCancelled("typed twice"), type="sales.OrderCancelled", subject=ORDER, at=START + HOUR
    )
    tell(partition, placed(), cancelled, paid(START + 2 * HOUR))
    partition.commit()
    assert not store.subject_documents[ORDER]["open"]
    told = answer(store, START + 3 * HOUR)
    assert {each.state for each in told.promises} == {tracker_pb2.PROMISE_STATE_CANCELLED}
    assert [each.kind for each in told.findings] == ["evidence_after_end"]


def test_an_answer_tells_what_befell_a_promise_as_it_was_stored() -> None:
    pause = Pause(START, START + 9 * HOUR, 0, b"e", "operations.StockMissing", "supplier")
    promise = Promise(
        f"{ORDER}~ship-paid-order",
        SHIP,
        (),
        START,
        b"o",
        START + 3 * HOUR,
        course=Course(
            version=2,
            requested_by=START + HOUR,
            confirmed_by=START + 2 * HOUR,
            pauses=(
                replace(pause, waiting_on="sales", ended_at=START + HOUR),
                pause,
                replace(pause, waiting_on="finance", since=START + 1, limit=START + HOUR),
            ),
            parts=(Part("lamp", 5, 2),),
        ),
    )
    told = standing_message(standing(Subject(ORDER), promise, Marks(), START + 2 * HOUR))
    assert told.version == 2
    assert [told.requested_by, told.first_confirmed_by, told.due_by] == [
        stamp(START + hours * HOUR) for hours in (1, 2, 3)
    ]
    assert [each.HasField("ended_at") for each in told.pauses] == [True, False, False]
    assert (told.state, told.waiting_on) == (tracker_pb2.PROMISE_STATE_PAUSED, "supplier")
    assert told.parts == [tracker_pb2.Part(name="lamp", promised=5, delivered=2)]
    assert told.detail == "2 of 5 lamp"


def test_nobody_is_waited_for_once_the_clock_runs_again() -> None:
    pause = Pause(START, START + HOUR, 0, b"e", "operations.StockMissing", "supplier")
    course = Course(pauses=(pause,))
    promise = Promise(ORDER, SHIP, (), START, b"o", START + 3 * HOUR, course=course)
    for now, waiting_on in ((START + HOUR - 1, "supplier"), (START + HOUR, "")):
        assert (
            standing_message(standing(Subject(ORDER), promise, Marks(), now)).waiting_on
            == waiting_on
        )


def test_the_ladder_that_an_agreement_names_is_in_answer_and_verdict() -> None:
    agreement = replace(SHIP, escalate="warehouse-ladder")
    promise = Promise(ORDER, agreement, (), START, b"o", START + 3 * HOUR)
    told = standing_message(standing(Subject(ORDER), promise, Marks(), START))
    subject = Subject(ORDER, promises={ORDER: promise})
    verdict = conclude(
        promise, Kind.BREACHED, Reason.DEADLINE_PASSED, occurred_at=START, decided_at=START
    )
    row = verdict_row(subject, verdict, 0, None)
    said = tracker_pb2.Verdict.FromString(row.record.value)
    assert (told.escalate, said.escalate) == ("warehouse-ladder", "warehouse-ladder")
