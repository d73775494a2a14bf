"""Who owes whom how much, and what of it is in danger: the matrix of all pairs. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from services.console.desk import Snapshot
from services.console.filters import ATTENTION, Filters
from services.console.matching import needing
from services.console.standing import standing
from services.console.times import Moment, maybe_moment
from services.console.views import Status, status

KINDS = (
    ("breached", "breached", ("breached",)),
    ("at_risk", "at risk", ("at_risk", "overdue_unconfirmed")),
    ("other", "other", tuple(each for each in ATTENTION[3:])),
)
"""What a cell counts of what needs somebody: slug, word, and the states that are meant."""


@dataclass(frozen=True, slots=True)
class Number:
    """One count, and the list of what it counts."""

    kind: str
    word: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What one party owes another; `open` is None where that is not known."""

    owed_by: str
    owed_to: str
    open: int | None
    url: str
    numbers: tuple[Number, ...]

    @property
    def empty(self) -> bool:
        return not self.open and not any(each.count for each in self.numbers)

    @property
    def worst(self) -> str:
        """The kind that colours the cell; empty where nothing is in danger."""
        return next((each.kind for each in self.numbers if each.count), "")


@dataclass(frozen=True, slots=True)
class Line:
    """All that one party owes; `total` is to everybody."""

    owed_by: str
    cells: tuple[Cell, ...]
    total: Cell


@dataclass(frozen=True, slots=True)
class Board:
    """Rows owe, columns are owed. `cut` where there is more in danger than is listed."""

    status: Status
    owed_to: tuple[str, ...]
    lines: tuple[Line, ...]
    totals: Line
    counted: Moment | None
    counts_problem: str | None
    cut: bool


Danger = Counter[tuple[str, str, str]]
Open = dict[tuple[str, str], int] | None


def board(snapshot: Snapshot) -> Board:
    counts = snapshot.counts
    opened = None if counts is None else {(by, to): n for by, to, n in counts.by_pair}
    danger: Danger = Counter(
        (each.owed_by, each.owed_to, standing(each))
        for each in (entry.promise for entry in needing(snapshot))
    )
    pairs = {*(opened or {}), *((by, to) for by, to, _ in danger)}
    debtors, creditors = sorted({by for by, _ in pairs}), sorted({to for _, to in pairs})
    return Board(
        status=status(snapshot),
        owed_to=tuple(creditors),
        lines=tuple(_line(by, creditors, opened, danger) for by in debtors),
        totals=_line("", creditors, opened, danger),
        counted=maybe_moment(counts.at, snapshot.as_of) if counts and snapshot.as_of else None,
        counts_problem=snapshot.counts_problem,
        cut=snapshot.cut,
    )


def _line(owed_by: str, creditors: Iterable[str], opened: Open, danger: Danger) -> Line:
    """Of everybody where `owed_by` is empty."""
    return Line(
        owed_by=owed_by,
        cells=tuple(_cell(owed_by, owed_to, opened, danger) for owed_to in creditors),
        total=_cell(owed_by, "", opened, danger),
    )


def _cell(owed_by: str, owed_to: str, opened: Open, danger: Danger) -> Cell:
    """An empty name stands for everybody."""
    pair = Filters(owed_by=(owed_by,) if owed_by else (), owed_to=(owed_to,) if owed_to else ())
    found = Counter[str]()
    for (by, to, state), count in danger.items():
        if by == (owed_by or by) and to == (owed_to or to):
            found[state] += count
    return Cell(
        owed_by=owed_by,
        owed_to=owed_to,
        open=_open(owed_by, owed_to, opened),
        url="/" + pair.query(),
        numbers=tuple(
            Number(
                kind, word, sum(found[state] for state in states), "/" + _of(pair, states).query()
            )
            for kind, word, states in KINDS
        ),
    )


def _open(owed_by: str, owed_to: str, opened: Open) -> int | None:
    if opened is None:
        return None
    return sum(
        count
        for (by, to), count in opened.items()
        if by == (owed_by or by) and to == (owed_to or to)
    )


def _of(pair: Filters, states: tuple[str, ...]) -> Filters:
    return Filters(owed_by=pair.owed_by, owed_to=pair.owed_to, state=tuple(sorted(states)))
