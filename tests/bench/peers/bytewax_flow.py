"""A Bytewax flow: read, key by partition, keep promises, write; stored each 10 s, as it comes.

Run as a program in an environment of its own, by its settings in BENCH_*. Bytewax's timers are of
the wall's time, and while a flow catches up those would break every promise at once. So it is keyed
by the partition's number, and all promises of one are a state, with deadlines by heartbeats; that
also spares an object of Python an order. Batches are handed on whole wherever that is possible.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from tests.bench.peers.orders import Orders, Progress, Sent

Read: TypeAlias = KafkaSourceMessage[bytes, bytes]
PROGRESS = Progress()


class Partition(StatefulBatchLogic[Read, Sent, Orders]):  # type: ignore[misc]  # not installed here
    """The orders of one partition number of all topics."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def on_batch(self, values: list[Read]) -> tuple[Iterable[Sent], bool]:
        PROGRESS.came(len(values))
        take = self._orders.take
        sent = [each for read in values for each in take(read.value, read.topic)]
        return sent, StatefulBatchLogic.RETAIN

    def snapshot(self) -> Orders:
        """Copied, since the original changes while it is stored."""
        mine = self._orders
        orders = {subject: [*order] for subject, order in mine.orders.items()}
        return Orders(mine.places, orders, [*mine.due], dict(mine.complete_through))


def flow() -> Dataflow:
    topics = os.environ["BENCH_TOPICS"].split(",")
    brokers = [os.environ["BENCH_BOOTSTRAP"]]
    made = Dataflow("bench")
    read = op.input("events", made, KafkaSource(brokers, topics, batch_size=2_000))
    keyed = op.flat_map_batch("key", read, lambda batch: [(str(m.partition), m) for m in batch])
    told = op.stateful_batch(
        "promises", keyed, lambda known: Partition(known or Orders(len(topics)))
    )
    sent = op.map("verdict", told, lambda each: KafkaSinkMessage(*each[1]))
    op.output("verdicts", sent, KafkaSink(brokers, os.environ["BENCH_VERDICTS"]))
    return made


if __name__ == "__main__":
    folder = Path(os.environ["BENCH_FOLDER"], "recovery")
    folder.mkdir()
    init_db_dir(folder, 1)
    cli_main(flow(), recovery_config=RecoveryConfig(str(folder)))
