"""A company at work while each of its services in turn is killed: nothing lost, nothing twice."""

import os
import signal
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest
from handoff.v1 import tracker_pb2, tracker_pb2_grpc
from handoff.v1.tracker_pb2 import VerdictKind

from services.cli.through_kafka import replayed, wait_until_folded
from services.insights.replay import Outcome, Told, replay
from services.local.health import wait_for_services
from services.local.programs import SERVICES
from services.local.stack import LocalStack
from services.shared.bus import Received
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.codec import decode_envelope, decode_event
from services.shared.mongo import connect
from services.shared.rpc import sync_channel
from services.shared.subjects import DEPARTMENTS, HEARTBEAT_KEY, VERDICTS_TOPIC, topic_of
from services.simulator.departments import departments
from services.simulator.driver import beats
from services.simulator.scenes import Company, Outboxes
from services.tracker.agreement_files import load_folder, shipped
from tests.conftest import NewStack
from tests.e2e.webhook import Hook
from tests.polling import until
from tests.promising import HOUR

SEED = 24
"""Takes every step in the time there is, and gives each department work while it is away."""
TICK = HOUR
TICKS_A_SERVICE = 8
READY_DEADLINE_S = 90.0
DEADLINE_S = 60.0
LOOK_EVERY_S = 0.2
"""At all that a topic holds, each time."""


class Work:
    """The company's work on a stack, and what everybody made of it."""

    def __init__(self, stack: LocalStack, company: Company, publisher: KafkaPublisher) -> None:
        self.stack, self.company, self._publisher = stack, company, publisher
        self.now = company.starts_at

    def go_on(self, ticks: int) -> None:
        """Let the company work for so many ticks of simulated time."""
        for _ in range(ticks):
            self.now += TICK
            self.company.play(self.now)
            self.tell_the_time()

    def tell_the_time(self) -> None:
        self._publisher.publish(list(beats(self.stack.settings, self.now)))

    def kill(self, name: str) -> None:
        os.kill(self.stack.supervisor.processes()[name].pid, signal.SIGKILL)

    def records(self, *topics: str) -> list[Received]:
        """All that lies in these topics, heartbeats left out."""
        with closing(KafkaSubscriber(self.stack.settings.kafka, None, topics)) as subscriber:
            return [each for each in subscriber.read_to_end() if each.key != HEARTBEAT_KEY]


@pytest.fixture
def hook() -> Iterator[Hook]:
    with closing(Hook()) as hook:
        yield hook


@pytest.fixture
def work(new_stack: NewStack, hook: Hook) -> Iterator[Work]:
    stack = new_stack()
    stack.start_services(
        SERVICES,
        {
            "HANDOFF_CLOCK": "heartbeats",
            "HANDOFF_AGREEMENTS": str(shipped("default")),
            "HANDOFF_ALERTS__WEBHOOK_URL": hook.url,
        },
    )
    with ExitStack() as opened:
        publisher = opened.enter_context(closing(KafkaPublisher(stack.settings.kafka, "test")))
        mongo = opened.enter_context(connect(stack.settings.mongo))
        told = opened.enter_context(departments(stack.settings.endpoints))
        outboxes = Outboxes(mongo, stack.settings.mongo.database)
        work = Work(stack, Company(SEED, told, outboxes), publisher)
        work.tell_the_time()
        assert wait_for_services(stack.settings, SERVICES, READY_DEADLINE_S) == {}
        yield work


def test_killing_any_service_loses_nothing_and_raises_nothing_twice(work: Work, hook: Hook) -> None:
    work.go_on(TICKS_A_SERVICE)
    for name in SERVICES:
        work.kill(name)
        work.go_on(TICKS_A_SERVICE)
    assert not work.company.refused
    assert {name: work.stack.supervisor.restarts(name) for name in SERVICES} == dict.fromkeys(
        SERVICES, 1
    )
    events = _events(work)
    agreements = load_folder(shipped("default")).active(0)
    with _tracker(work) as tracker:
        wait_until_folded(tracker, work.stack.settings, work.now)
        rows = replayed(tracker, events, work.now).rows
    assert rows == replay(events, agreements, work.now).rows
    late = [row for row in rows if row.outcome in {Outcome.BREACHED, Outcome.KEPT_LATE}]

    def broken() -> int:
        return sum(map(_stayed_broken, _announced(work).values()))

    until(lambda: broken() >= len(late), "the verdicts are published", DEADLINE_S, LOOK_EVERY_S)
    until(
        lambda: _noticed(hook) == _each_once(_announced(work)),
        "all know, once",
        DEADLINE_S,
        LOOK_EVERY_S,
    )
    assert broken() == len(late)


def _events(work: Work) -> list[Told]:
    """Each event once, in order of time; every source has counted its own without a gap."""
    envelopes = {
        envelope.id: envelope
        for record in work.records(*map(topic_of, DEPARTMENTS))
        if (envelope := decode_envelope(record.value))
    }
    numbers: dict[str, list[int]] = defaultdict(list)
    for envelope in envelopes.values():
        numbers[envelope.source].append(envelope.sequence)
    for source, given in numbers.items():
        assert sorted(given) == list(range(1, len(given) + 1)), f"{source} has a hole or a double"
    assert len(envelopes) == work.company.events
    return [
        (envelope, decode_event(envelope.type, envelope.body))
        for envelope in sorted(envelopes.values(), key=lambda each: (each.occurred_at, each.id))
    ]


def _announced(work: Work) -> dict[str, list[int]]:
    """The kinds of verdict on each promise of which people were told; each verdict once."""
    verdicts = {
        verdict.id: verdict
        for record in work.records(VERDICTS_TOPIC)
        if (verdict := tracker_pb2.Verdict.FromString(record.value))
    }
    kinds: dict[str, list[int]] = defaultdict(list)
    for verdict in verdicts.values():
        kinds[verdict.promise_id].append(verdict.kind)
    for id, each in kinds.items():
        assert each.count(VerdictKind.VERDICT_KIND_BREACHED) <= 1, f"{id} was breached twice"
    return kinds


def _stayed_broken(kinds: list[int]) -> bool:
    """Broken, and not given up afterwards: nobody tells of a new date once the parcel is there."""
    return (
        VerdictKind.VERDICT_KIND_BREACHED in kinds
        and VerdictKind.VERDICT_KIND_CANCELLED not in kinds
    )


def _each_once(promises: Iterable[str]) -> Counter[str]:
    return Counter(dict.fromkeys(promises, 1))


def _noticed(hook: Hook) -> Counter[str]:
    """How often somebody was told for the first time of a promise; a repeated post counts once."""
    first = (each for each in hook.notices() if each["reason"] in {"first_notice", "reconciled"})
    return Counter(each["promise_id"] for each in first)


@contextmanager
def _tracker(work: Work) -> Iterator[tracker_pb2_grpc.TrackerServiceStub]:
    endpoint = work.stack.settings.endpoints.tracker
    with sync_channel(endpoint.grpc_address) as channel:
        yield tracker_pb2_grpc.TrackerServiceStub(channel)
