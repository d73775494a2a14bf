"""Settled subjects on their way from mongod into the archive, interrupted and beside a tracker."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from msgspec import structs
from pymongo import MongoClient

from services.shared.mongo import Row
from services.shared.settings import Settings
from services.tracker.archive import moving
from services.tracker.archive.files import documents
from services.tracker.archive.moving import Archiver, Moved
from services.tracker.core.subject import Skipped
from services.tracker.errors import ArchiveDamaged
from services.tracker.exchange import Commit
from services.tracker.packing import pack
from services.tracker.store import Store
from tests.archiving import BEFORE, DAY, archived_ids, cancelled, files_of, settled_order
from tests.tracking import HOUR, ORDER, START, a_partition, agreement_sets, paid, placed, tell

NewArchiver = Callable[..., Archiver]
LATER = START + 38 * DAY


class Died(Exception):
    """The process is gone."""


class Interrupted(Archiver):
    """Does `meanwhile` after a batch's file is there and before its documents are deleted."""

    meanwhile: Callable[[], None]

    def _delete(self, batch: Sequence[moving._Leaving]) -> int:
        self.meanwhile()
        return super()._delete(batch)


@pytest.fixture
def new_archiver(
    client: "MongoClient[Row]", fresh_database: Settings, tracker_store: Store, tmp_path: Path
) -> NewArchiver:
    def make(meanwhile: Callable[[], None] | None = None) -> Archiver:
        kind = Interrupted if meanwhile else Archiver
        made = kind(client, fresh_database.mongo.database, agreement_sets(), tmp_path)
        if isinstance(made, Interrupted) and meanwhile:
            made.meanwhile = meanwhile
        return made

    return make


@pytest.fixture
def subjects(client: "MongoClient[Row]", fresh_database: Settings) -> Callable[[], list[str]]:
    """The ids of the subjects that have a document."""
    rows = client[fresh_database.mongo.database]["tracker.subjects"]
    return lambda: sorted(row["_id"] for row in rows.find())


def died() -> None:
    raise Died


@pytest.mark.parametrize(("before", "moved"), [(BEFORE - 1, 0), (BEFORE, 1)])
def test_a_settled_subject_leaves_when_its_last_change_was_before_the_day(
    tracker_store: Store,
    new_archiver: NewArchiver,
    subjects: Callable[[], list[str]],
    tmp_path: Path,
    before: int,
    moved: int,
) -> None:
    settled_order(a_partition(tracker_store))
    assert new_archiver().move(before) == Moved(moved, moved)
    assert subjects() == [ORDER] * (1 - moved)
    assert archived_ids(tmp_path) == [ORDER] * moved


def test_an_open_subject_stays(
    tracker_store: Store, new_archiver: NewArchiver, subjects: Callable[[], list[str]]
) -> None:
    partition = a_partition(tracker_store)
    tell(partition, placed())
    partition.commit()
    assert new_archiver().move(BEFORE) == Moved()
    assert subjects() == [ORDER]


def test_a_file_says_how_each_promise_ended(
    tracker_store: Store, new_archiver: NewArchiver, tmp_path: Path
) -> None:
    settled_order(a_partition(tracker_store))
    new_archiver().move(BEFORE)
    (row,) = pq.read_table(tmp_path).to_pylist()
    assert (row["kind"], row["id"], row["events"]) == ("order", "4711", 2)
    assert row["settled_at"].timestamp() == (START + 1) / 1e6
    assert str(row["day"]) == row["changed_on"].isoformat() == "2027-01-15"
    assert [(each["agreement"], each["outcome"]) for each in row["promises"]] == [
        ("approve-payment", "cancelled"),
        ("deliver-order", "cancelled"),
    ]


def test_each_day_has_a_folder(
    tracker_store: Store, new_archiver: NewArchiver, tmp_path: Path
) -> None:
    partition = a_partition(tracker_store)
    settled_order(partition, "order/1")
    settled_order(partition, "order/2", START + DAY)
    new_archiver().move(BEFORE + 1)
    assert [path.parent.name for path in files_of(tmp_path)] == ["day=2027-01-15", "day=2027-01-16"]


def test_what_was_written_and_not_deleted_is_not_written_again(
    tracker_store: Store,
    new_archiver: NewArchiver,
    subjects: Callable[[], list[str]],
    tmp_path: Path,
) -> None:
    settled_order(a_partition(tracker_store))
    with pytest.raises(Died):
        new_archiver(died).move(BEFORE)
    assert (subjects(), archived_ids(tmp_path)) == ([ORDER], [ORDER])
    (written,) = files_of(tmp_path)
    before = written.stat().st_ino
    assert new_archiver().move(BEFORE) == Moved(1, 1)
    assert [path.stat().st_ino for path in files_of(tmp_path)] == [before]
    assert subjects() == []


