"""CSV files as importers read them, gzip or not: each bad row is reported and the rest goes on.

What the columns mean is the importer's affair.
"""

import csv
import gzip
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from services.shared.clock import Instant, to_instant
from services.shared.errors import InvalidEvent
from services.shared.subjects import Kind, subject
from services.simulator.importers.errors import BadValue, UnreadableData

RECORD_LINES_LIMIT = 200
"""Lines of one row; a quote that stays open for longer was opened by mistake."""
AMOUNT_LIMIT = 10**12
YEARS = range(1970, 9_000)
_SHOWN = 60
_NAMES_SHOWN = 20
_ENDINGS = ("", ".gz")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out; `row` counts the rows below the header, `line` is the file's."""

    file: str
    row: int
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row} (line {self.line}): {self.problem}"


Report = Callable[[BadRow], None]


class Row:
    """One row; an empty value is None, and one that cannot be read raises BadValue."""

    __slots__ = ("_cells", "_places")

    def __init__(self, places: Mapping[str, int], cells: Sequence[str]) -> None:
        self._places = places
        self._cells = cells

    def text(self, column: str) -> str:
        """Empty where the file has no such column, too."""
        place = self._places.get(column)
        return "" if place is None else self._cells[place].strip()

    def needed(self, column: str) -> str:
        text = self.text(column)
        if not text:
            raise BadValue(f"{column} is missing.")
        if "\ufffd" in text:
            raise BadValue(f"{column} is {_shown(text)}, which is not UTF-8.")
        return text

    def subject_id(self, column: str, kind: Kind) -> str:
        """An id that can be part of a subject."""
        text = self.needed(column)
        try:
            subject(kind, text)
        except InvalidEvent as error:
            raise BadValue(f"{column}: {error}") from None
        return text

    def moment(self, column: str) -> Instant | None:
        """A time that names no zone is read as UTC."""
        text = self.text(column)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = datetime.min
        if moment.year not in YEARS:
            raise BadValue(
                f"{column} is {_shown(text)}; give a time of {YEARS[0]} to {YEARS[-1]}, for"
                " example 2017-11-07T22:14:14."
            )
        return to_instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    def needed_moment(self, column: str) -> Instant:
        moment = self.moment(column)
        if moment is None:
            raise BadValue(f"{column} is missing; give a time, for example 2017-11-07T22:14:14.")
        return moment

    def cents(self, column: str) -> int | None:
        """Hundredths of an amount."""
        text = self.text(column)
        if not text:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not (amount.is_finite() and 0 <= amount <= AMOUNT_LIMIT):
            raise BadValue(f"{column} is {_shown(text)}; give an amount of 0 or more, like 18.90.")
        return round(amount * 100)

    def whole(self, column: str, within: range) -> int:
        text = self.text(column)
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < _SHOWN else None
        if number is None or number not in within:
            raise BadValue(f"{column} is {_shown(text)}; give {within[0]} to {within[-1]}.")
        return number


def find(folder: Path, wanted: Mapping[str, Sequence[str]]) -> tuple[str, list[Path]]:
    """The first of several sets of files that is complete: its name and its files, in order.

    A name may be followed by `.gz`. Raises UnreadableData that says what is there and what is not.
    """
    if not folder.is_dir():
        raise UnreadableData(f"{folder} is no folder; give one that holds the data files.")
    for name, files in wanted.items():
        found = [_there(folder, file) for file in files]
        paths = [path for path in found if path]
        if len(paths) == len(files):
            return name, paths
    there = sorted(path.name for path in folder.iterdir())
    more = f" and {len(there) - _NAMES_SHOWN} more" if len(there) > _NAMES_SHOWN else ""
    raise UnreadableData(
        f"{folder} holds {', '.join(there[:_NAMES_SHOWN]) or 'nothing'}{more}; expected are"
        f" {', or '.join(', '.join(files) for files in wanted.values())}, each with or without .gz."
    )


def _there(folder: Path, file: str) -> Path | None:
    paths = (folder / f"{file}{ending}" for ending in _ENDINGS)
    return next((path for path in paths if path.is_file()), None)


def read(path: Path, columns: Collection[str], take: Callable[[Row], None], report: Report) -> None:
    """Give each row to `take`; a row that it refuses with BadValue is reported and left out.

    Raises UnreadableData where the file cannot be read or has not all of `columns`.
    """
    lines = _lines(path)
    header = [name.strip() for name in _cells(lines[:1]) or ()]
    if missing := [column for column in columns if column not in header]:
        raise UnreadableData(
            f"{path} has no column {', '.join(missing)}; its first line has to name"
            f" {', '.join(columns)}."
        )
    places = {name: place for place, name in enumerate(header)}
    for number, (line, cells) in enumerate(_records(lines, len(header)), start=1):
        try:
            if cells is None:
                raise BadValue("a quote in it is not closed, or is in the midst of a value.")
            if len(cells) != len(header):
                raise BadValue(f"it has {len(cells)} columns; the header has {len(header)}.")
            take(Row(places, cells))
        except BadValue as error:
            report(BadRow(path.name, number, line, str(error)))


def _lines(path: Path) -> list[str]:
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
            return list(file)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableData(
            f"{path} cannot be read to its end: {error}. Get the file again."
        ) from error


def _records(lines: Sequence[str], width: int) -> Iterator[tuple[int, list[str] | None]]:
    """Each row below the header with its line's number; a stray quote costs its own line only."""
    at = 1
    while at < len(lines):
        end = _end_of_record(lines, at)
        cells = _cells(lines[at:end])
        if end > at + 1 and (cells is None or len(cells) != width):
            end = at + 1
            cells = _cells(lines[at:end])
        if cells is None or len(cells) > 1 or "".join(cells).strip():
            yield at + 1, cells
        at = end


def _end_of_record(lines: Sequence[str], start: int) -> int:
    """A text in quotes may go over several lines: until the quotes are even in number."""
    quotes, end = lines[start].count('"'), start + 1
    while quotes % 2 and end < min(len(lines), start + RECORD_LINES_LIMIT):
        quotes += lines[end].count('"')
        end += 1
    return start + 1 if quotes % 2 else end


def _cells(record: Sequence[str]) -> list[str] | None:
    """None where a quote is not closed, or is in the midst of a value."""
    if len(record) == 1 and '"' not in record[0]:
        return record[0].rstrip("\r\n").split(",")
    try:
        return next(csv.reader(record, strict=True), [])
    except csv.Error:
        return None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
