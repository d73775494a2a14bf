"""The table of incidents to one history, and what becomes of bad rows."""

import gzip
from pathlib import Path

import pytest

from services.simulator.importers.bpic2013 import history
from services.simulator.importers.errors import UnreadableData
from services.simulator.importers.history import History
from services.simulator.importers.tables import BadRow
from tests.bpic2013_files import ROWS, Row, a_row, write_incidents


def read(folder: Path) -> tuple[History, list[BadRow]]:
    bad: list[BadRow] = []
    return history(folder, bad.append), bad


def said(told: History) -> list[tuple[str, str]]:
    return [(envelope.type.partition(".")[2], envelope.case) for envelope, _ in told]


def test_every_incident_is_told_in_order_of_time(tmp_path: Path) -> None:
    told, bad = read(write_incidents(tmp_path))
    assert bad == []
    assert said(told) == [
        ("CaseOpened", "bounced"),
        ("CaseTransferred", "bounced"),
        ("CaseOpened", "quick"),
        ("CaseResolved", "quick"),
        ("CaseTransferred", "bounced"),
        ("CaseAccepted", "bounced"),
        ("CaseResolved", "bounced"),
    ]


def test_a_gzipped_table_whose_incidents_are_mixed_says_the_same(tmp_path: Path) -> None:
    told, _ = read(write_incidents(tmp_path))
    (tmp_path / "mixed").mkdir()
    write_incidents(tmp_path / "mixed", sorted(ROWS, key=lambda row: row["ts"]))
    plain = tmp_path / "mixed" / "bpic2013_incidents.csv"
    plain.with_name("bpic2013_incidents.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    assert list(read(tmp_path / "mixed")[0]) == list(told)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"case": ""}, "case is missing."),
        ({"case": "two words"}, "case: 'two words' cannot be the id of a case"),
        ({"ts": ""}, "ts is missing"),
        ({"ts": "yesterday"}, "ts is 'yesterday'"),
        ({"status": ""}, "status is missing."),
        ({"status": "Closed"}, "status is 'Closed'; give one of Accepted, Queued, Completed, "),
        ({"team": ""}, "team is missing."),
    ],
)
def test_a_bad_row_is_named_and_the_others_go_on(
    tmp_path: Path, changes: Row, problem: str
) -> None:
    rows = [*ROWS, {**a_row("bad", "09:00:00", "Accepted", "V1"), **changes}]
    told, bad = read(write_incidents(tmp_path, rows))
    assert {case for _, case in said(told)} == {"bounced", "quick"}
    assert [(row.file, row.row, row.line) for row in bad] == [("bpic2013_incidents.csv", 7, 8)]
    assert problem in bad[0].problem


def test_a_folder_without_the_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableData, match=r"expected are bpic2013_incidents\.csv"):
        read(tmp_path)


def test_a_table_without_a_column_that_is_read_is_refused(tmp_path: Path) -> None:
    rows = [{name: value for name, value in row.items() if name != "team"} for row in ROWS]
    with pytest.raises(UnreadableData, match="has no column team;"):
        read(write_incidents(tmp_path, rows))
