"""Sales, wired: settings, store, relay, commands."""

from functools import partial

from pydantic import Field

from services.sales.api import COMMANDS, SERVICE
from services.sales.handlers import handle
from services.sales.store import SHAPES
from services.shared.department.running import started
from services.shared.department.serving import registration
from services.shared.department.storing import MongoStore, Voice
from services.shared.settings import Settings

PARTY = "sales"


class SalesSettings(Settings):
    """What sales needs to know beside what every service does."""

    source: str = Field(PARTY, description="the name of this system; its replicas share it")


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    with started(PARTY, SalesSettings) as service:
        settings = service.settings
        voice = Voice(PARTY, settings.source)
        store = MongoStore(service.mongo, settings.mongo.database, voice, SHAPES)
        relay = service.relay(store.outbox, settings.source)
        answer = partial(handle, store=store)
        commands = registration(SERVICE, COMMANDS, answer, service.clock)
        service.run(commands, settings.endpoints.sales, store.prepare, relay.run)
