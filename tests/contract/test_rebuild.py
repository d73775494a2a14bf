"""What was lost in mongod is made again, wherever a rebuild was interrupted, and nobody is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from services.shared.bus import Received
from services.shared.events.operations import PickStarted
from services.shared.mongo import Row
from services.shared.settings import Settings
from services.tracker.agreement_files import read_texts
from services.tracker.archive.files import documents
from services.tracker.archive.moving import Archiver
from services.tracker.core.promises import Announced, settled_state
from services.tracker.core.sets import AgreementSets
from services.tracker.core.verdicts import Kind
from services.tracker.errors import BeingRebuilt, Fenced
from services.tracker.handlers import Partition
from services.tracker.rebuild.making import Remaking
from services.tracker.rebuild.rebuilding import Rebuilt, rebuild
from services.tracker.rows import day_of
from services.tracker.store import Store
from tests.agreed import an_agreement_text
from tests.archiving import BEFORE, cancelled
from tests.tracking import (
    HOUR,
    ORDER,
    START,
    a_partition,
    agreement_sets,
    heartbeats,
    paid,
    placed,
    received,
    tell,
)

DERIVED = ("tracker.subjects", "tracker.promises", "tracker.segments")
AFTER = day_of(START + 40 * HOUR) + 1
SHIP = f"{ORDER}~ship~payment_id=p-1"
STEPS = ("take_over", "grow_up", "put_back", "commit", "conclude", "finish")


class Died(Exception):
    """The process is gone."""


@dataclass
class World:
    """A tracker's database, its topics and its archive."""

    base: Any
    store: Store
    making: Remaking
    settings: Settings
    archive: Path
    archiver: Archiver
    topics: list[Received] = field(default_factory=list)

    def hear(self, partition: Partition, *records: Received) -> None:
        self.topics += records
        tell(partition, *records)

    def live(self, partition: Partition, until: int) -> None:
        self.hear(partition, *heartbeats(until))
        partition.advance(until, until)
        partition.commit()

    def lose(self) -> None:
        for name in DERIVED:
            self.base[name].delete_many({})

    def rebuild(self, sets: AgreementSets | None = None) -> Rebuilt:
        archived, making = documents(self.archive), self.making
        if sets:
            making = Remaking(self.base.client, self.base.name, self.store, sets)
        known = sets or agreement_sets()
        return rebuild(making, known, self.settings, archived, lambda: self.topics)

    def promises(self) -> dict[str, tuple[object, ...]]:
        """How each promise stands."""
        ids = [row["_id"] for row in self.base["tracker.subjects"].find()]
        return {
            id: (settled_state(each), each.due_by, each.announced, each.breached_at)
            for subject in self.store.subjects(ids, agreement_sets())
            for id, each in subject.promises.items()
        }

    def rows(self, name: str) -> list[Row]:
        return sorted(self.base[name].find(), key=lambda row: str(row["_id"]))


@pytest.fixture
def world(
    client: "MongoClient[Row]", fresh_database: Settings, tracker_store: Store, tmp_path: Path
) -> World:
    database, sets = fresh_database.mongo.database, agreement_sets()
    return World(
        client[database],
        tracker_store,
        Remaking(client, database, tracker_store, sets),
        fresh_database.model_copy(update={"partitions": 1}),
        tmp_path,
        Archiver(client, database, sets, tmp_path),
    )


@pytest.fixture
def lived(world: World) -> Partition:
    """An order that is late and was warned of, one that is paid, one that was cancelled."""
    partition = a_partition(world.store)
    world.hear(partition, placed(), placed(subject="order/paid"), placed(subject="order/gone"))
    world.live(partition, START + 2 * HOUR)
    world.hear(partition, cancelled(START + 2 * HOUR + 1, "order/gone"))
    world.live(partition, START + 40 * HOUR)
    return partition


def told_since(partition: Partition, until: int) -> list[tuple[str, str]]:
    """What people are told when time passes."""
    tell(partition, *heartbeats(until))
    partition.advance(until, until)
    commit = partition.commit()
    return sorted((each.promise_id, each.kind) for each in commit.verdicts if each.publish)


def test_everything_that_was_lost_is_there_again_and_nobody_is_told(
    world: World, lived: Partition
) -> None:
    before, listed = world.promises(), world.rows("tracker.promises")
    assert {each[2] for each in before.values()} > {None}  # something was announced
    waiting, records = world.rows("tracker.outbox"), world.rows("tracker.verdicts")
    world.lose()
    assert world.rebuild() == Rebuilt(0, 3)
    assert (world.promises(), world.rows("tracker.promises")) == (before, listed)
    assert told_since(a_partition(world.store), START + 40 * HOUR) == []
    assert (world.rows("tracker.outbox"), world.rows("tracker.verdicts")) == (waiting, records)


def test_what_comes_next_is_told_as_if_nothing_had_been_lost(
    world: World, lived: Partition
) -> None:
    told = {row["promise_id"]: row["revision"] for row in world.rows("tracker.verdicts")}
    world.lose()
    world.rebuild()
    partition = a_partition(world.store)
    tell(partition, cancelled(START + 41 * HOUR))
    commit = partition.commit()
    ends = [each for each in commit.verdicts if each.publish]
    assert {each.kind for each in ends} == {Kind.CANCELLED}
    assert all(each.revision > told[each.promise_id] for each in ends)
    assert ("order/paid~deliver-order", Kind.BREACHED) in told_since(partition, START + 50 * HOUR)


