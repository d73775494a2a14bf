"""What the tracker counts, under Prometheus' names; no order or customer ever is a label."""

from collections.abc import Callable, Iterable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.shared.clock import SECOND, Clock
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
        self._clamped = Counter(
            "handoff_events_clamped",
            "events whose own time lies too far ahead to be believed",
            ("party",),
            registry=registry,
        )
        self._skewed = Counter(
            "handoff_sources_skewed",
            "how often a source's clock was found to be off",
            ("party",),
            registry=registry,
        )
        self._skew = Gauge(
            "handoff_source_skew_seconds",
            "broker time minus a source's own, of the party's source that is off most",
            ("party",),
            registry=registry,
        )
        self._lag = Gauge(
            "handoff_watermark_lag_seconds",
            "how old the moment is up to which a partition is complete",
            ("partition",),
            registry=registry,
        )

        self._counters = {
            "consumed": self._events,
            "verdict": self._verdicts,
            "refused": self._letters,
            "parked": self._parked,
            "skipped": self._skipped,
            "clamped": self._clamped,
            "skewed": self._skewed,
        }

    def watch(self, parties: Iterable[str], partitions: Callable[[], Iterable[Partition]]) -> None:
        """Whenever somebody asks, the skews are those of the partitions in our care by then."""
        for party in parties:
            self._skew.labels(party).set_function(partial(_worst_skew, partitions, party))

    def observe(self, partition: Partition) -> None:
        """What happened in a partition since the last call."""
        for (kind, *labels), times in partition.counts.take().items():
            self._counters[kind].labels(*labels).inc(times)
        behind = (self._clock.now() - partition.marks.caught_up_at) / SECOND
        self._lag.labels(str(partition.number)).set(behind)


def _worst_skew(partitions: Callable[[], Iterable[Partition]], party: str) -> float:
    """In seconds; 0 while no source of the party has an estimate."""
    known = (each.skew for one in partitions() for each in one.counts.skews if each.party == party)
    return max(known, key=abs, default=0) / SECOND
