"""What Prometheus is told of alerts; no label grows with orders or customers."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.alerts.domain.alert import Reason
from services.alerts.receiver import Result
from services.alerts.reconciling import Reconciled
from services.alerts.replies.outcome import Outcome


class Metrics:
    """One a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sent = Counter(
            "handoff_alerts_sent",
            "tries to deliver a notice, by what became of them",
            ("receiver", "result"),
            registry=registry,
        )
        self._heard = Counter(
            "handoff_alerts_heard", "verdicts, by what they did", ("reason",), registry=registry
        )
        self._reconciled = Counter(
            "handoff_alerts_reconciled",
            "alerts that the ledger put right, because a verdict was lost",
            ("change",),
            registry=registry,
        )
        self._replies = Counter(
            "handoff_alerts_replies",
            "what came back from receivers' systems, by what became of it",
            ("receiver", "outcome"),
            registry=registry,
        )
        self.open = Gauge("handoff_alerts_open", "alerts that are not resolved", registry=registry)

    def sent(self, receiver: str, result: Result) -> None:
        self._sent.labels(receiver, result).inc()

    def heard(self, reason: Reason) -> None:
        self._heard.labels(reason).inc()

    def replied(self, receiver: str, outcome: Outcome) -> None:
        """An empty receiver is none that we have."""
        self._replies.labels(receiver, outcome).inc()

    def reconciled(self, done: Reconciled) -> None:
        self._reconciled.labels("corrected").inc(done.corrected)
        self._reconciled.labels("resolved").inc(done.resolved)
