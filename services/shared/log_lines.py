"""Where log lines go: ours and those of the libraries, one line each on standard output."""

import logging
import sys
import time

import structlog

LIBRARY_LEVELS = {"": logging.WARNING, "kafka": logging.ERROR, "aiokafka": logging.ERROR}
"""While a broker is away its clients warn without end; our own parts say so once."""
REPEATED_AFTER_S = 10.0
REMEMBERED_LIMIT = 1_000


class StandardOutput:
    """Writes to whatever standard output is at that moment."""

    def msg(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    log = debug = info = warning = warn = error = err = critical = fatal = exception = failure = msg


def take_library_logs(log: structlog.typing.FilteringBoundLogger) -> None:
    """From now on what libraries log through `logging` is in `log`, and no longer elsewhere."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _LibraryLogs)]:
        root.removeHandler(handler)
    root.addHandler(_LibraryLogs(log))
    for name, level in LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(level)


class _LibraryLogs(logging.Handler):
    """Hands records to our log; the same complaint again only after a while."""

    def __init__(self, log: structlog.typing.FilteringBoundLogger) -> None:
        super().__init__()
        self._log = log
        self._said_at: dict[tuple[str, object], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if self._repeated(record):
            return
        try:
            say = self._log.error if record.levelno >= logging.ERROR else self._log.warning
            say(record.getMessage(), logger=record.name, exc_info=record.exc_info)
        except Exception:
            self.handleError(record)

    def _repeated(self, record: logging.LogRecord) -> bool:
        now, complaint = time.monotonic(), (record.name, record.msg)
        if now - self._said_at.get(complaint, -REPEATED_AFTER_S) < REPEATED_AFTER_S:
            return True
        if len(self._said_at) >= REMEMBERED_LIMIT:
            self._said_at.clear()
        self._said_at[complaint] = now
        return False
