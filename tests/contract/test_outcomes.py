"""How promises turned out, counted on a real mongod: in the transaction that concludes it."""

import pytest
from msgspec import structs
from pymongo import MongoClient

from services.shared.clock import SECOND
from services.shared.mongo import Row
from services.shared.settings import Settings
from services.shared.subjects import partition_of
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Objective
from services.tracker.core.outcomes import FIVE_MINUTES
from services.tracker.core.sets import AgreementSets
from services.tracker.errors import Fenced
from services.tracker.handlers import Partition
from services.tracker.outcome_rows import SHORT_S, Attained, OutcomeRows
from services.tracker.store import Store
from tests.promising import an_agreement
from tests.tracking import HOUR, ORDER, START, a_partition, paid, pass_time, placed, tell

APPROVE = an_agreement(
    name="approve-payment",
    owed_by="finance",
    opens_on="sales.OrderPlaced",
    evidence="finance.PaymentApproved",
    objective=Objective(0.95, 28),
)
"""Within two hours."""
SETS = AgreementSets((AgreementSet("measured", START, (APPROVE,)),))
DUE = START + 2 * HOUR
LATER = DUE + 3 * SECOND
KEPT, BROKEN = {"kept": 1, "broken": 0}, {"kept": 0, "broken": 1}


def take(store: Store, number: int = 0, partitions: int = 1) -> Partition:
    return a_partition(store, number=number, partitions=partitions, sets=lambda: SETS)


@pytest.fixture
def rows(client: "MongoClient[Row]", fresh_database: Settings) -> OutcomeRows:
    return OutcomeRows(client[fresh_database.mongo.database])


def counted(rows: OutcomeRows) -> Attained:
    """In the twelve hours from START on."""
    (found,) = rows.attained([12 * 3_600], START + 12 * HOUR).get(APPROVE.name, [Attained()])
    return found


def test_each_row_is_of_a_partition_an_agreement_and_five_minutes(
    client: "MongoClient[Row]", fresh_database: Settings, tracker_store: Store
) -> None:
    at_home, away = partition_of(ORDER, 2), 1 - partition_of(ORDER, 2)
    subjects = [f"order/{number}" for number in range(50)]
    beside, other = (
        next(each for each in subjects if partition_of(each, 2) == number)
        for number in (at_home, away)
    )
    for number, told_of in (
        (at_home, (placed(), placed(subject=beside), paid(START + HOUR))),
        (away, (placed(subject=other),)),
    ):
        partition = take(tracker_store, number, 2)
        tell(partition, *told_of)
        pass_time(partition, LATER)
        partition.commit()
    found = client[fresh_database.mongo.database]["tracker.outcomes"].find()
    told = [(row.pop("_id"), bool(row.pop("touched_at")), row) for row in found]
    five, hour = [{"agreement": APPROVE.name, "length": each} for each in (FIVE_MINUTES, HOUR)]
    assert sorted(told, key=repr) == sorted(
        [
            ({"partition": number, **length, "begins": begins}, True, counts)
            for length in (five, hour)
            for number, begins, counts in (
                (at_home, START + HOUR, KEPT),
                (at_home, DUE, BROKEN),
                (away, DUE, BROKEN),
            )
        ],
        key=repr,
    )


def test_a_breach_that_late_evidence_takes_back_is_counted_as_kept_also_by_the_next_owner(
    tracker_store: Store, rows: OutcomeRows
) -> None:
    partition = take(tracker_store)
    tell(partition, placed())
    pass_time(partition, LATER)
    partition.commit()
    assert counted(rows) == Attained(broken=1)
    successor = take(tracker_store)
    tell(successor, structs.replace(paid(START + HOUR), arrived_at=LATER + HOUR))
    successor.commit()
    assert counted(rows) == Attained(kept=1)


def test_where_more_is_taken_back_than_was_counted_nothing_is_left(
    client: "MongoClient[Row]", fresh_database: Settings, tracker_store: Store, rows: OutcomeRows
) -> None:
    partition = take(tracker_store)
    tell(partition, placed())
    pass_time(partition, LATER)
    partition.commit()
    client[fresh_database.mongo.database]["tracker.outcomes"].delete_many({})
    tell(partition, structs.replace(paid(START + HOUR), arrived_at=LATER + HOUR))
    partition.commit()
    assert counted(rows) == Attained(kept=1)


