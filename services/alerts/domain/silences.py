"""Silences: for a while nobody hears of some alerts, because it is known why they are there.

One that begins later is a maintenance window. What is silenced is snoozed until the silence ends,
in the name of whoever asked for it; whoever knew of it before hears of its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from services.alerts.domain.alert import Alert, Snooze
from services.alerts.domain.audit.chain import Facts
from services.alerts.domain.matching import Matcher
from services.shared.clock import Instant, iso


@dataclass(frozen=True, slots=True)
class Silence:
    """Of the alerts that it takes nobody hears from `starts_at` until before `ends_at`."""

    id: str
    wanted: Matcher
    starts_at: Instant
    ends_at: Instant
    actor: str
    reason: str

    def holds(self, alert: Alert, now: Instant) -> bool:
        return self.starts_at <= now < self.ends_at and self.wanted.takes(alert)

    @property
    def snooze(self) -> Snooze:
        return Snooze(self.actor, self.ends_at, self.reason, self.id)


def silence_facts(silence: Silence) -> Facts:
    """What the audit says of one that begins."""
    wanted = silence.wanted
    named = {each.name: ", ".join(sorted(getattr(wanted, each.name))) for each in fields(wanted)}
    said = {name: value for name, value in named.items() if value}
    return {**said, "starts_at": iso(silence.starts_at), "ends_at": iso(silence.ends_at)}


def silence_of(alert: Alert, silences: Iterable[Silence], now: Instant) -> Silence | None:
    """Of those that hold for it the one that ends last."""
    holding = (each for each in silences if each.holds(alert, now))
    return max(holding, key=lambda each: each.ends_at, default=None)
