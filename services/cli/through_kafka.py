"""A replay through the real thing: Kafka, mongod and the tracker, on the clock of the data.

The stack is the command's own and starts empty, so that what comes out follows from the data alone.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc
from handoff.v1 import tracker_pb2, tracker_pb2_grpc

from services.cli.errors import CommandFailed
from services.insights.replay import Outcome, PromiseRow, Replayed, in_order
from services.local.stack import LocalStack
from services.shared import rpc
from services.shared.bus_kafka import KafkaPublisher
from services.shared.clock import Instant
from services.shared.settings import Settings, load
from services.simulator.driver import drive
from services.simulator.importers.history import History, Told
from services.tracker.agreement_files import AgreementFolder
from services.tracker.core.subject import Skipped

STANDSTILL_LIMIT_S = 120.0
LOOK_EVERY_S = 0.2
ASKED_AT_ONCE = 8
_OUTCOMES = {
    tracker_pb2.PROMISE_STATE_KEPT: Outcome.KEPT,
    tracker_pb2.PROMISE_STATE_KEPT_LATE: Outcome.KEPT_LATE,
    tracker_pb2.PROMISE_STATE_BREACHED: Outcome.BREACHED,
    tracker_pb2.PROMISE_STATE_CANCELLED: Outcome.CANCELLED,
    tracker_pb2.PROMISE_STATE_RELEASED: Outcome.CANCELLED,
}


def through_kafka(
    history: History,
    agreements: AgreementFolder,
    until: Instant,
    folded: Callable[[int], object] = lambda events: None,
) -> Replayed:
    """Every promise as the tracker has it at `until`; raises CommandFailed if it stands still.

    The stack lives in a folder of its own below HANDOFF_HOME, which goes with it.
    """
    settings = load(Settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        home = opened.enter_context(TemporaryDirectory(prefix="replay-", dir=settings.home))
        own = Settings(home=Path(home), partitions=settings.partitions, clock="heartbeats")
        stack = LocalStack(own, cache=settings.home / "cache", prefer_usual_ports=False)
        opened.enter_context(stack)
        stack.start_services(["tracker"], tracker_environment(own, agreements))
        with closing(KafkaPublisher(stack.settings.kafka, "replay")) as publisher:
            drive(history, until, publisher, own, folded)
        with rpc.sync_channel(stack.settings.endpoints.tracker.grpc_address) as channel:
            tracker = tracker_pb2_grpc.TrackerServiceStub(channel)
            wait_until_folded(tracker, own, until)
            return replayed(tracker, history, until)


def tracker_environment(settings: Settings, agreements: AgreementFolder) -> dict[str, str]:
    """What a tracker is told to follow the heartbeats of a history under these agreements."""
    folder = settings.home / "agreements"
    folder.mkdir(parents=True)
    for name, text in agreements.texts.items():
        (folder / name).write_text(text)
    return {
        "HANDOFF_CLOCK": settings.clock,
        "HANDOFF_PARTITIONS": str(settings.partitions),
        "HANDOFF_AGREEMENTS": str(folder),
    }


def wait_until_folded(
    tracker: tracker_pb2_grpc.TrackerServiceStub, settings: Settings, until: Instant
) -> None:
    """Until every partition has folded each party's heartbeat of `until`."""
    moved_at, seen = time.monotonic(), -1
    while time.monotonic() - moved_at < STANDSTILL_LIMIT_S:
        time.sleep(LOOK_EVERY_S)
        partitions = _progress(tracker)
        complete = [
            partition.complete_through[party].ToMicroseconds() >= until
            for partition in partitions
            for party in settings.heartbeating_parties
        ]
        if len(partitions) == settings.partitions and all(complete):
            return
        read = sum(sum(partition.positions.values()) for partition in partitions)
        if read != seen:
            moved_at, seen = time.monotonic(), read
    raise CommandFailed(
        f"The tracker has not moved for {STANDSTILL_LIMIT_S:g} s after {max(seen, 0)} records;"
        " run again with HANDOFF_LOG=text to see what it says."
    )


def _progress(
    tracker: tracker_pb2_grpc.TrackerServiceStub,
) -> Sequence[tracker_pb2.PartitionProgress]:
    try:
        return list(tracker.GetProgress(tracker_pb2.GetProgressRequest()).partitions)
    except grpc.RpcError:
        return []  # it starts, or starts again


def replayed(
    tracker: tracker_pb2_grpc.TrackerServiceStub, history: History | Sequence[Told], until: Instant
) -> Replayed:
    """What the tracker has of every subject that the history tells of."""
    subjects = sorted({envelope.subject for envelope, _ in history})
    with ThreadPoolExecutor(ASKED_AT_ONCE) as asking:
        answers = list(
            asking.map(
                lambda subject: tracker.GetSubject(tracker_pb2.GetSubjectRequest(subject=subject)),
                subjects,
            )
        )
    return Replayed(
        in_order(_row(promise) for answer in answers for promise in answer.promises),
        until,
        len(history),
        Counter(
            (skipped.agreement, Skipped(skipped.reason))
            for answer in answers
            for skipped in answer.skipped
        ),
    )


def _row(promise: tracker_pb2.Promise) -> PromiseRow:
    settled = promise.HasField("settled_at")
    return PromiseRow(
        promise.subject,
        promise.agreement,
        promise.owed_by,
        promise.owed_to,
        promise.opened_at.ToMicroseconds(),
        promise.due_by.ToMicroseconds(),
        promise.settled_at.ToMicroseconds() if settled else None,
        _OUTCOMES.get(promise.state, Outcome.OPEN),
    )
