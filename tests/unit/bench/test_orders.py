"""The promises of the peers in Python: the same verdicts, in whatever order topics are read."""

import random
from collections import defaultdict
from collections.abc import Iterable

from handoff.v1 import envelope_pb2, tracker_pb2

from services.shared.clock import SECOND
from tests.bench.peers.orders import Orders, Sent
from tests.bench.peers.records import Placed, records
from tests.bench.peers.workload import Told, Workload

SOME = Workload(orders=500, seed=3)
LONG = Workload(orders=500, seed=3, lasting=800)
START = 1_800_000_000 * SECOND
KINDS = {
    tracker_pb2.VERDICT_KIND_BREACHED: "breached",
    tracker_pb2.VERDICT_KIND_KEPT_LATE: "kept_late",
}


def test_read_in_order_of_commit_every_verdict_comes_once() -> None:
    assert _told(records(SOME, START, partitions=2)) == sorted(SOME.verdicts())


def test_read_with_topics_far_apart_the_verdicts_are_the_same() -> None:
    """Each topic's partition in its own order, at random against the others."""
    logs = defaultdict(list)
    for each in records(SOME, START, partitions=2):
        logs[each.party, each.partition].append(each)
    chance, read = random.Random(5), []
    for log in logs.values():
        log.reverse()
    while logs:
        place = chance.choice(list(logs))
        for _ in range(chance.randrange(1, 400)):
            read.append(logs[place].pop())
            if not logs[place]:
                del logs[place]
                break
    assert _told(read) == sorted(SOME.verdicts())


def test_nothing_is_broken_before_every_place_has_told_its_time() -> None:
    orders, sent = Orders(places=9), list[Sent]()
    for each in records(SOME, START, partitions=2):
        sent += orders.take(each.value, (each.party, each.partition))
    kinds = {tracker_pb2.Verdict.FromString(value).reason for _, value in sent}
    assert kinds == {"late_evidence", "deadline_passed"}
    assert len(sent) == 2 * sum(each.kind == "kept_late" for each in SOME.verdicts())


def test_only_orders_that_somebody_may_still_tell_of_are_kept() -> None:
    orders = Orders(places=8)
    for each in records(SOME, START, partitions=2):
        list(orders.take(each.value, (each.party, each.partition)))
    told = list(SOME.verdicts())
    never = {each.subject for each in told if each.kind == "breached"} - {
        each.subject for each in told if each.kind == "kept_late"
    }
    assert never <= orders.orders.keys()
    assert not orders.due


def test_what_is_due_in_days_stays_open_and_says_nothing() -> None:
    orders, sent = Orders(places=8), 0
    for each in records(LONG, START, partitions=2):
        sent += len(list(orders.take(each.value, (each.party, each.partition))))
    assert sent == sum(1 for _ in SOME.verdicts())
    open_for_days = {f"order/{500 + number}" for number in range(800)}
    assert open_for_days <= orders.orders.keys()
    assert {subject for _, subject, _ in orders.due} == open_for_days


def test_an_order_that_is_told_of_all_that_it_waited_for_is_forgotten() -> None:
    orders = Orders(places=1)
    for type in ("finance.RefundApproved", "support.RefundRequested"):
        envelope = envelope_pb2.Envelope(type=type, subject="order/1", occurred_at=START)
        list(orders.take(envelope.SerializeToString(), 0))
        assert bool(orders.orders) == (type == "finance.RefundApproved")


def _told(placed: Iterable[Placed]) -> list[Told]:
    orders, told = Orders(places=8), []
    for each in placed:
        for _, value in orders.take(each.value, (each.party, each.partition)):
            verdict = tracker_pb2.Verdict.FromString(value)
            told.append(Told(verdict.subject, verdict.agreement, KINDS[verdict.kind]))
    return sorted(told)
