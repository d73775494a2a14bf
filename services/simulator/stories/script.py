"""What a story consists of: acts, silences, and the notices that people get. Plain data."""

from dataclasses import dataclass

from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Condition, Resolution
from services.shared.clock import Instant
from services.shared.events.common import Money
from services.simulator.acts import Command
from services.simulator.importers.history import Told


@dataclass(frozen=True, slots=True)
class Does:
    """A department is given a command."""

    at: Instant
    words: str
    command: Command


@dataclass(frozen=True, slots=True)
class Says:
    """A system tells an event by itself."""

    at: Instant
    words: str
    told: Told


@dataclass(frozen=True, slots=True)
class Silence:
    """From now on a party's system tells nothing, or speaks again and has told everything."""

    at: Instant
    words: str
    party: str
    begins: bool


Happening = Does | Says | Silence


@dataclass(frozen=True, slots=True)
class Promise:
    """Who owes what to whom about which subject; a finding has the same shape."""

    agreement: str
    owed_by: str
    owed_to: str
    subject: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that people are told: of which promise, why now, and what to do next.

    There is no `resolution` while it is not over. Moments are whole seconds.
    """

    at: Instant
    promise: Promise
    condition: Condition
    reason: Reason
    resolution: Resolution | None = None
    next_step: str = ""
    at_stake: Money | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A story in a week of its own, from `starts_at` to `ends_at`: nothing else is told then."""

    name: str
    starts_at: Instant
    ends_at: Instant
    happens: tuple[Happening, ...]
    expected: tuple[Notice, ...]
