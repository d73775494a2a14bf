"""How soon a verdict is with a receiver: one after the other in calm, and a thousand at once.

    python -m tests.bench.alerts [--results tests/bench/RESULTS.md]

The alerts service is a process of its own on a real Kafka and mongod, its receiver a webhook on the
loopback. A calm verdict is published when the one before it was received, and is of another group,
for what is of the same waits a while for more; the time is from just before it is published, so
that Kafka's part counts.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from services.shared.bus import Record
from services.shared.bus_kafka import KafkaPublisher
from services.shared.subjects import VERDICTS_TOPIC
from tests.alerting import a_promise, breached, key
from tests.bench.core import loop_ms
from tests.bench.results import TITLE, with_section
from tests.component.alerts.harness import verdict
from tests.conftest import a_stack
from tests.e2e.alerts_process import AlertsProcess
from tests.e2e.webhook import Hook
from tests.markdown import table
from tests.polling import until

CALM = 200
BURST = 1_000
GROUPS = 20
CALM_P99_GOAL_S, BURST_GOAL_S = 1.0, 60.0
DEADLINE_S = 300
HEADING = "From a verdict to its receiver"


def main(arguments: Sequence[str]) -> int:
    """0 where every verdict was received, whether a goal is met or missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, help="write the table into this file")
    chosen = parser.parse_args(arguments)
    with a_site() as (publisher, hook):
        calm = sorted(calm_seconds(publisher, hook))
        before = len(hook.posts)
        burst_s = burst_seconds(publisher, hook)
        told = report(calm, burst_s, len(hook.posts) - before)
    print(told)
    if path := chosen.results:
        text = path.read_text() if path.exists() else f"{TITLE}\n"
        path.write_text(with_section(text, HEADING, told))
    return 0


@contextmanager
def a_site() -> Iterator[tuple[KafkaPublisher, Hook]]:
    with (
        a_stack() as stack,
        tempfile.TemporaryDirectory() as home,
        closing(Hook()) as hook,
        closing(KafkaPublisher(stack.settings.kafka, "bench")) as publisher,
    ):
        told = {"HANDOFF_ALERTS__WEBHOOK_URL": hook.url, "HANDOFF_HOME": home}
        service = AlertsProcess(stack.settings, told)
        service.start()
        try:
            service.wait_until_ready()
            yield publisher, hook
        finally:
            service.stop()


def calm_seconds(publisher: KafkaPublisher, hook: Hook) -> Iterator[float]:
    """Of each verdict until its notice is received; the first, which warms up, does not count."""
    for number in range(CALM + 1):
        promise = a_promise(f"calm-{number}", agreement=f"calm-{number}")
        began = time.perf_counter()
        publisher.publish([Record(VERDICTS_TOPIC, b"order/1", verdict(breached(2, promise)))])
        wait_for(hook, {key(promise)}, 0.002)
        if number:
            yield time.perf_counter() - began


def burst_seconds(publisher: KafkaPublisher, hook: Hook) -> float:
    """Until the last of a thousand breaches in twenty groups is received."""
    promises = [
        a_promise(f"burst-{number}", agreement=f"agreement-{number % GROUPS}")
        for number in range(BURST)
    ]
    wanted = {key(promise) for promise in promises}
    began = time.perf_counter()
    publisher.publish(
        [
            Record(VERDICTS_TOPIC, promise.subject.encode(), verdict(breached(2, promise)))
            for promise in promises
        ]
    )
    wait_for(hook, wanted, 0.05)
    return time.perf_counter() - began


def wait_for(hook: Hook, keys: set[str], every_s: float) -> None:
    until(lambda: keys <= received(hook), "all are received", DEADLINE_S, every_s)


def received(hook: Hook) -> set[str]:
    return {each["key"] for _, post in list(hook.posts) for each in post["alerts"]}


def report(calm: Sequence[float], burst_s: float, posts: int) -> str:
    p50, p99 = calm[len(calm) // 2], calm[int(len(calm) * 0.99) - 1]
    rows = [
        ("calm, p50", f"{p50 * 1_000:.0f} ms", ""),
        ("calm, p99", f"{p99 * 1_000:.0f} ms", _outcome(p99, CALM_P99_GOAL_S)),
        ("calm, worst", f"{calm[-1] * 1_000:.0f} ms", ""),
        (f"{BURST:,} breaches at once", f"{burst_s:.1f} s", _outcome(burst_s, BURST_GOAL_S)),
        ("posts that took", f"{posts:,}", ""),
    ]
    return (
        f"Measured on {date.today()}, {len(calm)} calm verdicts and {BURST:,} breaches in {GROUPS}"
        f" groups; the reference loop took {loop_ms():.0f} ms.\n\n"
        f"{table(('what', 'measured', 'goal'), rows)}"
    )


def _outcome(seconds: float, goal_s: float) -> str:
    return f"<= {goal_s:g} s: {'met' if seconds <= goal_s else 'missed'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