def test_a_death_while_a_file_is_written_leaves_no_file_and_every_subject(
    tracker_store: Store,
    new_archiver: NewArchiver,
    subjects: Callable[[], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settled_order(a_partition(tracker_store))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", lambda *_: died())
        with pytest.raises(Died):
            new_archiver().move(BEFORE)
    assert (subjects(), files_of(tmp_path)) == ([ORDER], [])
    assert new_archiver().move(BEFORE) == Moved(1, 1)


def test_after_a_death_amid_the_deletion_every_subject_is_in_one_place_at_least(
    tracker_store: Store,
    new_archiver: NewArchiver,
    subjects: Callable[[], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    partition = a_partition(tracker_store)
    orders = [f"order/{n}" for n in range(4)]
    for order in orders:
        settled_order(partition, order)
    monkeypatch.setattr(moving, "DELETED_AT_ONCE", 2)
    archiver = new_archiver()
    delete, calls = archiver._delete_unchanged, iter([None])

    def once(some: Sequence[moving._Leaving], session: object) -> int:
        if next(calls, died) is died:
            died()
        return delete(some, session)  # type: ignore[arg-type]

    archiver._delete_unchanged = once  # type: ignore[method-assign]
    with pytest.raises(Died):
        archiver.move(BEFORE)
    assert len(subjects()) == 2
    assert {*archived_ids(tmp_path), *subjects()} == {*orders}
    new_archiver().move(BEFORE)
    assert subjects() == []
    assert {*archived_ids(tmp_path)} == {*orders}


def test_a_subject_that_changed_after_it_was_written_stays_in_mongo(
    tracker_store: Store, new_archiver: NewArchiver, subjects: Callable[[], list[str]]
) -> None:
    partition = a_partition(tracker_store)
    settled_order(partition, "order/1")
    settled_order(partition)

    def speak() -> None:
        tell(partition, paid(START + 2 * HOUR))
        partition.commit()

    assert new_archiver(speak).move(BEFORE) == Moved(2, 1)
    assert subjects() == [ORDER]


def test_a_subject_that_a_tracker_has_in_its_hands_is_written_again_as_a_whole(
    tracker_store: Store, new_archiver: NewArchiver, subjects: Callable[[], list[str]]
) -> None:
    partition = a_partition(tracker_store)
    settled_order(partition)
    tell(partition, paid(START + 2 * HOUR))
    assert new_archiver().move(BEFORE) == Moved(1, 1)
    partition.commit()
    assert subjects() == [ORDER]
    (subject,) = tracker_store.subjects([ORDER], agreement_sets())
    assert len(subject.events) == 3


def test_a_subject_whose_earlier_state_lies_in_a_segment_stays(
    tracker_store: Store, new_archiver: NewArchiver, subjects: Callable[[], list[str]]
) -> None:
    partition = a_partition(tracker_store, young_for=HOUR)
    tell(partition, placed(), placed(subject="order/young"))
    partition.commit()
    tell(partition, cancelled(START + 1))
    partition.commit()
    assert new_archiver().move(BEFORE) == Moved()
    assert subjects() == [ORDER]


def test_nothing_is_deleted_where_the_file_reads_otherwise_than_it_was_written(
    tracker_store: Store,
    new_archiver: NewArchiver,
    subjects: Callable[[], list[str]],
    tmp_path: Path,
) -> None:
    settled_order(a_partition(tracker_store))
    with pytest.raises(Died):
        new_archiver(died).move(BEFORE)
    (file,) = files_of(tmp_path)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ArchiveDamaged, match=file.name):
        new_archiver().move(BEFORE)
    assert subjects() == [ORDER]


def test_a_finding_that_nobody_has_to_act_on_leaves_the_list_with_its_subject(
    tracker_store: Store,
    new_archiver: NewArchiver,
    client: "MongoClient[Row]",
    fresh_database: Settings,
) -> None:
    partition = a_partition(tracker_store)
    tell(partition, placed(), cancelled(START + 1), paid(START + 2))
    partition.commit()
    listed = client[fresh_database.mongo.database]["tracker.promises"]
    assert [row["subject"] for row in listed.find()] == [ORDER]
    assert new_archiver().move(BEFORE) == Moved(1, 1)
    assert not list(listed.find())


def test_what_was_told_of_an_archived_subject_opens_nothing_when_it_comes_again(
    tracker_store: Store, new_archiver: NewArchiver
) -> None:
    partition = a_partition(tracker_store)
    order = placed()
    tell(partition, order, cancelled())
    partition.commit()
    new_archiver().move(BEFORE)
    tell(partition, structs.replace(order, arrived_at=LATER))
    subject = partition.table.subjects[ORDER]
    assert not subject.promises
    assert {*subject.rare.skipped.values()} == {Skipped.TOO_OLD}


def test_news_of_an_archived_subject_begin_it_anew_and_nothing_of_before_is_undone(
    tracker_store: Store, new_archiver: NewArchiver, tmp_path: Path
) -> None:
    partition = a_partition(tracker_store)
    settled_order(partition)
    before = pack(next(iter(tracker_store.subjects([ORDER], agreement_sets()))))
    new_archiver().move(BEFORE)
    tell(partition, placed(LATER))
    commit: Commit = partition.commit()
    subject = partition.table.subjects[ORDER]
    assert [len(subject.events), len(subject.promises)] == [1, 2]
    assert {each.opened_at for each in subject.promises.values()} == {LATER}
    assert not commit.outgoing
    assert [document["packed"] for document in documents(tmp_path)] == [before]
