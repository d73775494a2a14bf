"""What people are answered from the tracker's documents on mongod."""

from typing import cast

import grpc
import pytest
from handoff.v1 import tracker_pb2
from pymongo import MongoClient

from services.shared.clock import SECOND
from services.shared.codec import stamp
from services.shared.errors import RefusalCode, Refused
from services.shared.mongo import Row
from services.shared.settings import Settings
from services.tracker.answers import progress_message, subject_answer
from services.tracker.api import TrackerServicer
from services.tracker.board_answers import agreements_answer, counts_answer
from services.tracker.core.promises import COMMIT_MARGIN, settled_state
from services.tracker.core.skew import SAMPLES_NEEDED
from services.tracker.explaining import explanation_message
from services.tracker.learner import Learner
from services.tracker.ledger import SUBJECTS_LIMIT, Ledger
from services.tracker.open_counts import COUNT_EVERY_S, OpenCount, OpenCounts
from services.tracker.outlook import Outlook
from services.tracker.store import Store
from tests.alerting import MovedClock
from tests.tracking import (
    HOUR,
    ORDER,
    START,
    a_partition,
    agreement_sets,
    heartbeats,
    paid,
    pass_time,
    placed,
    tell,
)


@pytest.fixture
def ledger(client: "MongoClient[Row]", fresh_database: Settings, tracker_store: Store) -> Ledger:
    clock, outlook = MovedClock(START + HOUR), Outlook(Learner())
    return Ledger(client, fresh_database.mongo.database, clock, agreement_sets, outlook, 1)


def test_a_subject_is_answered_as_it_was_last_committed(
    tracker_store: Store, ledger: Ledger
) -> None:
    partition = a_partition(tracker_store)
    tell(partition, placed())
    with pytest.raises(Refused) as refused:
        ledger.subject(ORDER)
    assert refused.value.code is RefusalCode.NOT_FOUND
    pass_time(partition, START + HOUR)
    partition.commit()
    told = subject_answer(*ledger.subject(ORDER))
    agreements = ["approve-payment", "deliver-order"]
    assert [each.agreement for each in told.promises] == agreements
    assert [each.type for each in told.events] == ["sales.OrderPlaced"]
    (tree,) = told.trees
    assert [hop.promise_id for hop in tree.hops if hop.promise_id] == [
        f"{ORDER}~approve-payment",
        f"{ORDER}~deliver-order",
    ]


def test_progress_tells_of_clocks_and_of_what_is_open(tracker_store: Store, ledger: Ledger) -> None:
    partition = a_partition(tracker_store)
    tell(partition, placed())
    for number in range(SAMPLES_NEEDED):
        tell(partition, *heartbeats(START + number * SECOND, parties=["sales"]))
    partition.commit()
    (told,) = [progress_message(row) for row in ledger.progress()]
    assert told.open_promises == len(partition.table.subjects[ORDER].promises)
    assert [(each.party, each.skew_s) for each in told.skews] == [("sales", 0.0)]


def test_a_young_subject_is_answered_as_it_was_last_committed_too(
    tracker_store: Store, ledger: Ledger
) -> None:
    partition = a_partition(tracker_store, young_for=HOUR)
    tell(partition, placed(), placed(subject="order/2"))
    partition.commit()
    tell(partition, paid(START + 1))
    partition.commit()
    tell(partition, placed(subject="order/3"))
    partition.commit()
    told = subject_answer(*ledger.subject(ORDER))
    assert [each.type for each in told.events] == ["sales.OrderPlaced", "finance.PaymentApproved"]
    assert ledger.promise(f"{ORDER}~approve-payment")
    with pytest.raises(Refused):
        ledger.subject("order/nobody")


def test_a_promise_is_explained_from_its_events_and_from_what_was_recorded(
    tracker_store: Store, ledger: Ledger
) -> None:
    partition = a_partition(tracker_store)
    tell(partition, placed())
    pass_time(partition, START + 47 * HOUR)
    pass_time(partition, START + 200 * HOUR)
    partition.commit()
    told = explanation_message(ledger.explanation(f"{ORDER}~deliver-order"))
    assert (told.deadline.key, told.calendar) == ("by", "always")
    assert [change.move for step in told.steps for change in step.changes] == ["opened"]
    assert told.steps[-1].due_after == told.promise.due_by == stamp(START + 48 * HOUR)
    assert told.steps[0].event.type == "sales.OrderPlaced"
    breach = told.conclusions[-1]
    assert (breach.kind, breach.reason) == (
        tracker_pb2.VERDICT_KIND_BREACHED,
        "deadline_passed",
    )
    assert breach.needed_through == stamp(START + 48 * HOUR + COMMIT_MARGIN)
    assert breach.needed_through.ToMicroseconds() <= told.complete_through.ToMicroseconds()
    assert {each.rule for each in told.conclusions if each.reason == "warning_time"}
    assert "evidence" in {each.need for each in told.waits}


def test_there_is_no_explanation_of_what_is_not_there(ledger: Ledger) -> None:
    with pytest.raises(Refused) as refused:
        ledger.explanation(f"{ORDER}~deliver-order")
    assert refused.value.code is RefusalCode.NOT_FOUND


def test_subjects_are_found_by_their_customer_in_order_of_time(
    tracker_store: Store, ledger: Ledger
) -> None:
    partition = a_partition(tracker_store)
    tell(
        partition,
        placed(START + HOUR, subject="order/2", order="2", customer="c-77"),
        placed(START, subject="order/9", order="9", customer="c-77"),
        placed(START, subject="order/3", order="3", customer="c-78"),
    )
    partition.commit()
    told, cut = ledger.subjects("customer/c-77")
    assert [subject.id for subject, _ in told] == ["order/9", "order/2"]
    assert all(standings for _, standings in told)
    assert not cut
    assert ledger.subjects("customer/nobody") == ([], False)


