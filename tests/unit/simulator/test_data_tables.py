"""CSV files row by row: what is read, what is named as bad, and that the rest goes on."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from services.shared.clock import iso
from services.shared.subjects import Kind
from services.simulator.importers.errors import BadValue, UnreadableData
from services.simulator.importers.tables import (
    AMOUNT_LIMIT,
    RECORD_LINES_LIMIT,
    BadRow,
    Row,
    find,
    read,
)


def a_row(**values: str) -> Row:
    return Row({name: place for place, name in enumerate(values)}, list(values.values()))


def names_of(path: Path, *columns: str) -> tuple[list[str], list[BadRow]]:
    """The first column of every row that can be read, and the rows that cannot."""
    names: list[str] = []
    bad: list[BadRow] = []
    read(path, columns, lambda row: names.append(row.needed(columns[0])), bad.append)
    return names, bad


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


Table = Callable[[str], Path]


def test_columns_are_found_by_name_and_others_are_ignored(table: Table) -> None:
    assert names_of(table("x,name,y\n1,ada,2\n3,eve,4\n"), "name") == (["ada", "eve"], [])


def test_a_gzip_file_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress("\ufeffname,x\r\nada,1\r\n\r\neve,2".encode()))
    assert names_of(path, "name") == (["ada", "eve"], [])


def test_a_row_with_too_few_or_too_many_columns_is_named_and_the_rest_goes_on(table: Table) -> None:
    names, bad = names_of(table("name,x\nada,1\nbob\ncy,1,2\neve,1\n"), "name")
    assert names == ["ada", "eve"]
    assert [str(row) for row in bad] == [
        "table.csv, row 2 (line 3): it has 1 columns; the header has 2.",
        "table.csv, row 3 (line 4): it has 3 columns; the header has 2.",
    ]


def test_a_row_of_separators_only_is_bad_and_an_empty_line_is_no_row(table: Table) -> None:
    names, bad = names_of(table("name,x\n\n,\nada,1\n"), "name")
    assert names == ["ada"]
    assert [(row.row, row.line, row.problem) for row in bad] == [(1, 3, "name is missing.")]


def test_a_text_in_quotes_may_have_commas_quotes_and_several_lines(table: Table) -> None:
    names, bad = names_of(table('name,x\nada,"one, ""two""\nthree"\neve,1\n'), "name")
    assert (names, bad) == (["ada", "eve"], [])


def test_a_bad_row_after_a_text_of_two_lines_is_named_by_row_and_line(table: Table) -> None:
    _, bad = names_of(table('name,x\nada,"one\ntwo"\neve\n'), "name")
    assert [(row.row, row.line) for row in bad] == [(2, 4)]


@pytest.mark.parametrize("lines", [3, RECORD_LINES_LIMIT + 10])
def test_a_quote_that_never_closes_costs_its_own_row_only(table: Table, lines: int) -> None:
    text = "name,x,y\n" + 'bob,"1,2\n' + "ada,1,2\n" * lines
    names, bad = names_of(table(text), "name")
    assert names == ["ada"] * lines
    assert [row.line for row in bad] == [2]


def test_two_stray_quotes_cost_their_own_rows_only(table: Table) -> None:
    names, bad = names_of(table('name,x,y\nbob,"1,2\nada,1,2\ncy,"1,2\neve,1,2\n'), "name")
    assert names == ["ada", "eve"]
    assert [row.line for row in bad] == [2, 4]


def test_bytes_that_are_not_utf_8_spoil_an_id_and_no_comment(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"name,x\nad\xe3,1\neve,\xe3\n")
    names, bad = names_of(path, "name")
    assert names == ["eve"]
    assert [(row.row, "not UTF-8" in row.problem) for row in bad] == [(1, True)]


def test_a_file_without_a_column_is_refused_with_the_columns_that_it_needs(table: Table) -> None:
    with pytest.raises(UnreadableData, match="has no column id; its first line has to name id, x"):
        names_of(table("x,y\n1,2\n"), "id", "x")


def test_an_empty_file_is_refused(table: Table) -> None:
    with pytest.raises(UnreadableData, match="has no column name"):
        names_of(table(""), "name")


@pytest.mark.parametrize("damage", [lambda packed: packed[:-9], lambda packed: b"no gzip"])
def test_a_damaged_archive_is_named(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(damage(gzip.compress(b"name\n" + b"ada\n" * 1_000)))
    with pytest.raises(UnreadableData, match=r"table\.csv\.gz cannot be read to its end"):
        names_of(path, "name")


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("2017-11-07T22:14:14", "2017-11-07T22:14:14Z"),
        ("2017-11-07 22:14:14", "2017-11-07T22:14:14Z"),
        ("2017-11-07T22:14:14-02:00", "2017-11-08T00:14:14Z"),
        ("2017-11-07", "2017-11-07T00:00:00Z"),
        (" 1970-01-01 ", "1970-01-01T00:00:00Z"),
    ],
)
def test_a_time_without_a_zone_is_utc(text: str, read_as: str) -> None:
    assert iso(a_row(at=text).needed_moment("at")) == read_as


def test_an_empty_value_and_a_column_that_is_not_there_are_none() -> None:
    row = a_row(at="", price="")
    assert row.moment("at") is row.moment("nowhere") is row.cents("price") is None


@pytest.mark.parametrize("text", ["soon", "2017-13-01", "1969-12-31", "9999-12-31", "0001-01-01"])
def test_a_time_that_cannot_be_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadValue, match=f"at is '{text}'; give a time .* 2017-11-07T22:14:14"):
        a_row(at=text).moment("at")


@pytest.mark.parametrize(
    ("text", "cents"), [("18.9", 1_890), ("0.0", 0), ("7", 700), (str(AMOUNT_LIMIT), 10**14)]
)
def test_an_amount_is_in_hundredths(text: str, cents: int) -> None:
    assert a_row(price=text).cents("price") == cents


@pytest.mark.parametrize("text", ["-0.01", "free", "nan", "inf", "1e999999999", "1,5"])
def test_an_amount_below_zero_or_beyond_reason_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="give an amount of 0 or more"):
        a_row(price=text).cents("price")


@pytest.mark.parametrize("text", ["0", "6", "", "4.5", "-1", "five", "\u0665", "1" * 5_000])
def test_a_whole_number_outside_its_range_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="give 1 to 5"):
        a_row(score=text).whole("score", range(1, 6))
    assert a_row(score="5").whole("score", range(1, 6)) == 5


@pytest.mark.parametrize("text", ["", " ", "two words", "a~b", "x" * 195])
def test_an_id_that_no_subject_can_have_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        a_row(id=text).subject_id("id", Kind.ORDER)
    assert a_row(id="x" * 194).subject_id("id", Kind.ORDER) == "x" * 194


def test_a_shown_value_is_cut() -> None:
    with pytest.raises(BadValue) as refused:
        a_row(at="x" * 10_000).moment("at")
    assert len(str(refused.value)) < 200


WANTED = {"public": ("orders_dataset.csv", "items_dataset.csv"), "joined": ("orders.csv",)}


def test_the_set_that_is_complete_is_found_gzipped_or_not(tmp_path: Path) -> None:
    (tmp_path / "orders.csv.gz").touch()
    (tmp_path / "items_dataset.csv").touch()
    assert find(tmp_path, WANTED) == ("joined", [tmp_path / "orders.csv.gz"])
    (tmp_path / "orders_dataset.csv").touch()
    name, files = find(tmp_path, WANTED)
    assert (name, [file.name for file in files]) == ("public", list(WANTED["public"]))


def test_what_is_missing_is_one_line_with_the_folder_what_it_holds_and_what_is_expected(
    tmp_path: Path,
) -> None:
    (tmp_path / "items_dataset.csv").touch()
    with pytest.raises(UnreadableData) as refused:
        find(tmp_path, WANTED)
    assert str(refused.value) == (
        f"{tmp_path} holds items_dataset.csv; expected are orders_dataset.csv, items_dataset.csv,"
        " or orders.csv, each with or without .gz."
    )


def test_a_folder_of_thousands_of_files_is_not_listed_whole(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.txt").touch()
    with pytest.raises(UnreadableData, match=r"19\.txt and 10 more; expected"):
        find(tmp_path, WANTED)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableData, match="nowhere is no folder"):
        find(tmp_path / "nowhere", WANTED)
