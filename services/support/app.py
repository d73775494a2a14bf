"""Support, wired: settings, store, relay, commands, what it hears."""

from functools import partial

from pydantic import Field

from services.shared.department.running import started
from services.shared.department.serving import registration
from services.shared.department.storing import MongoStore, Voice
from services.shared.settings import Settings
from services.support.api import COMMANDS, SERVICE
from services.support.handlers import HEARD, handle, hear
from services.support.store import SHAPES

PARTY = "support"


class SupportSettings(Settings):
    """What support needs to know beside what every service does."""

    source: str = Field(PARTY, description="the name of this system; its replicas share it")


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    with started(PARTY, SupportSettings) as service:
        settings = service.settings
        voice = Voice(PARTY, settings.source)
        store = MongoStore(service.mongo, settings.mongo.database, voice, SHAPES)
        relay = service.relay(store.outbox, settings.source)
        answer = partial(handle, store=store)
        commands = registration(SERVICE, COMMANDS, answer, service.clock)
        consumer = service.consumer(partial(hear, store=store), HEARD)
        service.run(commands, settings.endpoints.support, store.prepare, relay.run, consumer)
