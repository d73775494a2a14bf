"""What no agreement is there for is parked, and taken up when one comes."""

import pytest

from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event
from services.tracker.exchange import Rules, Told
from services.tracker.handlers import Partition
from services.tracker.opening import Identity, open_partition
from tests.promising import HOUR, ORDER, an_agreement, an_event, at, told
from tests.tracking import (
    NEVER,
    MemoryTrackerStore,
    announcement,
    heartbeats,
    nothing_learned,
    refusal,
)

NONE = AgreementSet("none", 0, (an_agreement(effective_from=at("12:00")),))
ONE = AgreementSet("one", at("15:00"), (an_agreement(within=8 * HOUR),))
APPROVED = an_event()


def a_partition(store: MemoryTrackerStore, *sets: AgreementSet, now: int) -> Partition:
    parties = ("sales", "operations", "finance", "support")
    rules = Rules(
        partitions=1,
        parties=parties,
        lateness={},
        simulated=False,
        announce=announcement,
        refuse=refusal,
        learn=nothing_learned,
        young_for=0,
        rests_after=NEVER,
    )
    known = AgreementSets(sets)
    return open_partition(store, lambda: known, rules, Identity("t", ""), 0, now)


def hear(partition: Partition, event: Event) -> list[str]:
    partition.fold([Told(heartbeats(0)[0], event.party, event, ORDER)], event.arrived_at)
    return [verdict.kind.value for verdict in partition.commit().verdicts]


@pytest.mark.parametrize("offset", [-1, 0])
def test_what_comes_before_the_agreement_holds_is_parked(offset: int) -> None:
    event = an_event(time=at("12:00") + offset)
    assert bool(told(event, sets=AgreementSets((NONE,))).rare.parked) is (offset < 0)


def test_a_set_that_becomes_known_takes_up_what_is_parked() -> None:
    store = MemoryTrackerStore()
    partition = a_partition(store, NONE, now=at("08:00"))
    assert hear(partition, APPROVED) == []
    assert store.subject_documents[ORDER]["parked"]
    partition._sets = lambda: AgreementSets((NONE, ONE))
    partition.fold([], at("15:00"))
    assert [verdict.kind for verdict in partition.commit().verdicts] == ["opened"]
    assert not store.subject_documents[ORDER]["parked"]
    assert partition.table.subjects[ORDER].promises


def test_a_set_that_became_known_while_nobody_watched_takes_up_what_is_parked() -> None:
    store = MemoryTrackerStore()
    hear(a_partition(store, NONE, now=at("08:00")), APPROVED)
    partition = a_partition(store, NONE, ONE, now=at("15:00"))
    partition.fold([], at("15:00"))
    assert [verdict.kind for verdict in partition.commit().verdicts] == ["opened"]
    assert store.subject_documents[ORDER]["open"]


def test_what_is_parked_in_a_batch_that_is_not_committed_is_taken_up_too() -> None:
    store = MemoryTrackerStore()
    partition = a_partition(store, NONE, now=at("08:00"))
    partition.fold([Told(heartbeats(0)[0], "finance", APPROVED, ORDER)], at("09:00"))
    partition._sets = lambda: AgreementSets((NONE, ONE))
    partition.fold([], at("15:00"))
    assert [verdict.kind for verdict in partition.commit().verdicts] == ["opened"]


def test_a_restart_without_a_new_set_leaves_what_is_parked() -> None:
    store = MemoryTrackerStore()
    hear(a_partition(store, NONE, now=at("08:00")), APPROVED)
    partition = a_partition(store, NONE, now=at("15:00"))
    partition.fold([], at("15:00"))
    assert partition.commit().verdicts == []
    assert not partition.table.subjects
