"""The tracker, wired: settings, agreements, telemetry, store, ingest, relay, gRPC."""

import asyncio
import signal
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
from handoff.v1 import tracker_pb2_grpc
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from services.shared import health as pages
from services.shared import rpc, telemetry
from services.shared.bus_kafka import KafkaPublisher
from services.shared.clock import Clock
from services.shared.health import Health
from services.shared.heartbeat_clock import clock_of
from services.shared.mongo import PART as MONGO
from services.shared.mongo import (
    UNREACHABLE_WAIT_S,
    connect,
    sentence,
    wait_until_reachable,
)
from services.shared.outbox import Outbox
from services.shared.relay import Relay
from services.shared.settings import load
from services.shared.telemetry import Telemetry
from services.tracker.agreement_files import AgreementFolder, load_folder
from services.tracker.agreement_sets import KnownSets
from services.tracker.api import SERVICE, TrackerServicer
from services.tracker.collector import (
    expect_long_lives,
    spare_what_is_there,
    tidy_now_and_then,
)
from services.tracker.decisions import Decisions
from services.tracker.errors import Fenced
from services.tracker.exchange import Rules
from services.tracker.handlers import Partition
from services.tracker.ingest.membership import Membership
from services.tracker.ingest.reading import Ingest
from services.tracker.learner import BEGINNING_LIMIT, Learner
from services.tracker.ledger import Ledger
from services.tracker.metrics import Metrics
from services.tracker.opening import Identity, open_partition
from services.tracker.outlook import Outlook
from services.tracker.rules import NAME, decoder, rules_of
from services.tracker.settings import TrackerSettings
from services.tracker.store import Store

REPLACED = 1
"""The exit code of a tracker whose partitions another one took over."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the parts share: settings, telemetry, health, time, Mongo."""

    settings: TrackerSettings
    telemetry: Telemetry
    health: Health
    clock: Clock
    client: "MongoClient[dict[str, Any]]"


def main() -> int:
    """Serve until SIGTERM or SIGINT; gives the exit code. Raises SettingsError, AgreementError."""
    expect_long_lives()
    settings = load(TrackerSettings)
    folder = load_folder(settings.agreements, settings.own_types)
    return asyncio.run(serve(settings, folder))


async def serve(settings: TrackerSettings, folder: AgreementFolder) -> int:
    """0 when stopped, REPLACED when fenced."""
    stop, stopped = asyncio.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _stop, stop, stopped)
    around = Surroundings(
        settings,
        telemetry.start(NAME, settings),
        Health("kafka", "mongo", "relay"),
        clock_of(settings, stopped),
        connect(settings.mongo),
    )
    with ExitStack() as open_parts:
        open_parts.callback(around.telemetry.shutdown)
        open_parts.callback(around.client.close)
        open_parts.callback(asyncio.create_task(tidy_now_and_then()).cancel)
        endpoint = settings.endpoints.tracker
        probes = pages.serve(
            around.health, around.telemetry.registry, settings.listen, endpoint.http
        )
        open_parts.callback(probes.stop)
        return await _run(around, folder, stop, stopped)


def _stop(stop: asyncio.Event, stopped: threading.Event) -> None:
    stop.set()
    stopped.set()


async def _run(
    around: Surroundings, folder: AgreementFolder, stop: asyncio.Event, stopped: threading.Event
) -> int:
    settings, database = around.settings, around.settings.mongo.database
    outbox = Outbox(around.client, database, NAME)
    store = Store(around.client, database, outbox)
    sets = KnownSets(store, settings.own_types)
    publisher = KafkaPublisher(settings.kafka, settings.tracker.instance)
    relay = Relay(
        outbox, publisher, settings, None, NAME, around.clock, around.telemetry, around.health
    )
    outlook = Outlook(Learner())
    rules = rules_of(settings, lambda: sets.latest, outlook, around.telemetry)
    ingest = _ingest(around, Keeper(around, store, sets, rules), sets, outbox)
    server = await _answer(around, _ledger(around, sets, outlook))
    relaying = threading.Thread(target=relay.run, args=(stopped,), name="relay")
    try:
        if await asyncio.to_thread(prepare, around, store, sets, outlook, folder, stopped):
            relaying.start()
            await ingest.run(stop)
        return 0
    except Fenced as error:
        around.telemetry.log.error("fenced", problem=str(error))
        return REPLACED
    finally:
        stopped.set()
        outbox.news.set()
        await server.stop(grace=1)
        if relaying.is_alive():
            await asyncio.to_thread(relaying.join)
        publisher.close()


def _ledger(around: Surroundings, sets: KnownSets, outlook: Outlook) -> Ledger:
    settings = around.settings
    return Ledger(
        around.client,
        settings.mongo.database,
        around.clock,
        sets,
        outlook,
        settings.partitions,
    )


async def _answer(around: Surroundings, ledger: Ledger) -> grpc.aio.Server:
    register = partial(
        tracker_pb2_grpc.add_TrackerServiceServicer_to_server, TrackerServicer(ledger)
    )
    settings = around.settings
    return await rpc.serve(
        {SERVICE: register},
        settings,
        settings.endpoints.tracker,
        around.telemetry,
        around.health,
    )


def prepare(
    around: Surroundings,
    store: Store,
    sets: KnownSets,
    outlook: Outlook,
    folder: AgreementFolder,
    stopped: threading.Event,
) -> bool:
    """Indexes, this tracker's agreement files as the next set, and what it learned of them before;
    False when stopped first. Where Mongo goes away meanwhile, all of it is tried again.
    """
    log = around.telemetry.log
    while wait_until_reachable(around.client, around.health, log, stopped):
        try:
            _begin(around, store, sets, outlook, folder)
        except PyMongoError as error:
            problem = sentence(error)
            around.health.report(MONGO, problem)
            log.warning(problem)
            stopped.wait(UNREACHABLE_WAIT_S)
        else:
            return True
    return False


def _begin(
    around: Surroundings,
    store: Store,
    sets: KnownSets,
    outlook: Outlook,
    folder: AgreementFolder,
) -> None:
    store.prepare()
    simulated = around.settings.clock == "heartbeats"
    now = 0 if simulated else around.clock.now()  # a simulation has no before
    store.activate(folder, now, around.settings.own_types)
    known = sets()
    outlook.learner.begin(store.settled_subjects(known, BEGINNING_LIMIT), known)


def _ingest(around: Surroundings, keeper: "Keeper", sets: KnownSets, outbox: Outbox) -> Ingest:
    settings = around.settings
    metrics = Metrics(around.telemetry.registry, around.clock)

    ingest = Ingest(
        Membership(
            settings.kafka,
            tuple(settings.parties),
            settings.partitions,
            settings.tracker.instance,
            settings.tracker.session_s,
        ),
        keeper,
        decoder(settings, lambda: sets.latest),
        observe=metrics.observe,
        stored=outbox.news.set,
        clock=around.clock,
        telemetry=around.telemetry,
        health=around.health,
    )
    metrics.watch(settings.parties, lambda: ingest.partitions)
    return ingest


class Keeper(Decisions):
    """Takes partitions over, and knows what was decided about them."""

    def __init__(self, around: Surroundings, store: Store, sets: KnownSets, rules: Rules) -> None:
        super().__init__(around.client, around.settings.mongo.database)
        settings = around.settings
        us = Identity(settings.tracker.instance, settings.endpoints.tracker.grpc_address)
        self._open = partial(open_partition, store, sets, rules, us)
        self._clock = around.clock

    def open(self, number: int) -> Partition:
        partition = self._open(number, self._clock.now())
        spare_what_is_there()
        return partition
