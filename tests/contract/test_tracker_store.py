"""What the tracker relies on in its store: the same for the one in memory and the one on mongod."""

from typing import Any

import pytest

from services.shared.clock import to_datetime
from services.shared.events.common import Address, Money, Priority
from services.shared.events.sales import OrderPlaced
from services.tracker.agreement_files import load_folder, read_texts, shipped
from services.tracker.core.parking import ParkedType
from services.tracker.decoding import told_of
from services.tracker.errors import AgreementError, Fenced
from services.tracker.exchange import Changes, Ownership
from services.tracker.handlers import Partition
from services.tracker.store import ACTIVATION_LEAD, Store
from tests.agreed import an_agreement_text
from tests.tracking import (
    HOUR,
    START,
    MemoryTrackerStore,
    a_partition,
    agreement_sets,
    heartbeats,
    received,
)

AnyStore = MemoryTrackerStore | Store
SETS = agreement_sets()


@pytest.fixture(params=["memory", "mongo"])
def store(request: pytest.FixtureRequest) -> AnyStore:
    if request.param == "memory":
        return MemoryTrackerStore()
    found: Store = request.getfixturevalue("tracker_store")
    return found


def an_order(partition: Partition, order: str) -> None:
    event = OrderPlaced(
        (),
        Money(1, "EUR"),
        to_datetime(START + 48 * HOUR),
        Priority.HIGH,
        Address("Hauptstr. 1", "10115", "Berlin", "DE"),
    )
    record = received(event, type="sales.OrderPlaced", subject=f"order/{order}", at=START)
    told = told_of(record, "sales", {}, SETS.fields_of, simulated=False)
    partition.fold([told], START)


def pass_time(partition: Partition, to: int) -> None:
    beats = [
        told_of(beat, beat.topic.split(".")[1], {}, SETS.fields_of, simulated=False)
        for beat in heartbeats(to)
    ]
    partition.fold(beats, to)
    partition.advance(to, to)


def progress(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - of the partition document
    return {"positions": {}, "complete_through": {}, "heard_at": {}, "caught_up_at": 0, **more}


def test_what_was_committed_is_there_for_the_next_owner(store: AnyStore) -> None:
    first = a_partition(store)
    an_order(first, "1")
    pass_time(first, START + 2 * HOUR)
    first.commit()
    (subject,) = store.open_subjects(0, SETS)
    was = first.table.subjects["order/1"]
    assert subject.events == was.events
    assert {id: promise.revision for id, promise in subject.promises.items()} == {
        id: promise.revision for id, promise in was.promises.items()
    }
    assert [promise.announced for promise in subject.promises.values()] == [
        promise.announced for promise in was.promises.values()
    ]


def test_the_position_is_committed_with_what_was_read(store: AnyStore) -> None:
    owner = store.take_over(0, "a", "here")
    positions = {"handoff.sales.v1": 17}
    store.commit(owner, progress(positions=positions, complete_through={"sales": 5}), Changes())
    again = store.take_over(0, "b", "there")
    assert again.positions == positions
    assert again.complete_through == {"sales": 5}


def test_what_was_parked_on_a_day_is_known_to_the_next_owner(store: AnyStore) -> None:
    owner = store.take_over(0, "a", "here")
    day = ParkedType("sales.OrderPlaced", START, 2)
    after = store.commit(owner, progress(parked=[day._asdict()]), Changes())
    assert after.parked == (day,)
    assert store.take_over(0, "b", "there").parked == (day,)


def test_taking_over_fences_whoever_had_the_partition(store: AnyStore) -> None:
    old = store.take_over(0, "a", "here")
    store.take_over(0, "b", "there")
    with pytest.raises(Fenced):
        store.commit(old, progress(positions={"handoff.sales.v1": 1}), Changes())
    assert store.take_over(0, "c", "there").positions == {}


def test_an_owner_with_an_old_seq_is_fenced_too(store: AnyStore) -> None:
    owner = store.take_over(0, "a", "here")
    store.commit(owner, progress(), Changes())
    store.commit(Ownership(0, owner.epoch, owner.seq + 1, {}, {}), progress(), Changes())
    with pytest.raises(Fenced):
        store.commit(owner, progress(), Changes())


def test_partitions_do_not_fence_each_other(store: AnyStore) -> None:
    one, two = store.take_over(1, "a", "here"), store.take_over(2, "a", "here")
    store.commit(two, progress(), Changes())
    store.commit(one, progress(), Changes())


def test_a_settled_subject_is_found_by_its_id_but_not_among_the_open_ones(
    store: AnyStore,
) -> None:
    partition = a_partition(store)
    an_order(partition, "1")
    partition.commit()
    subject = partition.table.subjects["order/1"]
    for promise in subject.promises.values():
        promise.settled_at = START
    owner = partition.owner
    store.commit(owner, progress(), Changes(subjects={subject.id: subject}))
    assert not list(store.open_subjects(0, SETS))
    assert [found.id for found in store.subjects(["order/1", "order/2"], SETS)] == ["order/1"]


def test_a_commit_that_got_through_unnoticed_counts_when_it_is_tried_again(
    store: AnyStore,
) -> None:
    owner = store.take_over(0, "a", "here")
    after = store.commit(owner, progress(positions={"t": 1}), Changes())
    assert store.commit(owner, progress(positions={"t": 1}), Changes()) == after


def test_a_new_agreement_set_is_active_only_after_its_lead(tracker_store: Store) -> None:
    olist, default = load_folder(shipped("olist")), load_folder(shipped("default"))
    tracker_store.activate(default, START)
    tracker_store.activate(default, START + HOUR)
    tracker_store.activate(olist, START + HOUR)
    sets = tracker_store.sets({})
    assert len(sets.sets) == 2
    assert sets.at(START + HOUR + ACTIVATION_LEAD - 1).id == default.hash
    assert sets.at(START + HOUR + ACTIVATION_LEAD).id == olist.hash
    assert sets.at(0).id == default.hash


def test_a_set_that_changes_something_without_a_new_version_is_not_stored(
    tracker_store: Store,
) -> None:
    first = read_texts({"ship.yaml": an_agreement_text()})
    changed = read_texts({"ship.yaml": an_agreement_text(due="within: 3 days")})
    tracker_store.activate(first, START)
    with pytest.raises(AgreementError, match="agreement ship: it differs from what is in force"):
        tracker_store.activate(changed, START + HOUR)
    assert [each.id for each in tracker_store.sets({}).sets] == [first.hash]


def test_a_stored_set_is_read_only_once(tracker_store: Store) -> None:
    tracker_store.activate(read_texts({"ship.yaml": an_agreement_text()}), START)
    first, again = (tracker_store.sets({}).agreement("ship", 1) for _ in range(2))
    assert first is again


def test_promises_that_settled_last_come_first_and_no_more_than_asked_for(
    tracker_store: Store,
) -> None:
    partition = a_partition(tracker_store)
    for order in ("1", "2", "3", "open"):
        an_order(partition, order)
    subjects = [partition.table.subjects[f"order/{order}"] for order in ("1", "2", "3", "open")]
    for late, subject in enumerate(subjects[:3]):
        for promise in subject.promises.values():
            promise.settled_at = START + late * HOUR
    partition.commit()
    count = len(subjects[0].promises)
    newest = tracker_store.settled_promises(SETS, 2 * count)
    assert [promise.settled_at for promise in newest] == [START + 2 * HOUR] * count + [
        START + HOUR
    ] * count
    assert len(tracker_store.settled_promises(SETS, 1_000)) == 3 * count
