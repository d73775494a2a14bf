"""What people are answered from the tracker's documents on mongod."""

import pytest
from pymongo import MongoClient

from services.shared.clock import SECOND
from services.shared.errors import RefusalCode, Refused
from services.shared.mongo import Row
from services.shared.settings import Settings
from services.tracker.answers import progress_message, subject_answer
from services.tracker.core.skew import SAMPLES_NEEDED
from services.tracker.learner import Learner
from services.tracker.ledger import Ledger
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
