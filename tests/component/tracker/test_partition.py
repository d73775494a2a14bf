"""One partition of the tracker whole, in memory: what it does with records, time and its store."""

from typing import Any

import pytest
from msgspec import structs

from services.shared.bus import Received, Record
from services.shared.clock import SECOND
from services.shared.events.envelope import Retracted
from services.shared.events.sales import OrderCancelled
from services.shared.relay import heartbeat
from services.shared.subjects import partition_of
from services.tracker.core.verdicts import Kind
from services.tracker.errors import Fenced
from tests.tracking import (
    HOUR,
    ORDER,
    PARTIES,
    START,
    MemoryTrackerStore,
    a_partition,
    event_ids,
    heartbeats,
    paid,
    pass_time,
    placed,
    received,
    tell,
)


def kinds(store: MemoryTrackerStore) -> list[Kind]:
    return [verdict.kind for verdict in store.verdicts.values()]


def reasons(store: MemoryTrackerStore) -> list[str]:
    return [row.record.value.decode() for row in store.outgoing.values()]


@pytest.fixture
def store() -> MemoryTrackerStore:
    return MemoryTrackerStore()


def test_a_payment_that_nobody_approves_is_warned_of_and_then_breached(
    store: MemoryTrackerStore,
) -> None:
    partition = a_partition(store)
    tell(partition, placed())
    pass_time(partition, START + 2 * HOUR)
    pass_time(partition, START + 4 * HOUR + 2 * SECOND)
    partition.commit()
    told = [v for v in store.verdicts.values() if v.promise_id == f"{ORDER}~approve-payment"]
    assert [verdict.kind for verdict in told] == [Kind.OPENED, Kind.WARNED, Kind.BREACHED]


def test_nothing_is_breached_while_a_party_may_still_tell_of_the_evidence(
    store: MemoryTrackerStore,
) -> None:
    partition = a_partition(store)
    tell(partition, placed())
    late = START + 4 * HOUR + 60 * SECOND
    behind = [beat for beat in heartbeats(late) if "finance" not in beat.topic]
    tell(partition, *behind)
    partition.advance(late, late)
    partition.commit()
    assert Kind.BREACHED not in kinds(store)


def test_a_party_that_was_silent_for_three_minutes_leaves_its_promise_unknown(
    store: MemoryTrackerStore,
) -> None:
    partition = a_partition(store)
    tell(partition, placed())
    due = START + 4 * HOUR
    pass_time(partition, due - SECOND)
    partition.advance(due + 178 * SECOND, due + 178 * SECOND)
    partition.commit()
    assert Kind.UNKNOWN not in kinds(store)
    partition.advance(due + 179 * SECOND, due + 179 * SECOND)
    partition.commit()
    assert kinds(store)[-1] is Kind.UNKNOWN


@pytest.mark.parametrize(("silent_for", "last"), [(179, Kind.WARNED), (180, Kind.UNKNOWN)])
def test_in_a_simulation_a_party_is_silent_that_lets_time_pass_and_tells_nothing(
    store: MemoryTrackerStore, silent_for: int, last: Kind
) -> None:
    partition = a_partition(store, now=0, simulated=True)
    due = START + 4 * HOUR
    now = due - SECOND + silent_for * SECOND
    tell(partition, placed(), *heartbeats(due - SECOND))
    partition.advance(0, 0)
    silent = [heartbeat("finance", "test", due - SECOND, 0, now)]
    tell(partition, *heartbeats(now, parties=set(PARTIES) - {"finance"}), *map(read, silent))
    partition.advance(0, 0)
    partition.commit()
    assert partition.clock(0) == now
    told = [v for v in store.verdicts.values() if v.promise_id == f"{ORDER}~approve-payment"]
    assert told[-1].kind is last


def read(record: Record) -> Received:
    return Received(record.topic, 0, 10**9, record.key, record.value, (), 0)


def test_what_was_not_committed_is_read_again_and_counts_once(store: MemoryTrackerStore) -> None:
    first = a_partition(store)
    order, payment = placed(), paid(START + HOUR)
    tell(first, order)
    first.commit()
    tell(first, payment)
    second = a_partition(store)
    tell(second, order, payment)
    second.commit()
    assert kinds(store).count(Kind.KEPT) == 1
    assert len(event_ids(store.subject_documents[ORDER]["packed"])) == 2


def test_an_owner_that_was_replaced_can_write_nothing_more(store: MemoryTrackerStore) -> None:
    first = a_partition(store)
    tell(first, placed())
    second = a_partition(store)
    with pytest.raises(Fenced):
        first.commit()
    assert not store.subject_documents
    tell(second, placed())
    second.commit()
    assert store.fenced == 1


def test_a_commit_that_is_behind_is_refused_within_the_same_epoch(
    store: MemoryTrackerStore,
) -> None:
    partition = a_partition(store)
    before = partition.owner
    tell(partition, placed())
    partition.commit()
    partition.commit()
    tell(partition, paid(START + HOUR))
    with pytest.raises(Fenced):
        store.commit(before, partition.begin_commit())


