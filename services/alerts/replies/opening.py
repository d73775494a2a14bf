"""Replies, wired: the senders that the receivers file names, what they may do, and the door."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from services.alerts.destinations import Guard, guarded_client
from services.alerts.handlers import Desk
from services.alerts.metrics import Metrics
from services.alerts.replies.door import Door, senders_of
from services.alerts.replies.http import serving
from services.alerts.replies.saying import saying
from services.alerts.settings import AlertsSettings
from services.shared.clock import Clock, WallClock
from services.shared.telemetry import Telemetry


@asynccontextmanager
async def replies(
    settings: AlertsSettings, desk: Desk, clock: Clock, metrics: Metrics, observed: Telemetry
) -> AsyncIterator[None]:
    """Taken inside the block, where anybody may reply. Raises OSError and SettingsError."""
    file = settings.receivers
    with (
        guarded_client(Guard(file.allow)) as client,
        ThreadPoolExecutor(1, thread_name_prefix="say") as threads,
    ):
        say = saying(client, observed.log, threads.submit)
        senders = senders_of(file.receivers)
        door = Door(senders, desk, clock, WallClock(), metrics.replied, observed, say)
        async with serving(door, settings.listen, settings.alerts.replies_port):
            yield
