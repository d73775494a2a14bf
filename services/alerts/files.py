"""The text of a file that somebody wrote for alerts, or why there is none; what it says is not read
here.
"""

from pathlib import Path

from services.shared.faults import Fault

FILE_BYTES_LIMIT = 262_144


def text_of(path: Path) -> str | Fault:
    """At most FILE_BYTES_LIMIT bytes of UTF-8."""
    try:
        size = path.stat().st_size
        if size > FILE_BYTES_LIMIT:
            return _wrong(path, f"it is {size} bytes; the limit is {FILE_BYTES_LIMIT}.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return _wrong(path, f"it cannot be read ({error}); give a file of UTF-8 text.")


def _wrong(path: Path, remedy: str) -> Fault:
    return Fault(str(path), 1, "file", remedy)
