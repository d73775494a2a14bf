"""A plain Faust agent with a dictionary: what a team would write first. Nothing in it is durable.

Run as a program, by its settings in BENCH_*. Left as Faust comes but for what costs without use
here: its web server, the leader's topic, and small polls. An agent of one event at a time is no
slower than one with `take()`: what Faust spends is spent for each message, inside.
"""

import os

import faust
from faust.types import StreamT, TopicT

from tests.bench.peers.orders import Orders, Progress


def application() -> faust.App:
    """One agent over all topics, which sends its verdicts by Faust's own producer."""
    app = faust.App(
        "bench-faust",
        broker=f"kafka://{os.environ['BENCH_BOOTSTRAP']}",
        datadir=os.environ["BENCH_FOLDER"],
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",
        broker_max_poll_records=2_000,
        producer_linger=0.1,
    )
    topics = os.environ["BENCH_TOPICS"].split(",")
    events, verdicts = _raw(app, *topics), _raw(app, os.environ["BENCH_VERDICTS"])
    orders = Orders(len(topics) * int(os.environ["BENCH_PARTITIONS"]))
    progress = Progress()

    @app.agent(events)
    async def keep(stream: StreamT[bytes]) -> None:
        async for event in stream.events():
            progress.came()
            message = event.message
            for key, value in orders.take(event.value, (message.topic, message.partition)):
                await verdicts.send(key=key, value=value)

    return app


def _raw(app: faust.App, *names: str) -> TopicT:
    return app.topic(
        *names, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )


if __name__ == "__main__":
    worker = faust.Worker(application(), loglevel="WARN", redirect_stdouts=False)
    worker.execute_from_commandline()
