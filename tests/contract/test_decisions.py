"""What is kept in the partition documents about stopped partitions, and who is fenced by it."""

from collections.abc import Iterator

import pytest

from services.shared import mongo
from services.shared.settings import Settings
from services.tracker.decisions import Decisions
from services.tracker.errors import Fenced
from services.tracker.exchange import Commit
from services.tracker.ingest.protecting import Stored
from services.tracker.store import Store

SALES, FINANCE = "handoff.sales.v1", "handoff.finance.v1"
POSITIONS, IDS = {SALES: 17, FINANCE: 4}, {SALES: "s1", FINANCE: "f1"}
PROGRESS = {"positions": POSITIONS, "topic_ids": IDS, "complete_through": {}}


@pytest.fixture
def decisions(fresh_database: Settings) -> Iterator[Decisions]:
    with mongo.connect(fresh_database.mongo) as client:
        yield Decisions(client, fresh_database.mongo.database)


def test_nothing_is_stored_of_a_partition_that_was_never_taken(decisions: Decisions) -> None:
    assert decisions.stored(3) == Stored(3)


def test_what_a_tracker_commits_is_what_is_stored(
    decisions: Decisions, tracker_store: Store
) -> None:
    owner = tracker_store.take_over(3, "a", "here")
    tracker_store.commit(owner, Commit(PROGRESS))
    assert decisions.stored(3) == Stored(3, 1, 1, POSITIONS, IDS)
    assert decisions.all() == [decisions.stored(3)]
    assert tracker_store.take_over(3, "b", "there").topic_ids == IDS


def test_a_lost_topic_is_remembered_by_the_next_owner_too(
    decisions: Decisions, tracker_store: Store
) -> None:
    tracker_store.take_over(3, "a", "here")
    decisions.lose(decisions.stored(3), [SALES])
    decisions.lose(decisions.stored(3), [SALES, FINANCE])
    owner = tracker_store.take_over(3, "b", "there")
    tracker_store.commit(owner, Commit(PROGRESS))
    assert decisions.stored(3).lost == {SALES, FINANCE}


def test_a_decision_is_what_is_stored_from_then_on(
    decisions: Decisions, tracker_store: Store
) -> None:
    owner = tracker_store.take_over(3, "a", "here")
    tracker_store.commit(owner, Commit(PROGRESS))
    decisions.lose(decisions.stored(3), [SALES, FINANCE])
    assert decisions.decide(decisions.stored(3), {SALES: 20}, {SALES: "s2"})
    assert decisions.stored(3) == Stored(
        3,
        epoch=2,
        seq=1,
        positions={SALES: 20, FINANCE: 4},
        topic_ids={SALES: "s2", FINANCE: "f1"},
        lost=frozenset({FINANCE}),
    )


def test_a_decision_fences_whoever_reads_the_partition(
    decisions: Decisions, tracker_store: Store
) -> None:
    owner = tracker_store.take_over(3, "a", "here")
    assert decisions.decide(decisions.stored(3), {SALES: 20}, {SALES: "s2"})
    with pytest.raises(Fenced):
        tracker_store.commit(owner, Commit(PROGRESS))
    assert decisions.stored(3).positions == {SALES: 20}


def test_a_decision_about_what_has_moved_meanwhile_is_none(
    decisions: Decisions, tracker_store: Store
) -> None:
    owner = tracker_store.take_over(3, "a", "here")
    seen = decisions.stored(3)
    tracker_store.commit(owner, Commit(PROGRESS))
    committed = decisions.stored(3)
    assert not decisions.decide(seen, {SALES: 20}, {})
    assert decisions.stored(3) == committed
    tracker_store.take_over(3, "b", "there")
    assert not decisions.decide(committed, {SALES: 20}, {})


def test_a_tracker_that_is_late_does_not_undo_a_decision(
    decisions: Decisions, tracker_store: Store
) -> None:
    tracker_store.take_over(3, "a", "here")
    seen = decisions.stored(3)
    assert decisions.decide(seen, {SALES: 20}, {SALES: "s2"})
    decisions.lose(seen, [SALES])
    assert decisions.stored(3).lost == frozenset()
