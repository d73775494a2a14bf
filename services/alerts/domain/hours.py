"""When a receiver hears of what can wait; what cannot reaches it at any time."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.alerts.domain.schedules.schedule import Window
from services.alerts.domain.schedules.turns import is_within
from services.alerts.domain.schedules.words import parse_windows
from services.shared.clock import Instant
from services.shared.zones import zone_of


@dataclass(frozen=True, slots=True)
class Hours:
    """Windows by the wall clock of a zone."""

    zone: str
    windows: tuple[Window, ...]

    def open(self, at: Instant) -> bool:
        return is_within(self.zone, self.windows, at)


def parse_hours(zone: str, only: Sequence[str]) -> Hours:
    """Of words as in a schedule's rotation; raises ValueError with what would be right."""
    zone_of(zone)
    return Hours(zone, tuple(window for text in only for window in parse_windows(text)))
