"""`handoff reconcile` on a real stack: what is written, read, refused and lost is counted."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from typing import Any

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner, Result

from services.cli.books import read_books
from services.cli.main import application
from services.cli.reconcile_reading import read
from services.insights.reconciliation import Line, reconcile
from services.local.stack import LocalStack
from services.shared import mongo
from services.shared.bus import Record
from services.shared.bus_kafka import KafkaPublisher
from services.shared.bus_memory import MemoryBus
from services.shared.clock import WallClock
from services.shared.mongo import Row
from services.shared.outbox import WAITING
from services.shared.written import COUNTS, hour_of
from tests.commands import HANDOFF
from tests.component.shared.outgoing import TOPIC, Sales
from tests.polling import until

DEADLINE_S = 60.0


class Company:
    """A tracker on a stack, a department's outbox and relay, and `handoff reconcile`."""

    def __init__(self, stack: LocalStack, client: "MongoClient[Row]", parts: ExitStack) -> None:
        self._stack = stack
        self.database = client[stack.settings.mongo.database]
        publisher = KafkaPublisher(stack.settings.kafka, "test")
        self.publisher = parts.enter_context(closing(publisher))
        self.sales = Sales(client, stack.settings, MemoryBus(stack.settings.partitions))
        self._relay = self.sales.relay(party=None, publisher=publisher)

    def publish(self) -> None:
        """All that waits in the outbox."""
        until(lambda: not self._relay.publish_once(), "all is published")

    def lines(self) -> Sequence[Line]:
        """What there is to compare once the tracker has read everything."""

        def all_read() -> Sequence[Line]:
            settings = self._stack.settings
            found = read(read_books(settings), settings, WallClock().now())
            lines = reconcile(found.accounts, lambda _: True)
            return () if any(line.held.unread for line in lines) else lines

        return until(all_read, "the tracker has read everything", DEADLINE_S)

    def reconcile(self, *options: str) -> Result:
        return CliRunner().invoke(
            application("reconcile"), ["reconcile", *options], env=self._stack.environment
        )

    def reconcile_as_json(self) -> Any:  # noqa: ANN401 - JSON
        """In a process of its own, which has stdout for itself; it ends with 1."""
        done = subprocess.run(
            [*HANDOFF, "reconcile", "--json"],
            env={**os.environ, **self._stack.environment},
            stdout=subprocess.PIPE,
            check=False,
        )
        assert done.returncode == 1
        return json.loads(done.stdout)


@pytest.fixture
def company(tracked_stack: LocalStack) -> Iterator[Company]:
    with mongo.connect(tracked_stack.settings.mongo) as client, ExitStack() as parts:
        yield Company(tracked_stack, client, parts)


def sums(lines: Sequence[Line], source: str) -> tuple[int, ...]:
    """Written, in Kafka, applied, dead letters, duplicates: of all hours of the source."""
    of_source = [line for line in lines if line.of.source == source]
    return (
        sum(line.written or 0 for line in of_source),
        sum(line.held.events for line in of_source),
        sum(line.tally.applied for line in of_source),
        sum(line.held.dead for line in of_source),
        sum(line.tally.duplicates for line in of_source),
    )


def test_what_is_refused_or_comes_twice_is_not_lost(company: Company) -> None:
    told = [company.sales.cancel(order) for order in ("1", "2", "3", "4")]
    company.publish()
    company.publisher.publish([told[0].record, Record(TOPIC, b"order/x", b"\xff\xfe")])
    lines = company.lines()
    assert sums(lines, "shop") == (4, 4, 4, 0, 1)
    written, held, applied, dead, _ = sums(lines, "")
    assert (written, applied) == (0, 0)
    assert held == dead > 0
    done = company.reconcile()
    assert "Nothing is lost" in done.stdout
    assert done.exit_code == 0


def test_what_is_lost_on_the_way_is_named_until_it_is_put_right(company: Company) -> None:
    lost = company.sales.cancel("5")
    outbox, tallies = company.database["sales.outbox"], company.database["tracker.tallies"]
    assert outbox.delete_many(WAITING).deleted_count == 1
    company.sales.cancel("6")
    assert sum(line.waiting for line in company.lines()) == 1
    company.publish()
    company.lines()
    tampered = tallies.find_one_and_update({"_id.source": "shop"}, {"$inc": {"applied": -1}})
    done = company.reconcile("--source", "shop")
    assert "1 event written to the outbox is not in Kafka." in done.stdout
    assert "1 event read is neither applied nor refused." in done.stdout
    assert done.exit_code == 1
    said = company.reconcile_as_json()
    assert not said["equal"]
    assert sum(len(hour["differences"]) for hour in said["hours"]) == 2
    counted_in = {"_id.hour": hour_of(lost.record.value).hour}
    outbox.update_one(COUNTS | counted_in, {"$inc": {"events": -1}})
    tallies.update_one({"_id": (tampered or {})["_id"]}, {"$inc": {"applied": 1}})
    assert company.reconcile().exit_code == 0
