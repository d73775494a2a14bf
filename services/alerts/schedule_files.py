"""The file of schedules on disk; what stands in it is read by `domain.schedules.reading`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from services.alerts.domain.schedules.calls import NO_CALLS, Calls
from services.alerts.domain.schedules.reading import read_schedules
from services.alerts.domain.schedules.schedule import Schedule
from services.alerts.errors import SchedulesError
from services.alerts.files import text_of
from services.shared.faults import Fault


def load_schedules(path: Path, calls: Calls = NO_CALLS) -> Mapping[str, Schedule]:
    """The schedules of a file by their names; raises SchedulesError that lists every fault.

    That somebody whom ladders call has no receiver is one.
    """
    text = text_of(path)
    if isinstance(text, Fault):
        raise SchedulesError((text,))
    read_as = read_schedules(text, str(path), calls)
    if isinstance(read_as, tuple):
        raise SchedulesError(read_as)
    return read_as


@dataclass
class LiveSchedules:
    """The schedules of a file as it is now; while it is wrong, as it was before.

    So an override holds from the moment it is written, and no slip of the pen calls nobody.
    """

    path: Path | None
    calls: Calls
    read: Mapping[str, Schedule]
    log: structlog.typing.FilteringBoundLogger
    _version: tuple[int, ...] = field(default=(), init=False)

    def now(self) -> Mapping[str, Schedule]:
        """By their names."""
        if self.path and (version := _version(self.path)) != self._version:
            self._version = version
            try:
                self.read = load_schedules(self.path, self.calls)
            except SchedulesError as error:
                self.log.warning("schedules stay as they were", problem=str(error))
        return self.read


def _version(path: Path) -> tuple[int, ...]:
    """Differs where the file was written or put in place anew."""
    try:
        stat = path.stat()
    except OSError:
        return (0,)
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