def test_a_settled_subject_leaves_memory_and_a_late_duplicate_does_not_reopen_it(
    store: MemoryTrackerStore,
) -> None:
    partition = a_partition(store)
    retracted = received(
        Retracted(b"\x01" * 16, "typed twice"),
        type="handoff.Retracted",
        party="sales",
        subject=ORDER,
        at=START + HOUR,
    )
    order = placed(id=b"\x01" * 16)
    tell(partition, order, retracted)
    partition.commit()
    assert ORDER not in partition.table.subjects
    verdicts = dict(store.verdicts)
    tell(partition, order)
    partition.commit()
    assert store.verdicts == verdicts
    assert ORDER not in partition.table.subjects


def test_what_a_commit_has_settled_is_learned_from_and_what_is_open_is_not(
    store: MemoryTrackerStore,
) -> None:
    learned: list[str] = []
    partition = a_partition(
        store, learn=lambda settled, sets: learned.extend(each.id for each in settled)
    )
    cancelled = received(
        OrderCancelled("typed twice"),
        type="sales.OrderCancelled",
        subject=ORDER,
        at=START + HOUR,
    )
    tell(partition, placed(), placed(subject="order/open"), cancelled)
    assert not learned
    partition.commit()
    assert learned == [ORDER]


def test_the_same_id_with_other_content_is_dead_lettered_and_the_first_stands(
    store: MemoryTrackerStore,
) -> None:
    partition = a_partition(store)
    tell(partition, placed(id=b"\x07" * 16), placed(START + HOUR, id=b"\x07" * 16))
    partition.commit()
    assert reasons(store) == ["id_conflict"]
    assert len(event_ids(store.subject_documents[ORDER]["packed"])) == 1


def test_a_subject_that_begins_in_the_wrong_partition_is_dead_lettered(
    store: MemoryTrackerStore,
) -> None:
    right = partition_of(ORDER, 4)
    astray = a_partition(store, number=(right + 1) % 4, partitions=4)
    at_home = a_partition(store, number=right, partitions=4)
    tell(astray, placed())
    tell(at_home, placed())
    astray.commit()
    at_home.commit()
    assert reasons(store) == ["wrong_partition"]
    assert ORDER in store.subject_documents


def test_what_tells_of_a_subject_of_another_partition_is_dead_lettered_though_it_is_known(
    store: MemoryTrackerStore,
) -> None:
    right = partition_of(ORDER, 4)
    at_home = a_partition(store, number=right, partitions=4)
    tell(at_home, placed())
    at_home.commit()
    astray = a_partition(store, number=(right + 1) % 4, partitions=4)
    tell(astray, paid(START + HOUR))
    astray.commit()
    assert reasons(store) == ["wrong_partition"]
    assert store.subject_documents[ORDER]["partition"] == right


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"topic": "handoff.finance.v1"}, "wrong_party"),
        ({"party": "finance", "topic": "handoff.sales.v1"}, "wrong_party"),
        ({"key": b"order/1"}, "wrong_key"),
        ({"subject": "case/4711"}, "wrong_kind"),
        ({"subject": "order/47 11"}, "bad_subject"),
        ({"id": b"\x01" * 15}, "bad_id"),
        ({"at": -1}, "bad_time"),
        ({"actor": "a" * 1_025}, "too_long"),
        ({"customer": "c" * 70_000}, "too_large"),
    ],
)
def test_what_breaks_a_rule_is_dead_lettered_and_nothing_waits_behind_it(
    store: MemoryTrackerStore, wrong: dict[str, Any], reason: str
) -> None:
    partition = a_partition(store)
    tell(partition, placed(**wrong), placed(subject="order/next"))
    partition.commit()
    assert reasons(store) == [reason]
    assert "order/next" in store.subject_documents


def test_bytes_that_are_no_envelope_are_dead_lettered(store: MemoryTrackerStore) -> None:
    partition = a_partition(store)
    poison = Received("handoff.sales.v1", 0, 0, b"order/1", b"\xff\xfe", (), START)
    tell(partition, poison, placed())
    partition.commit()
    assert reasons(store) == ["undecodable"]
    assert ORDER in store.subject_documents


def test_a_partition_that_is_taken_over_knows_what_is_open_and_what_was_warned(
    store: MemoryTrackerStore,
) -> None:
    first = a_partition(store)
    tell(first, placed())
    pass_time(first, START + 2 * HOUR)
    first.commit()
    second = a_partition(store)
    pass_time(second, START + 2 * HOUR + SECOND)
    second.commit()
    assert kinds(store).count(Kind.WARNED) == 1
    pass_time(second, START + 5 * HOUR)
    second.commit()
    assert kinds(store).count(Kind.BREACHED) == 1


def test_an_event_from_the_future_that_comes_again_later_is_no_conflict(
    store: MemoryTrackerStore,
) -> None:
    partition = a_partition(store)
    ahead = placed(START + 24 * HOUR, id=b"\x09" * 16)
    for arrived_at in (START, START + HOUR):
        tell(partition, structs.replace(ahead, arrived_at=arrived_at))
    partition.commit()
    assert reasons(store) == []
    (subject,) = store.subjects([ORDER], partition.table.sets)
    assert [event.occurred_at for event in subject.events] == [START]
