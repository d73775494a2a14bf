"""A few invented incidents written as the table of BPIC 2013; no row of the real data is here."""

import csv
from collections.abc import Iterable
from pathlib import Path

Row = dict[str, str]


def a_row(case: str, ts: str, status: str, team: str, **more: str) -> Row:
    """A change of an incident on 2012-05-07; `ts` is as `10:00:00`."""
    plain = {
        "case": case,
        "ts": f"2012-05-07T{ts}",
        "status": status,
        "substatus": "In Progress",
        "team": team,
        "function": "A2_4",
        "org": "Org line A2",
        "person": "Siebel",
        "team_country": "fr",
        "person_country": "",
        "impact": "Medium",
        "product": "PROD1",
    }
    return plain | more


ROWS: tuple[Row, ...] = (
    a_row("bounced", "10:00:00", "Accepted", "V1"),
    a_row("bounced", "10:30:00", "Queued", "V2 2nd"),
    a_row("bounced", "15:00:00", "Queued", "V1"),
    a_row("bounced", "16:00:00", "Accepted", "V1"),
    a_row("bounced", "17:00:00", "Completed", "V1", substatus="Resolved"),
    a_row("quick", "11:00:00", "Completed", "V1", substatus="In Call"),
)


def write_incidents(folder: Path, rows: Iterable[Row] = ROWS) -> Path:
    rows = list(rows)
    with (folder / "bpic2013_incidents.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder
