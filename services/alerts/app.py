"""Alerts, wired: settings, telemetry, store, receivers, verdicts, rounds, gRPC."""

import asyncio
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import grpc.aio
import httpx
from handoff.v1 import alerts_pb2_grpc
from pymongo import MongoClient

from services.alerts.anchoring import Anchoring
from services.alerts.api import SERVICE, AlertsServicer
from services.alerts.destinations import Guard
from services.alerts.handlers import Desk
from services.alerts.hearing import verdict_handler
from services.alerts.ledger import GrpcLedger
from services.alerts.metrics import Metrics
from services.alerts.oncall_events import SOURCE
from services.alerts.queues import MongoQueues
from services.alerts.receiver import Channel, Receiver
from services.alerts.receivers import Surroundings, channel_of
from services.alerts.redriving import LetterPost
from services.alerts.replies.opening import replies
from services.alerts.resending import resending
from services.alerts.rounds import TRANSIENT, Rounds, deliver_until
from services.alerts.settings import AlertsSettings
from services.alerts.stopping import Stop
from services.alerts.store import MongoAlertStore
from services.alerts.stream import StreamFailed, VerdictStream
from services.alerts.watching import Eyes, Watch, pinging
from services.shared import health as pages
from services.shared import rpc, telemetry
from services.shared.bus import PublishError
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.clock import Clock, WallClock
from services.shared.consuming import Handler, dead_lettered, retried, traced
from services.shared.dead_letters_kafka import KafkaDeadLetters
from services.shared.errors import SettingsError
from services.shared.health import Health
from services.shared.heartbeat_clock import clock_of
from services.shared.mongo import Row, connect, wait_until_reachable
from services.shared.outbox import Outbox
from services.shared.relay import Relay
from services.shared.settings import load
from services.shared.subjects import DEAD_LETTERS_TOPIC
from services.shared.telemetry import Telemetry

NAME = "alerts"
GRACE_S = 1.0

Loop = Callable[[], None]


def main() -> None:
    """Serves until SIGTERM or SIGINT; what stops the start or ends the service is one line."""
    try:
        asyncio.run(run(load(AlertsSettings).checked()))
    except (SettingsError, StreamFailed, OSError) as error:
        sys.exit(str(error))


async def run(settings: AlertsSettings) -> None:
    stop = Stop()
    stop.on_signals()
    observed = telemetry.start(NAME, settings)
    channels = channels_of(settings, observed)
    health = Health("kafka", "mongo", "relay")
    http = settings.endpoints.alerts.http
    probes = pages.serve(health, observed.registry, settings.listen, http)
    client = connect(settings.mongo)
    try:
        clock = clock_of(settings, stop.threads)
        service = Service(settings, observed, health, clock, client, channels)
        reachable = partial(wait_until_reachable, client, health, observed.log, stop.threads)
        if await asyncio.to_thread(reachable):
            await service.serve(stop)
    finally:
        stop.now()
        probes.stop()
        client.close()
        observed.shutdown()
        observed.log.info("stopped")


def channels_of(settings: AlertsSettings, observed: Telemetry) -> Sequence[Channel]:
    """Before anything else: a wrong receivers file stops the start. Raises SettingsError."""
    file = settings.receivers
    around = Surroundings(observed.log, settings.console_url, Guard(file.allow))
    return [channel_of(options, around) for options in file.receivers]


@dataclass
class Service:
    """What runs once Mongo can be reached."""

    settings: AlertsSettings
    observed: Telemetry
    health: Health
    clock: Clock
    client: "MongoClient[Row]"
    channels: Sequence[Channel]

    async def serve(self, stop: Stop) -> None:
        """1. store  2. gRPC  3. loops in threads  4. verdicts; the first that ends ends all."""
        settings, database = self.settings, self.settings.mongo.database
        outbox = Outbox(self.client, database, SOURCE)
        store = MongoAlertStore(self.client, database, outbox)
        await asyncio.to_thread(store.prepare)
        ledger = GrpcLedger(settings.endpoints.tracker.grpc_address)
        metrics = Metrics(self.observed.registry)
        on_call = settings.live_schedules(self.observed.log).now
        desk = Desk(store, settings.escalation, on_call, settings.receivers.callers)
        publishers = [
            KafkaPublisher(settings.kafka, f"handoff-alerts-{purpose}")
            for purpose in ("relay", "dead-letters")
        ]
        handler = self._handler(desk, metrics, publishers[1], stop.threads)
        loops: list[Loop] = [
            partial(self._relay(outbox, publishers[0]).run, stop.threads),
            partial(self._rounds(desk, ledger, store, metrics).run, stop.threads),
            partial(self._anchoring(store).run, stop.threads),
            *(self._delivery(channel, store, metrics, stop.threads) for channel in self.channels),
        ]
        if settings.clock == "wall":
            loops.append(partial(self._watch(desk, ledger).run, stop.threads))
        server = await self._grpc(desk, ledger)
        endpoint = settings.endpoints.alerts
        self.observed.log.info("started", grpc=endpoint.grpc, http=endpoint.http)
        try:
            async with replies(settings, desk, self.clock, metrics, self.observed):
                await self._until_one_ends(loops, handler, stop)
        finally:
            await server.stop(GRACE_S)
            ledger.close()
            for publisher in publishers:
                publisher.close()

    async def _until_one_ends(self, loops: Sequence[Loop], handler: Handler, stop: Stop) -> None:
        stream = VerdictStream(self.settings, handler, self.health, self.observed.log)
        with ThreadPoolExecutor(len(loops), thread_name_prefix="round") as threads:
            try:
                running = asyncio.get_running_loop().run_in_executor
                tasks = [asyncio.ensure_future(stream.run(stop.loop))]
                tasks += [asyncio.ensure_future(running(threads, each)) for each in loops]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stop.now()
            await asyncio.gather(*tasks)

    def _handler(
        self, desk: Desk, metrics: Metrics, publisher: KafkaPublisher, stop: threading.Event
    ) -> Handler:
        heard = verdict_handler(desk, self.clock, metrics.heard, self._miss)
        safe = dead_lettered(heard, publisher, WallClock(), NAME, TRANSIENT)
        patient = retried(safe, (*TRANSIENT, PublishError), stop, self.health)
        return traced(patient, self.observed)

    def _miss(self, ladder: str) -> None:
        self.observed.log.warning("an agreement names no ladder of ours", ladder=ladder)

    def _relay(self, outbox: Outbox, publisher: KafkaPublisher) -> Relay:
        """Without heartbeats: nobody owes anything in the name of those who are on call."""
        return Relay(
            outbox, publisher, self.settings, None, SOURCE, self.clock, self.observed, self.health
        )

    def _rounds(
        self, desk: Desk, ledger: GrpcLedger, store: MongoAlertStore, metrics: Metrics
    ) -> Rounds:
        return Rounds(
            desk=desk,
            ledger=ledger,
            clock=self.clock,
            count_standing=store.count_standing,
            metrics=metrics,
            telemetry=self.observed,
            health=self.health,
        )

    def _watch(self, desk: Desk, ledger: GrpcLedger) -> Watch:
        """Not on a simulated clock: lag, silence and skew are this world's."""
        settings, url = self.settings, self.settings.alerts.watchdog_url
        receivers = settings.receivers.receivers
        queues = MongoQueues(
            [each.name for each in receivers],
            [each.name for each in receivers if not each.fallback],
        )
        eyes = Eyes(
            tracker=ledger,
            letters=KafkaSubscriber(settings.kafka, None, (DEAD_LETTERS_TOPIC,)),
            parties=settings.heartbeating_parties,
            queues=queues,
            schedules=desk.schedules,
        )
        ping = pinging(httpx.Client(), str(url)) if url else None
        return Watch(desk, eyes, self.clock, ping, self.health, self.observed)

    def _anchoring(self, store: MongoAlertStore) -> Anchoring:
        return Anchoring(
            head=store.audit.head,
            file=self.settings.alerts.audit_anchor,
            clock=WallClock(),
            log=self.observed.log,
            health=self.health,
            trouble=(*TRANSIENT, OSError),
        )

    def _delivery(
        self, channel: Channel, store: MongoAlertStore, metrics: Metrics, stop: threading.Event
    ) -> Loop:
        receiver = Receiver(
            channel=channel,
            store=store,
            owner=self.settings.alerts.instance,
            clock=WallClock(),
            telemetry=self.observed,
            count=metrics.sent,
            stop=stop,
            policy=self.settings.receivers.policy(channel.name),
        )
        beside = resending(receiver, self.settings.receivers, store, self.clock)
        return partial(deliver_until, stop, receiver, self.health, beside)

    async def _grpc(self, desk: Desk, ledger: GrpcLedger) -> grpc.aio.Server:
        settings = self.settings
        files = settings.alerts.schedules, settings.alerts.audit_anchor
        letters = KafkaDeadLetters(settings.kafka, "handoff-alerts-redrive")
        post = LetterPost(letters, frozenset(settings.topics))
        servicer = AlertsServicer(desk, ledger, post, self.clock, settings.console_url, *files)
        register = partial(alerts_pb2_grpc.add_AlertsServiceServicer_to_server, servicer)
        return await rpc.serve(
            {SERVICE: register},
            self.settings,
            self.settings.endpoints.alerts,
            self.observed,
            self.health,
        )
