"""One wish to stop, for the event loop and for the threads."""

import asyncio
import signal
import threading


class Stop:
    """Whoever wants the service to end says so here; both sides see it."""

    def __init__(self) -> None:
        self.loop, self.threads = asyncio.Event(), threading.Event()

    def now(self) -> None:
        self.loop.set()
        self.threads.set()

    def on_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.now)
