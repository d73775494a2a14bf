"""What the routes work with: the feed, who answers, the templates. Wired once, in `app`."""

from dataclasses import dataclass, field

from services.console.desk import Desk, Ledger
from services.console.feed import Feed
from services.console.letters import LetterBox
from services.console.meters import Meters
from services.console.rendering import Renderer
from services.console.settings import ConsoleSettings
from services.console.traces.span import Spans
from services.console.trials import Trials
from services.console.watchers import Clients
from services.shared.health import Health
from services.shared.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Console:
    """The parts of one running console."""

    settings: ConsoleSettings
    ledger: Ledger
    desk: Desk
    feed: Feed
    renderer: Renderer
    meters: Meters
    telemetry: Telemetry
    health: Health
    spans: Spans
    letters: LetterBox
    clients: Clients = field(default_factory=Clients)
    trials: Trials = field(default_factory=Trials)
