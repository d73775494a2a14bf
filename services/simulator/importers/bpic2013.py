"""Volvo IT's incidents (BPI Challenge 2013, 2010 to 2012) as what one support said of its cases.

Read is one table with a row for every change of an incident: when, its status, and the team that
has it. People, countries and organisations are left out.
"""

from collections import defaultdict
from pathlib import Path

from services.shared.subjects import Kind
from services.simulator.importers.bpic2013_events import Status, Step, moments_of
from services.simulator.importers.errors import BadValue
from services.simulator.importers.history import History
from services.simulator.importers.tables import Report, Row, find, read

COLUMNS = ("case", "ts", "status", "substatus", "team", "product")


def history(folder: Path, report: Report) -> History:
    """The events of all incidents in `folder`; raises UnreadableData where the file is missing.

    The rows of an incident count in order of time, those of one second in the file's order.
    """
    _, (incidents,) = find(folder, {"incidents": ("bpic2013_incidents.csv",)})
    cases: dict[str, list[Step]] = defaultdict(list)

    def take(row: Row) -> None:
        case, step = row.subject_id("case", Kind.CASE), _step(row)
        cases[case].append(step)

    read(incidents, COLUMNS, take, report)
    moments = (moment for case, steps in cases.items() for moment in moments_of(case, steps))
    return History.of(moments, (incidents,))


def _step(row: Row) -> Step:
    return Step(
        row.needed_moment("ts"),
        _status(row.needed("status")),
        row.text("substatus"),
        row.needed("team"),
        row.text("product"),
    )


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError:
        raise BadValue(f"status is {text[:60]!r}; give one of {', '.join(Status)}.") from None
