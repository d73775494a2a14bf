"""What the tracker relies on in its store: the same for the one in memory and the one on mongod."""

from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import pytest

from services.shared.clock import Instant, to_datetime
from services.shared.events.common import Address, Money, Priority
from services.shared.events.sales import OrderPlaced
from services.shared.subjects import partition_of
from services.tracker.agreement_files import load_folder, read_texts, shipped
from services.tracker.core.parking import ParkedType
from services.tracker.decoding import told_of
from services.tracker.errors import AgreementError, Fenced
from services.tracker.exchange import Commit, Ownership
from services.tracker.handlers import Partition
from services.tracker.packing import unpack
from services.tracker.rows import subject_document
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


def orders_of(partition: int) -> Iterator[str]:
    """Orders whose subjects live in this one of two partitions."""
    numbers = map(str, count())
    return (order for order in numbers if partition_of(f"order/{order}", 2) == partition)


def an_order(partition: Partition, order: str, at: Instant = START) -> None:
    event = OrderPlaced(
        (),
        Money(1, "EUR"),
        to_datetime(START + 48 * HOUR),
        Priority.HIGH,
        Address("Hauptstr. 1", "10115", "Berlin", "DE"),
    )
    record = received(event, type="sales.OrderPlaced", subject=f"order/{order}", at=at)
    told = told_of(record, "sales", {}, SETS.fields_of, simulated=False)
    partition.fold([told], at)


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
    ((id, packed, _),) = store.open_subjects(0)
    subject = unpack(id, packed, SETS)
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
    store.commit(owner, Commit(progress(positions=positions, complete_through={"sales": 5})))
    again = store.take_over(0, "b", "there")
    assert again.positions == positions
    assert again.complete_through == {"sales": 5}


def test_the_ids_of_the_topics_are_committed_with_the_position(store: AnyStore) -> None:
    partition = a_partition(store)
    partition.topic_ids["handoff.sales.v1"] = "first"
    partition.commit()
    assert store.take_over(0, "b", "there").topic_ids == {"handoff.sales.v1": "first"}
    partition = a_partition(store)
    partition.commit()
    assert store.take_over(0, "b", "there").topic_ids == {"handoff.sales.v1": "first"}


def test_what_was_parked_on_a_day_is_known_to_the_next_owner(store: AnyStore) -> None:
    owner = store.take_over(0, "a", "here")
    day = ParkedType("sales.OrderPlaced", START, 2)
    after = store.commit(owner, Commit(progress(parked=[day._asdict()])))
    assert after.parked == (day,)
    assert store.take_over(0, "b", "there").parked == (day,)


def test_taking_over_fences_whoever_had_the_partition(store: AnyStore) -> None:
    old = store.take_over(0, "a", "here")
    store.take_over(0, "b", "there")
    with pytest.raises(Fenced):
        store.commit(old, Commit(progress(positions={"handoff.sales.v1": 1})))
    assert store.take_over(0, "c", "there").positions == {}


def test_an_owner_with_an_old_seq_is_fenced_too(store: AnyStore) -> None:
    owner = store.take_over(0, "a", "here")
    store.commit(owner, Commit(progress()))
    store.commit(Ownership(0, owner.epoch, owner.seq + 1, {}, {}), Commit(progress()))
    with pytest.raises(Fenced):
        store.commit(owner, Commit(progress()))


def test_partitions_do_not_fence_each_other(store: AnyStore) -> None:
    one, two = store.take_over(1, "a", "here"), store.take_over(2, "a", "here")
    store.commit(two, Commit(progress()))
    store.commit(one, Commit(progress()))


def test_a_settled_subject_is_found_by_its_id_but_not_among_the_open_ones(
    store: AnyStore,
) -> None:
    partition = a_partition(store)
    an_order(partition, "1")
    partition.commit()
    subject = partition.table.subjects["order/1"]
    document = subject_document(subject, 0, 0, settled=True)
    store.commit(partition.owner, Commit(progress(), documents=[document]))
    assert not list(store.open_subjects(0))
    assert [found.id for found in store.subjects(["order/1", "order/2"], SETS)] == ["order/1"]


def test_a_commit_that_got_through_unnoticed_counts_when_it_is_tried_again(
    store: AnyStore,
) -> None:
    owner = store.take_over(0, "a", "here")
    after = store.commit(owner, Commit(progress(positions={"t": 1})))
    assert store.commit(owner, Commit(progress(positions={"t": 1}))) == after


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


def test_subjects_that_settled_last_come_first_and_no_more_than_asked_for(
    tracker_store: Store,
) -> None:
    partition = a_partition(tracker_store)
    orders = ["order/3", "order/1", "order/2", "order/open"]
    for id in orders:
        an_order(partition, id.removeprefix("order/"))
    subjects = [partition.table.subjects[id] for id in orders]
    documents = [
        subject_document(subject, 0, 0, settled=subject.id != "order/open") for subject in subjects
    ]
    tracker_store.commit(partition.owner, Commit(progress(), documents=documents))
    newest = [subject.id for subject in tracker_store.settled_subjects(SETS, 2)]
    assert newest == ["order/2", "order/1"]
    assert len(list(tracker_store.settled_subjects(SETS, 1_000))) == 3


def test_a_young_subject_is_there_for_the_next_owner_and_has_no_document(store: AnyStore) -> None:
    first = a_partition(store, young_for=HOUR)
    an_order(first, "1")
    first.commit()
    assert not list(store.open_subjects(0))
    assert not list(store.subjects(["order/1"], SETS))
    second = a_partition(store, young_for=HOUR)
    second.commit()  # which may not take the first one's segments away
    assert [subject.id for subject in store.young_subjects(0, SETS)] == ["order/1"]
    assert second.table.subjects["order/1"].events == first.table.subjects["order/1"].events


def test_the_newest_segment_counts(store: AnyStore) -> None:
    partition = a_partition(store, young_for=HOUR)
    an_order(partition, "1")
    partition.commit()
    an_order(partition, "1")
    partition.commit()
    (subject,) = store.young_subjects(0, SETS)
    assert len(subject.events) == 2


def test_a_subject_that_grew_up_is_read_from_its_document(store: AnyStore) -> None:
    partition = a_partition(store, young_for=HOUR)
    an_order(partition, "1")
    partition.commit()
    partition.advance(START + HOUR - 1, 0)
    partition.commit()
    assert [subject.id for subject in store.young_subjects(0, SETS)] == ["order/1"]
    partition.advance(START + HOUR, 0)
    partition.commit()
    assert not list(store.young_subjects(0, SETS))
    assert [subject.id for subject in store.open_subjects(0)] == ["order/1"]


def test_segments_stay_while_a_subject_in_them_is_young_and_those_of_other_partitions_too(
    store: AnyStore,
) -> None:
    zero, one = (a_partition(store, number=n, partitions=2, young_for=HOUR) for n in (0, 1))
    first, second = islice(orders_of(0), 2)
    other = next(orders_of(1))
    an_order(zero, first)
    an_order(one, other)
    for partition in (zero, one):
        partition.commit()
    an_order(zero, second, START + HOUR - 1)
    zero.commit()
    zero.advance(START + HOUR, 0)
    zero.commit()
    assert [each.id for each in store.young_subjects(0, SETS)] == [f"order/{second}"]
    assert [each.id for each in store.young_subjects(1, SETS)] == [f"order/{other}"]
