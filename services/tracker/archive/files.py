"""Parquet files, a folder a day: whole and read back before anybody may rely on them.

A file's name is made of what it holds, so that the same rows are never written twice.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from services.tracker.archive.rows import RESTORED, SCHEMA, document_of
from services.tracker.errors import ArchiveDamaged
from services.tracker.rows import Row

COMPRESSION = "zstd"
ROWS_READ_AT_ONCE = 1_000


def keep(folder: Path, day: date, rows: Sequence[Row]) -> Path:
    """The file that holds exactly these rows, on disk for good.

    Raises ArchiveDamaged where it reads otherwise than it was written.
    """
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    path = folder / f"day={day.isoformat()}" / f"part-{_name_of(rows)}.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(table, path)
    if not _read(path).equals(table):
        raise ArchiveDamaged(
            f"{path} does not hold what was written to it, so nothing of it was deleted from Mongo."
            " Look at the disk, remove the file, and archive again."
        )
    return path


def documents(folder: Path) -> Iterator[Row]:
    """Every subject of the archive as its document in Mongo, those that were changed last first.

    A subject may come several times: the first one is the newest.
    """
    for path in sorted(folder.glob("day=*/part-*.parquet"), reverse=True):
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(ROWS_READ_AT_ONCE, columns=RESTORED):
                    yield from map(document_of, batch.to_pylist())
        except (OSError, pa.ArrowException) as error:
            raise ArchiveDamaged(f"{path} cannot be read: {error}") from error


def _name_of(rows: Sequence[Row]) -> str:
    said = hashlib.sha256()
    for row in rows:
        said.update(f"{row['subject']}\x00{len(row['packed'])}\x00".encode() + row["packed"])
    return said.hexdigest()[:24]


def _write(table: pa.Table, path: Path) -> None:
    """Under its own name only once all of it is on the disk."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            pq.write_table(table, file, compression=COMPRESSION)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    """A name is on the disk once its folder is."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _read(path: Path) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            return file.read()
    except (OSError, pa.ArrowException) as error:
        raise ArchiveDamaged(f"{path} cannot be read: {error}") from error
