"""Verdicts wake the feed: a thread that listens to their topic and reads nothing in them."""

import threading
import time
from collections.abc import Callable

from structlog.typing import FilteringBoundLogger

from services.shared.bus import SubscribeError, Subscriber

POLL_S = 1.0
RETRY_S = 5.0


def listen(
    subscriber: Subscriber,
    wake: Callable[[], None],
    stop: threading.Event,
    log: FilteringBoundLogger,
) -> None:
    """Runs until `stop`. Without Kafka the page goes on, only later: it is read anyway in turn."""
    while not stop.is_set():
        started = time.monotonic()
        try:
            came = subscriber.poll(POLL_S)
        except SubscribeError as error:
            log.warning("verdicts cannot be heard", problem=str(error))
            stop.wait(RETRY_S)
            continue
        if came:
            wake()
        else:  # a subscriber without partitions returns at once
            stop.wait(max(0.0, POLL_S - (time.monotonic() - started)))
    subscriber.close()
