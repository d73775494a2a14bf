"""What the console counts, for `/metrics`; no name of an order or a customer is a label."""

from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge


@dataclass(frozen=True, slots=True)
class Meters:
    """One console's counters and gauges."""

    clients: Gauge
    refreshes: Counter
    age: Gauge
    messages: Counter
    dropped: Counter

    @classmethod
    def register(cls, registry: CollectorRegistry) -> Self:
        return cls(
            clients=Gauge(
                "handoff_console_clients", "Live pages that are connected.", registry=registry
            ),
            refreshes=Counter(
                "handoff_console_refreshes_total",
                "Readings of tracker and alerts.",
                ["result"],
                registry=registry,
            ),
            age=Gauge(
                "handoff_console_data_age_seconds",
                "How old the shown promises are.",
                registry=registry,
            ),
            messages=Counter(
                "handoff_console_messages_total", "Messages sent to live pages.", registry=registry
            ),
            dropped=Counter(
                "handoff_console_clients_dropped_total",
                "Live pages dropped because they did not read.",
                registry=registry,
            ),
        )
