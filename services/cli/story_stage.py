"""The real stack as a stage of stories: departments, Kafka, tracker, and alerts as delivered.

Time passes when everything that follows from the last moment has reached the people: so a notice
belongs to the moment at which it was decided, however slow the machine is.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import grpc
import httpx
from handoff.v1 import tracker_pb2
from prometheus_client.parser import text_string_to_metric_families
from pymongo import MongoClient

from services.cli.demo_watch import Watch, instant
from services.cli.errors import CommandFailed
from services.cli.story_receiver import Receiver
from services.local.health import NO_AUTHORITY, TIMEOUT_S
from services.shared.bus import Publisher
from services.shared.clock import Instant
from services.shared.mongo import Row
from services.shared.settings import Endpoint, Settings
from services.simulator.acts import Command
from services.simulator.driver import beats, record_of
from services.simulator.importers.history import Told
from services.simulator.scenes import Desks, Outboxes
from services.simulator.stories.playing import Heard

LOOK_EVERY_S = 0.05
PATIENCE_S = 60.0
"""Several times what a machine under load needs from an event to the notice of it."""


@dataclass(frozen=True, slots=True)
class RealStage:
    """Satisfies Stage. Raises CommandFailed where something does not happen for long."""

    settings: Settings
    mongo: "MongoClient[Row]"
    publisher: Publisher
    desks: Desks
    watch: Watch
    receiver: Receiver

    def tell(self, command: Command) -> None:
        self.desks.tell(command)
        Outboxes(self.mongo, self.settings.mongo.database).wait_until_empty()

    def publish(self, told: Told) -> None:
        self.publisher.publish([record_of(told)])

    def pass_time(self, until: Instant, silent: Mapping[str, Instant]) -> None:
        """1. the moment is in the topics  2. the tracker has concluded all that it brings"""
        self.publisher.publish(list(beats(self.settings, until, silent)))
        _wait(lambda: self._concluded(until), "the tracker has read everything")

    def heard(self) -> Sequence[Heard]:
        """1. its verdicts are in Kafka  2. alerts have read them  3. their notices are here"""
        Outboxes(self.mongo, self.settings.mongo.database, ["tracker"]).wait_until_empty()
        _wait(self._read, "alerts have read every verdict")
        _wait(self._delivered, "every notice is delivered")
        return self.receiver.news()

    def _concluded(self, until: Instant) -> bool:
        progress = self.watch.tracker.GetProgress(tracker_pb2.GetProgressRequest())
        caught_up = [instant(each.caught_up_at) for each in progress.partitions]
        return len(caught_up) == self.settings.partitions and min(caught_up) >= until

    def _read(self) -> bool:
        endpoints = self.settings.endpoints
        published = _count(endpoints.tracker, "handoff_relay_published")
        return _count(endpoints.alerts, "handoff_alerts_heard") >= published

    def _delivered(self) -> bool:
        alerts = self.watch.alerts()
        return self.receiver.has(
            {(each.key, each.reason, instant(each.notified_at)) for each in alerts}
        )


def _wait(condition: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        try:
            if condition():
                return
        except (grpc.RpcError, httpx.HTTPError):
            pass  # a service that was killed is started again
        time.sleep(LOOK_EVERY_S)
    raise CommandFailed(f"For {PATIENCE_S:.0f} s it did not come about that {what}.")


def _count(endpoint: Endpoint, name: str) -> float:
    """The sum of a counter over all its labels. Raises HTTPError."""
    page = httpx.get(
        f"{endpoint.url}/metrics", timeout=TIMEOUT_S, trust_env=False, verify=NO_AUTHORITY
    )
    families = text_string_to_metric_families(page.raise_for_status().text)
    return sum(
        sample.value
        for family in families
        if family.name == name
        for sample in family.samples
        if sample.name.endswith("_total")
    )
