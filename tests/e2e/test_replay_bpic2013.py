"""`handoff replay` on the real incidents of BPIC 2013: which of them bounced, case by case."""

import csv
import gzip
import os
from collections import defaultdict
from pathlib import Path

import pytest

from tests.replaying import replay_findings

DATA = Path(os.environ.get("HANDOFF_TEST_DATA", "../shared/data"))
INCIDENTS = DATA / "bpic2013_incidents.csv.gz"

pytestmark = pytest.mark.skipif(
    not INCIDENTS.is_file(),
    reason=f"the BPIC 2013 data is not in {DATA}; name its folder in HANDOFF_TEST_DATA",
)


def bounces_by_case() -> dict[str, list[str]]:
    """A plain recount: the teams that each case came back to, right after one other team."""
    teams: dict[str, list[str]] = defaultdict(list)
    with gzip.open(INCIDENTS, "rt", newline="") as file:
        for row in csv.DictReader(file):
            if teams[row["case"]][-1:] != [row["team"]]:
                teams[row["case"]].append(row["team"])
    return {
        case: [team for before, team in zip(each, each[2:], strict=False) if before == team]
        for case, each in teams.items()
    }


def test_every_case_that_a_team_got_back_is_found_and_no_other(tmp_path: Path) -> None:
    (tmp_path / INCIDENTS.name).symlink_to(INCIDENTS.resolve())
    ended = replay_findings(tmp_path, tmp_path / "findings.csv", "--format", "bpic2013")
    assert (ended.code, ended.err) == (0, "")
    found: dict[str, list[str]] = defaultdict(list)
    for case, finding, _, detail in ended.findings:
        if finding == "bounced":
            found[case].append(detail.partition(" got the case back")[0])
    recount = bounces_by_case()
    assert found == {case: teams for case, teams in recount.items() if teams}
    assert (len(recount), len(found)) == (7_554, 1_177)
    assert [(row[2], row[0]) for row in ended.findings] == sorted(
        (row[2], row[0]) for row in ended.findings
    )