def test_an_order_is_among_its_own_subjects_once(tracker_store: Store, ledger: Ledger) -> None:
    partition = a_partition(tracker_store)
    tell(partition, placed(order="4711", customer="c-77"))
    partition.commit()
    told, _ = ledger.subjects(ORDER)
    assert [subject.id for subject, _ in told] == [ORDER]


@pytest.mark.parametrize(("orders", "cut"), [(SUBJECTS_LIMIT, False), (SUBJECTS_LIMIT + 1, True)])
def test_more_subjects_than_an_answer_holds_are_cut(
    tracker_store: Store, ledger: Ledger, orders: int, cut: bool
) -> None:
    partition = a_partition(tracker_store)
    tell(
        partition,
        *(placed(subject=f"order/{n}", order=str(n), customer="c-77") for n in range(orders)),
    )
    partition.commit()
    told, was_cut = ledger.subjects("customer/c-77")
    assert (len(told), was_cut) == (SUBJECTS_LIMIT, cut)


def test_the_question_for_subjects_of_a_customer_walks_no_collection(
    tracker_store: Store, client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    partition = a_partition(tracker_store)
    tell(partition, placed(customer="c-77"))
    partition.commit()
    subjects = client[fresh_database.mongo.database]["tracker.subjects"]
    plan = subjects.find({"about": {"$eq": "customer/c-77"}}).sort("changed_on", -1).explain()
    assert plan["executionStats"]["totalDocsExamined"] == 1
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])


def test_open_promises_are_counted_by_pair_and_by_what_was_announced(
    tracker_store: Store, ledger: Ledger
) -> None:
    partition = a_partition(tracker_store)
    tell(partition, placed(), placed(subject="order/2"), paid(START + 1))
    pass_time(partition, START + HOUR)
    partition.commit()
    counts, at = ledger.open_counts()
    told = counts_answer(counts, at)
    by_pair: dict[tuple[str, str], int] = {}
    for each in told.counts:
        pair = each.owed_by, each.owed_to
        by_pair[pair] = by_pair.get(pair, 0) + each.promises
    expected: dict[tuple[str, str], int] = {}
    for subject in partition.table.subjects.values():
        for promise in subject.promises.values():
            if settled_state(promise) is None:
                pair = promise.agreement.owed_by, promise.agreement.owed_to
                expected[pair] = expected.get(pair, 0) + 1
    assert by_pair == expected
    assert told.counted_at.ToMicroseconds() == START + HOUR


def test_open_promises_are_counted_once_for_all_who_ask_in_a_while(
    client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    promises = client[fresh_database.mongo.database]["tracker.promises"]
    row = {"owed_by": "finance", "owed_to": "sales", "settled": False, "announced": None}
    promises.insert_one({"_id": "order/1~approve-payment"} | row)
    seconds = [0.0]
    counts = OpenCounts(promises, MovedClock(START), agreement_sets, lambda: seconds[0])
    assert counts()[0] == (OpenCount("finance", "sales", None, 1),)
    promises.insert_one({"_id": "order/2~approve-payment"} | row)
    promises.insert_one({"_id": "order/2~disagreement~total"} | row | {"announced": "found"})
    promises.insert_one({"_id": "order/4~approve-payment"} | row | {"announced": "warned"})
    promises.insert_one({"_id": "order/3~approve-payment"} | row | {"settled": True})
    seconds[0] = COUNT_EVERY_S - 0.001
    assert counts()[0][0].promises == 1
    seconds[0] = COUNT_EVERY_S
    assert counts()[0] == (
        OpenCount("finance", "sales", None, 2),
        OpenCount("finance", "sales", "warned", 1),
    )


def test_the_active_agreements_are_told_in_words(ledger: Ledger) -> None:
    sets = ledger.agreement_sets()
    told = agreements_answer(sets, "", ledger.now())
    names = [each.name for each in told.agreements]
    assert "approve-payment" in names
    assert names == sorted(names)
    payment = told.agreements[names.index("approve-payment")]
    assert (payment.owed_by, payment.owed_to) == ("finance", "sales")
    assert payment.blocks[0].heading == "Who owes what to whom"
    assert told.set_id == sets.at(ledger.now()).id
    assert agreements_answer(sets, told.set_id, ledger.now()).agreements == told.agreements


def test_the_attainment_of_the_last_hours_is_asked_of_the_counts(
    tracker_store: Store, ledger: Ledger
) -> None:
    partition = a_partition(tracker_store)
    tell(partition, placed(), paid(START + HOUR // 2))
    partition.commit()
    servicer = TrackerServicer(ledger)
    request = tracker_pb2.ListAttainmentRequest(windows_s=[300, 3_600])
    answer = servicer.ListAttainment(request, cast("grpc.ServicerContext", None))
    assert answer.now == stamp(START + HOUR)
    told = {each.agreement: each for each in answer.attainments}
    assert [
        (each.window_s, each.kept, each.broken) for each in told["approve-payment"].windows
    ] == [
        (300, 0, 0),
        (3_600, 1, 0),
    ]
    assert told["approve-payment"].objective == 0.95
    assert len(told) == sum(bool(each.objective) for each in agreement_sets().sets[0].agreements)
