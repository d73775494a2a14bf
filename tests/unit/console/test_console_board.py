"""The matrix of who owes whom: each number is what its link shows."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from services.console.board import Board, Cell, board
from services.console.filters import Filters
from services.console.inbox import inbox
from services.console.overviews import OpenCounts
from tests.unit.console.builders import NOW, a_promise, a_snapshot

COUNTS = OpenCounts(NOW, (("operations", "sales", 40), ("finance", "support", 7)))
SNAPSHOT = replace(
    a_snapshot(
        a_promise("1", state="breached"),
        a_promise("2", state="overdue_unconfirmed"),
        a_promise("3"),
        a_promise("4", state="unknown", owed_by="finance", owed_to="sales"),
    ),
    counts=COUNTS,
)


def cells(view: Board) -> list[Cell]:
    lines = (*view.lines, view.totals)
    return [cell for line in lines for cell in (*line.cells, line.total)]


def cell(view: Board, owed_by: str, owed_to: str) -> Cell:
    return next(c for c in cells(view) if (c.owed_by, c.owed_to) == (owed_by, owed_to))


def test_every_number_is_how_much_its_link_lists() -> None:
    for each in cells(board(SNAPSHOT)):
        for number in each.numbers:
            shown = Filters.parse(parse_qsl(urlsplit(number.url).query))
            assert inbox(SNAPSHOT, shown).matching == number.count, number


def test_a_cell_tells_what_is_open_and_what_of_it_is_in_danger() -> None:
    told = cell(board(SNAPSHOT), "operations", "sales")
    assert [(each.word, each.count) for each in told.numbers] == [
        ("breached", 1),
        ("at risk", 2),
        ("other", 0),
    ]
    assert (told.open, told.worst) == (40, "breached")


def test_totals_are_the_sums_of_their_rows_and_columns() -> None:
    view = board(SNAPSHOT)
    assert cell(view, "", "").open == 47
    assert cell(view, "", "sales").open == 40
    assert cell(view, "finance", "").open == 7
    assert [each.count for each in cell(view, "", "").numbers] == [1, 2, 1]


def test_a_pair_without_danger_is_there_while_something_is_open() -> None:
    told = cell(board(SNAPSHOT), "finance", "support")
    assert (told.open, told.worst, told.empty) == (7, "", False)


def test_without_counts_nothing_is_said_of_what_is_open() -> None:
    view = board(replace(SNAPSHOT, counts=None, counts_problem="It is away."))
    assert {each.open for each in cells(view)} == {None}
    assert view.counts_problem == "It is away."
    assert view.counted is None