def test_what_lies_beyond_the_stored_position_is_left_to_the_tracker(
    world: World, lived: Partition
) -> None:
    world.topics.append(paid(START + 41 * HOUR))
    world.lose()
    world.rebuild()
    (subject,) = world.store.subjects([ORDER], agreement_sets())
    assert "finance.PaymentApproved" not in {event.type for event in subject.events}


def test_a_subject_that_topics_hold_no_longer_stays(world: World, lived: Partition) -> None:
    before = world.promises()
    del world.topics[:3]
    world.rebuild()
    assert world.promises() == before


def test_archived_subjects_come_back_and_their_events_count_once(
    world: World, lived: Partition
) -> None:
    before = world.promises()
    assert world.archiver.move(AFTER).deleted == 1
    world.lose()
    assert world.rebuild() == Rebuilt(1, 2)
    assert world.promises() == before
    (gone,) = world.store.subjects(["order/gone"], agreement_sets())
    assert len(gone.events) == 2


def test_an_archived_subject_that_is_in_mongo_as_well_stays_as_it_is_there(world: World) -> None:
    partition = a_partition(world.store)
    tell(partition, placed(), cancelled(START + 1))
    partition.commit()
    world.archiver.move(BEFORE)
    tell(partition, placed(START + HOUR))
    partition.commit()
    before = world.promises()
    assert world.rebuild().put_back == 0
    assert world.promises() == before
    (subject,) = world.store.subjects([ORDER], agreement_sets())
    assert [event.occurred_at for event in subject.events] == [START + HOUR]


def test_what_lay_in_segments_has_a_document_afterwards(world: World) -> None:
    partition = a_partition(world.store, young_for=HOUR)
    world.hear(partition, placed())
    partition.commit()
    world.topics.clear()
    world.rebuild()
    assert world.rows("tracker.segments") == []
    assert {id: each[0] for id, each in world.promises().items()} == {
        f"{ORDER}~approve-payment": None,
        f"{ORDER}~deliver-order": None,
    }


def test_a_second_rebuild_changes_nothing(world: World, lived: Partition) -> None:
    world.lose()
    world.rebuild()
    before = [world.rows(name) for name in DERIVED]
    assert world.rebuild() == Rebuilt(0, 0)
    assert [world.rows(name) for name in DERIVED] == before


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_rebuild_that_died_is_given_again_and_comes_to_the_same(
    world: World,
    lived: Partition,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    after: bool,
) -> None:
    before, listed = world.promises(), world.rows("tracker.promises")
    assert world.archiver.move(AFTER).deleted == 1
    world.lose()
    with monkeypatch.context() as patched:
        patched.setattr(world.making, step, _dying(getattr(world.making, step), after))
        with pytest.raises(Died):
            world.rebuild()
    world.rebuild()
    assert (world.promises(), world.rows("tracker.promises")) == (before, listed)
    assert told_since(a_partition(world.store), START + 40 * HOUR) == []


def _dying(work: Callable[..., Any], after: bool) -> Callable[..., Any]:
    def die(*given: Any) -> None:  # noqa: ANN401 - of any step
        if after:
            work(*given)
        raise Died

    return die


def test_nobody_follows_a_partition_before_its_rebuild_has_come_to_its_end(
    world: World, lived: Partition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.making, "conclude", _dying(world.making.conclude, False))
    with pytest.raises(Died):
        world.rebuild()
    with pytest.raises(BeingRebuilt):
        a_partition(world.store)
    monkeypatch.undo()
    world.rebuild()
    a_partition(world.store)
    assert list(world.store.open_subjects(0))


def test_whoever_followed_the_partition_before_can_commit_no_more(
    world: World, lived: Partition
) -> None:
    world.rebuild()
    tell(lived, cancelled(START + 41 * HOUR))
    with pytest.raises(Fenced):
        lived.commit()


def test_a_rebuild_that_another_one_took_over_from_does_not_let_trackers_in(
    world: World, lived: Partition
) -> None:
    (owner,) = world.making.take_over()
    world.making.take_over()
    with pytest.raises(Fenced):
        world.making.finish(owner)
    with pytest.raises(BeingRebuilt):
        a_partition(world.store)


def test_a_warning_is_known_again_though_no_revision_tells_that_it_is_missing(
    world: World,
) -> None:
    """An acknowledgement counts as the warning did, and has no record."""
    text = an_agreement_text(
        acknowledge="{on: operations.PickStarted, within: 40 hours}", warn="[50%]"
    )
    sets = AgreementSets((read_texts({"ship.yaml": text}).active(0),))
    partition = a_partition(world.store, sets=lambda: sets)
    world.hear(partition, paid(START))
    world.live(partition, START + 25 * HOUR)
    picked = PickStarted("north")
    at = START + 25 * HOUR + 1
    world.hear(partition, received(picked, type="operations.PickStarted", subject=ORDER, at=at))
    world.live(partition, START + 26 * HOUR)
    world.lose()
    world.rebuild(sets)
    (subject,) = world.store.subjects([ORDER], sets)
    assert subject.promises[SHIP].announced is Announced.WARNED
    again = a_partition(world.store, sets=lambda: sets)
    assert told_since(again, START + 26 * HOUR) == []
