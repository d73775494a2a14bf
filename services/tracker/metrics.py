"""What the tracker counts, under Prometheus' names; no order or customer ever is a label."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.shared.clock import SECOND, Clock
from services.tracker.exchange import Told
from services.tracker.handlers import Partition


class Metrics:
    """Follows each partition after it was handled."""

    def __init__(self, registry: CollectorRegistry, clock: Clock) -> None:
        self._clock = clock
        self._events = Counter(
            "handoff_events_consumed", "records read", ("topic", "result"), registry=registry
        )
        self._verdicts = Counter(
            "handoff_verdicts", "conclusions about promises", ("kind",), registry=registry
        )
        self._letters = Counter(
            "handoff_dlq_messages", "records refused", ("reason",), registry=registry
        )
        self._skipped = Counter(
            "handoff_openings_skipped",
            "events that should have opened a promise and did not",
            ("agreement", "reason"),
            registry=registry,
        )
        self._parked = Counter(
            "handoff_openings_parked",
            "events that should have opened a promise, and that no agreement was there for",
            ("type",),
            registry=registry,
        )
        self._lag = Gauge(
            "handoff_watermark_lag_seconds",
            "how old the moment is up to which a partition is complete",
            ("partition",),
            registry=registry,
        )

    def observe(self, partition: Partition, batch: Sequence[Told]) -> None:
        """What happened in a partition since the last call."""
        for told in batch:
            self._events.labels(told.received.topic, type(told.said).__name__.lower()).inc()
        for what, times in partition.take_counts().items():
            kind, _, name = what.partition(":")
            if kind == "verdict":
                self._verdicts.labels(name).inc(times)
            if kind == "refused":
                self._letters.labels(name).inc(times)
            if kind == "parked":
                self._parked.labels(name).inc(times)
            if kind == "skipped":
                self._skipped.labels(*name.split(":")).inc(times)
        behind = (self._clock.now() - partition.marks.caught_up_at) / SECOND
        self._lag.labels(str(partition.number)).set(behind)
