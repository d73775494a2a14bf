"""The alerts service in one process: records in, notices out, by a clock that the test moves."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from handoff.v1 import common_pb2, tracker_pb2
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.alerts.delivery import GROUP_INTERVAL, deliver
from services.alerts.domain.alert import Alert, Notice, Reason
from services.alerts.domain.ladders import Escalation, everybody_at_once
from services.alerts.domain.promise import Condition, Resolution, Word
from services.alerts.domain.schedules.schedule import Schedule
from services.alerts.handlers import Desk, wake
from services.alerts.hearing import verdict_handler
from services.alerts.receiver import Channel, Policy, Receiver, Result
from services.alerts.reconciling import reconcile
from services.alerts.redriving import LetterPost
from services.shared import telemetry
from services.shared.bus import Headers, Received
from services.shared.bus_memory import MemoryBus
from services.shared.clock import SECOND
from services.shared.codec import stamp
from services.shared.consuming import dead_lettered, traced
from services.shared.settings import Settings
from services.shared.subjects import DEAD_LETTERS_TOPIC, VERDICTS_TOPIC
from tests.alert_twins import MemoryAlertStore, MemoryChannel, MemoryDeadLetters, MemoryLedger
from tests.alerting import MovedClock, at, key

KINDS = {
    Condition.AT_RISK: tracker_pb2.VERDICT_KIND_WARNED,
    Condition.UNKNOWN: tracker_pb2.VERDICT_KIND_UNKNOWN,
    Condition.BREACHED: tracker_pb2.VERDICT_KIND_BREACHED,
    Condition.RETURNED: tracker_pb2.VERDICT_KIND_RETURNED,
    Condition.DISPUTED: tracker_pb2.VERDICT_KIND_DISPUTED,
    Condition.BOUNCED: tracker_pb2.VERDICT_KIND_BOUNCED,
    Condition.FOUND: tracker_pb2.VERDICT_KIND_FOUND,
    Resolution.KEPT: tracker_pb2.VERDICT_KIND_KEPT,
    Resolution.KEPT_LATE: tracker_pb2.VERDICT_KIND_KEPT_LATE,
    Resolution.WITHDRAWN: tracker_pb2.VERDICT_KIND_WITHDRAWN,
    Resolution.RELEASED: tracker_pb2.VERDICT_KIND_RELEASED,
    Resolution.RESUMED: tracker_pb2.VERDICT_KIND_RESUMED,
    Resolution.PAUSED: tracker_pb2.VERDICT_KIND_PAUSED,
    Resolution.CLEARED: tracker_pb2.VERDICT_KIND_CLEARED,
}


def verdict(word: Word) -> bytes:
    """The word as the tracker writes it."""
    promise, stake = word.promise, word.promise.at_stake
    return tracker_pb2.Verdict(
        id=b"0" * 16,
        kind=KINDS[word.says],
        reason=word.why,
        promise_id=promise.promise_id,
        revision=word.revision,
        agreement=promise.agreement,
        owed_by=promise.owed_by,
        owed_to=promise.owed_to,
        subject=promise.subject,
        order=promise.order,
        customer=promise.customer,
        case=promise.case,
        due_by=stamp(promise.due_by),
        decided_at=stamp(word.decided_at),
        customer_visible_by=stamp(promise.customer_visible_by),
        awaits=promise.awaits,
        because=promise.because,
        next_step=promise.next_step,
        trace_id=promise.trace_id,
        historic=word.historic,
        opened_at=stamp(promise.opened_at),
        finding=promise.finding,
        detail=promise.detail,
        runbook=promise.runbook,
        decides=promise.decides,
        at_stake=common_pb2.Money(minor=stake.minor, currency=stake.currency) if stake else None,
        waiting_on=promise.waiting_on,
        slack_s=promise.slack_s,
        serves=promise.serves,
        escalate=promise.escalate,
    ).SerializeToString()


class InMemoryAlerts:
    """Everything but Kafka, Mongo and gRPC."""

    def __init__(
        self,
        *channels: Channel,
        escalation: Escalation | None = None,
        policies: Mapping[str, Policy] | None = None,
        chance: Callable[[], float] = lambda: 0.999,
        schedules: Callable[[], Mapping[str, Schedule]] = dict,
        callers: Collection[str] = (),
    ) -> None:
        self.policies, self.chance = policies or {}, chance
        self.clock, self.wall = MovedClock(at("15:25")), MovedClock(at("15:25"))
        self.store, self.ledger = MemoryAlertStore(), MemoryLedger()
        self.channel = MemoryChannel()
        self.bus = MemoryBus(4, self.clock)
        self.letters = MemoryDeadLetters(self.bus)
        self.post = LetterPost(self.letters, frozenset(Settings().topics))
        self.spans = InMemorySpanExporter()
        self.telemetry = telemetry.start("alerts", Settings(log="text"), self.spans)
        self.heard: list[Reason] = []
        self.results: list[tuple[str, Result]] = []
        self.stop = threading.Event()
        self.receivers = [self._receiver(channel) for channel in channels or (self.channel,)]
        fallbacks = {policy.fallback for policy in self.policies.values()}
        names = (each.channel.name for each in self.receivers)
        direct = tuple(name for name in names if name not in fallbacks)
        ladders = escalation or everybody_at_once(direct)
        self.desk = Desk(self.store, ladders, schedules, callers)
        self.missed: list[str] = []
        handler = verdict_handler(self.desk, self.clock, self.heard.append, self.missed.append)
        safe = dead_lettered(handler, self.bus.publisher(), self.wall, "alerts")
        self._handle = traced(safe, self.telemetry)

    def hear(self, *words: Word, twice: bool = True) -> None:
        """The verdicts come in; twice each, unless a test says otherwise."""
        for word in words:
            for _ in range(2 if twice else 1):
                self.receive(verdict(word))

    def receive(self, value: bytes, headers: Headers = ()) -> None:
        record = Received(VERDICTS_TOPIC, 0, 0, b"order/4711", value, headers, self.clock.now())
        self._handle(record)

    def deliver(self) -> None:
        """Until no receiver takes anything more."""
        while any([deliver(receiver) for receiver in self.receivers]):
            pass

    def deliver_all(self) -> None:
        """Also what waits for more of its group."""
        self.deliver()
        self.wall.set(self.wall.now() + GROUP_INTERVAL)
        self.deliver()

    def deliver_for(self, seconds: float) -> None:
        """As the service does, five times a second."""
        until = self.wall.now() + round(seconds * SECOND)
        self.deliver()
        while self.wall.now() < until:
            self.wall.move(seconds=0.2)
            self.deliver()

    def wake(self) -> int:
        return wake(self.desk, self.clock.now())

    def reconcile(self) -> None:
        reconcile(self.desk, self.ledger, self.clock.now())

    def alert(self, of: str | None = None) -> Alert:
        alert = self.store.get(of or key())
        assert alert is not None
        return alert

    def got(self) -> list[Reason]:
        """Why each notice was sent that the first receiver has, in order."""
        self.deliver()
        return [notice.reason for notice in self.channel.got]

    def last(self) -> Notice:
        return self.channel.got[-1]

    def dead_letters(self) -> list[str]:
        letters = self.bus.records(DEAD_LETTERS_TOPIC)
        return [dict(letter.headers)["reason"].decode() for letter in letters]

    def in_another_process(self) -> Receiver:
        """The same receiver as a second alerts process sees it."""
        return replace(self.receivers[0], owner="another")

    def _receiver(self, channel: Channel) -> Receiver:
        return Receiver(
            channel=channel,
            store=self.store,
            owner="this",
            clock=self.wall,
            telemetry=self.telemetry,
            count=lambda name, result: self.results.append((name, result)),
            stop=self.stop,
            policy=self.policies.get(channel.name, Policy()),
            chance=self.chance,
        )