def test_what_was_kept_too_late_stays_broken_and_is_counted_once(
    tracker_store: Store, rows: OutcomeRows
) -> None:
    partition = take(tracker_store)
    tell(partition, placed())
    pass_time(partition, LATER)
    partition.commit()
    tell(partition, paid(LATER))
    partition.commit()
    assert counted(rows) == Attained(broken=1)


def test_a_commit_that_is_tried_again_after_it_got_through_counts_once(
    tracker_store: Store, rows: OutcomeRows
) -> None:
    partition = take(tracker_store)
    owner = partition.owner
    tell(partition, placed(), paid(START + HOUR))
    commit = partition.begin_commit()
    tracker_store.commit(owner, commit)
    partition.store()
    assert counted(rows) == Attained(kept=1)


def test_what_a_replaced_owner_concluded_is_counted_by_its_successor_alone(
    tracker_store: Store, rows: OutcomeRows
) -> None:
    first = take(tracker_store)
    second = take(tracker_store)
    for partition in (first, second):
        tell(partition, placed(id=b"o" * 16))
        pass_time(partition, LATER)
    with pytest.raises(Fenced):
        first.commit()
    assert counted(rows) == Attained()
    second.commit()
    assert counted(rows) == Attained(broken=1)


def test_what_was_due_before_the_agreements_were_active_is_not_counted(
    tracker_store: Store, rows: OutcomeRows
) -> None:
    partition = take(tracker_store)
    tell(partition, placed(START - 2 * HOUR - 1), placed(START - 2 * HOUR, subject="order/2"))
    pass_time(partition, LATER)
    partition.commit()
    assert counted(rows) == Attained(broken=1)


@pytest.mark.parametrize(("backfilling", "broken"), [({("sales", "test")}, 0), (set(), 1)])
def test_what_was_due_before_it_was_imported_is_not_counted(
    tracker_store: Store, rows: OutcomeRows, backfilling: set[tuple[str, str]], broken: int
) -> None:
    partition = take(tracker_store)
    imported = structs.replace(placed(), arrived_at=DUE + SECOND)
    tell(partition, imported, backfilling=backfilling)
    pass_time(partition, LATER)
    partition.commit()
    assert counted(rows) == Attained(broken=broken)


def test_a_window_ends_now_and_takes_the_five_minutes_whole_in_which_it_begins(
    tracker_store: Store, rows: OutcomeRows
) -> None:
    partition = take(tracker_store)
    tell(partition, placed())
    pass_time(partition, LATER)
    partition.commit()
    windows_s = [300, 3_600]

    def seen(now: int) -> list[int]:
        found = rows.attained(windows_s, now).get(APPROVE.name, [Attained(), Attained()])
        return [each.broken for each in found]

    assert seen(DUE - 1) == [0, 0]
    assert seen(DUE) == [1, 1]
    assert seen(DUE + 2 * FIVE_MINUTES - 1) == [1, 1]
    assert seen(DUE + 2 * FIVE_MINUTES) == [0, 1]
    assert seen(DUE + HOUR + FIVE_MINUTES - 1) == [0, 1]
    assert seen(DUE + HOUR + FIVE_MINUTES) == [0, 0]


def test_a_window_of_more_than_six_hours_takes_the_hour_whole_in_which_it_begins(
    tracker_store: Store, rows: OutcomeRows
) -> None:
    partition = take(tracker_store)
    tell(partition, placed(START + HOUR // 2))
    pass_time(partition, LATER + HOUR // 2)
    partition.commit()

    def seen(now: int) -> list[int]:
        found = rows.attained([SHORT_S, SHORT_S + 1], now)
        return [each.broken for each in found.get(APPROVE.name, [Attained(), Attained()])]

    due = DUE + HOUR // 2
    assert seen(due) == [1, 1]
    assert seen(due + SHORT_S * SECOND + FIVE_MINUTES) == [0, 1]
    assert seen(DUE + SHORT_S * SECOND + HOUR + SECOND - 1) == [0, 1]
    assert seen(DUE + SHORT_S * SECOND + HOUR + SECOND) == [0, 0]


def test_where_nothing_turned_out_nothing_is_written(
    client: "MongoClient[Row]", fresh_database: Settings, tracker_store: Store
) -> None:
    partition = take(tracker_store)
    tell(partition, placed())
    pass_time(partition, DUE)
    partition.commit()
    assert client[fresh_database.mongo.database]["tracker.outcomes"].count_documents({}) == 0
