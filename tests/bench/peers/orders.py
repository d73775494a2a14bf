"""The promises in plain Python, for the peers that bring no timers by the data's time.

Order independent, like the Java of the other peers; a dictionary, a heap of deadlines, and how far
each place that is read has been told completely.
"""

import heapq
import os
import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import envelope_pb2, tracker_pb2

from services.shared.clock import SECOND, Instant
from tests.bench.peers.steps import KEEPS, LASTING, STEPS, USUAL

COMMIT_MARGIN = 2 * SECOND
HEARTBEAT = "handoff.Heartbeat"
STEP_OF = {step.type: number for number, step in enumerate(STEPS)}
STEP_SHIFT = 56
"""Moments have fewer bits than that, for a thousand years."""
BROKEN_SHIFT = len(STEPS)
TOGETHER = (
    sum(1 << number for number in USUAL),
    *(1 << number | 1 << STEPS[number].kept_by for number in LASTING),
)
"""Events that are awaited where one of them was told, as bits."""

Sent = tuple[bytes, bytes]
"""Key and value of a verdict's record."""


@dataclass(slots=True)
class Orders:
    """Orders that are not over; `places` is how many partitions of topics tell of them.

    An order is a number for each event that was told, its step above the moment, after one that has
    a bit for each of them and for each promise that was broken. `due` keeps deadlines of promises
    that were kept meanwhile.
    """

    places: int
    orders: dict[str, list[int]] = field(default_factory=dict)
    due: list[tuple[Instant, str, int]] = field(default_factory=list)
    complete_through: dict[Hashable, Instant] = field(default_factory=dict)

    def take(self, value: bytes, place: Hashable) -> Iterator[Sent]:
        """The verdicts that follow from one record."""
        envelope = envelope_pb2.Envelope.FromString(value)
        if envelope.type == HEARTBEAT:
            beat = envelope_pb2.Heartbeat.FromString(envelope.body)
            return self._pass_deadlines(place, beat.complete_through.ToMicroseconds())
        step = STEP_OF.get(envelope.type)
        if step is None:
            return iter(())
        return self._tell(envelope.subject, step, envelope.occurred_at)

    def _tell(self, subject: str, step: int, at: Instant) -> Iterator[Sent]:
        order = self.orders.setdefault(subject, [0])
        if order[0] & 1 << step:
            return
        order[0] |= 1 << step
        order.append(step << STEP_SHIFT | at)
        kept, opened = KEEPS.get(step), STEPS[step]
        if kept is not None and order[0] & 1 << kept:
            yield from self._settle(subject, order, kept)
        if opened.agreement and order[0] & 1 << opened.kept_by:
            yield from self._settle(subject, order, step)
        elif opened.agreement:
            heapq.heappush(self.due, (at + opened.within, subject, step))
        if all(order[0] & each in (0, each) for each in TOGETHER):
            del self.orders[subject]

    def _settle(self, subject: str, order: list[int], promise: int) -> Iterator[Sent]:
        promised = STEPS[promise]
        due_by, at = _moment(order, promise) + promised.within, _moment(order, promised.kept_by)
        if at <= due_by:
            return
        yield from self._break(subject, order, promise, due_by)
        yield _sent(tracker_pb2.VERDICT_KIND_KEPT_LATE, subject, promise, due_by, at)

    def _break(
        self, subject: str, order: list[int], promise: int, due_by: Instant
    ) -> Iterator[Sent]:
        if not order[0] & 1 << BROKEN_SHIFT + promise:
            order[0] |= 1 << BROKEN_SHIFT + promise
            yield _sent(tracker_pb2.VERDICT_KIND_BREACHED, subject, promise, due_by, due_by)

    def _pass_deadlines(self, place: Hashable, complete_through: Instant) -> Iterator[Sent]:
        self.complete_through[place] = complete_through
        if len(self.complete_through) < self.places:
            return
        safe = min(self.complete_through.values()) - COMMIT_MARGIN
        while self.due and self.due[0][0] <= safe:
            due_by, subject, promise = heapq.heappop(self.due)
            order = self.orders.get(subject)
            if order and not order[0] & 1 << STEPS[promise].kept_by:
                yield from self._break(subject, order, promise, due_by)


class Progress:
    """Says once each when the first record came and the one numbered in BENCH_MARK: from then on a
    peer is measured.
    """

    def __init__(self) -> None:
        self._read, self._mark = 0, int(os.environ["BENCH_MARK"])

    def came(self, records: int = 1) -> None:
        before = self._read
        self._read += records
        if not before:
            _say("first record")
        if before < self._mark <= self._read:
            _say("marked record")


def _say(what: str) -> None:
    print(f"{what} at {time.time_ns() // 1_000_000}", flush=True)


def _moment(order: list[int], step: int) -> Instant:
    """Of an event that was told."""
    told = next(each for each in order[1:] if each >> STEP_SHIFT == step)
    return told & (1 << STEP_SHIFT) - 1


def _sent(
    kind: "tracker_pb2.VerdictKind.ValueType",
    subject: str,
    promise: int,
    due_by: Instant,
    at: Instant,
) -> Sent:
    agreement = STEPS[promise].agreement
    breached = kind == tracker_pb2.VERDICT_KIND_BREACHED
    verdict = tracker_pb2.Verdict(
        kind=kind,
        reason="deadline_passed" if breached else "late_evidence",
        promise_id=f"{subject}~{agreement}",
        agreement=agreement,
        subject=subject,
        due_by=_stamp(due_by),
        occurred_at=_stamp(at),
        decided_at=_stamp(time.time_ns() // 1_000),
    )
    return subject.encode(), verdict.SerializeToString()


def _stamp(at: Instant) -> Timestamp:
    return Timestamp(seconds=at // SECOND, nanos=at % SECOND * 1_000)
