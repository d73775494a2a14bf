"""The file of schedules on disk; what stands in it is read by `domain.schedules.reading`."""

from collections.abc import Mapping
from pathlib import Path

from services.alerts.domain.schedules.reading import read_schedules
from services.alerts.domain.schedules.schedule import Schedule
from services.alerts.errors import SchedulesError
from services.shared.faults import Fault

FILE_BYTES_LIMIT = 262_144


def load_schedules(path: Path) -> Mapping[str, Schedule]:
    """The schedules of a file by their names; raises SchedulesError that lists every fault."""
    try:
        size = path.stat().st_size
        if size > FILE_BYTES_LIMIT:
            raise _wrong(path, f"it is {size} bytes; the limit is {FILE_BYTES_LIMIT}.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(path, f"it cannot be read ({error}); give a file of UTF-8 text.") from error
    read_as = read_schedules(text, str(path))
    if isinstance(read_as, tuple):
        raise SchedulesError(read_as)
    return read_as


def _wrong(path: Path, remedy: str) -> SchedulesError:
    return SchedulesError((Fault(str(path), 1, "file", remedy),))
