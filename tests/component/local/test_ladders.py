"""`handoff doctor` about ladders: those that agreements name, and whom they name themselves."""

from pathlib import Path

import pytest

from services.local.doctor import Finding
from services.local.ladders import NONE, ladder_findings
from services.tracker.agreement_files import shipped

LADDERS = """\
ladders:
  broken:
    rungs:
      - tell: [log]
otherwise: broken
"""
RECEIVERS = "receivers:\n  - {name: log, kind: log}\n"


class Files:
    """Agreements, ladders and receivers as the environment names them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.agreements, self.ladders = folder / "agreements", folder / "escalation.yaml"
        self.agreements.mkdir()
        for path in shipped("default").glob("*.yaml"):
            (self.agreements / path.name).write_text(path.read_text())
        self.ladders.write_text(LADDERS)
        receivers = folder / "receivers.yaml"
        receivers.write_text(RECEIVERS)
        monkeypatch.setenv("HANDOFF_HOME", str(folder))
        monkeypatch.setenv("HANDOFF_AGREEMENTS", str(self.agreements))
        monkeypatch.setenv("HANDOFF_ALERTS__ESCALATION", str(self.ladders))
        monkeypatch.setenv("HANDOFF_ALERTS__RECEIVERS", str(receivers))

    def escalate(self, ladder: str) -> tuple[Path, int]:
        """An agreement names it; the file and the line where it does."""
        path = self.agreements / "ship-paid-order.yaml"
        lines = path.read_text().splitlines()
        path.write_text("\n".join([*lines, f"escalate: {ladder}", ""]))
        return path, len(lines) + 1


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    return Files(tmp_path, monkeypatch)


def wrong() -> list[Finding]:
    return [finding for finding in ladder_findings() if not finding.well]


def test_a_ladder_that_is_there_is_well(files: Files) -> None:
    files.escalate("broken")
    says = f"{files.ladders} has 1, of which agreements name 1"
    assert list(ladder_findings()) == [Finding("ladders", True, says)]


def test_a_ladder_that_is_not_there_is_told_with_file_line_and_remedy(files: Files) -> None:
    path, line = files.escalate("brokn")
    (finding,) = wrong()
    assert finding.says.startswith(f"{path}:{line}: escalate: there is no ladder 'brokn'")
    assert finding.remedy == f"Name one of broken, or write it into {files.ladders}."


def test_without_a_file_of_ladders_there_is_none_that_an_agreement_could_name(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDOFF_ALERTS__ESCALATION")
    assert list(ladder_findings()) == [Finding("ladders", True, NONE)]
    files.escalate("everybody")
    (finding,) = wrong()
    assert "there is no ladder 'everybody'" in finding.says
    assert finding.remedy == "Set HANDOFF_ALERTS__ESCALATION to the file that has it."


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("pager", "there is no receiver 'pager'; there are log."),
        ("schedule:night", "there is no schedule 'night'; there are none"),
    ],
)
def test_whom_a_ladder_names_has_to_be_there(files: Files, told: str, says: str) -> None:
    files.ladders.write_text(LADDERS.replace("[log]", f"[log, {told}]"))
    (finding,) = wrong()
    assert finding.says.startswith(f"{files.ladders}:4: ladders.broken.rungs.0.tell.1: {says}")
    assert "the alerts service does not start" in finding.remedy


def test_each_fault_of_a_file_is_told_by_itself(files: Files) -> None:
    files.ladders.write_text(LADDERS.replace("[log]", "[pager, team]"))
    assert len(wrong()) == 2


def test_agreements_that_cannot_be_read_are_told_instead(files: Files) -> None:
    path, line = files.escalate("broken\nescalated: twice")
    (finding,) = wrong()
    assert (finding.part, finding.says.startswith(f"{path}:{line + 1}: ")) == ("agreements", True)
    assert "the tracker does not start" in finding.remedy
