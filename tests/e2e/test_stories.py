"""Stories on the real stack: one that goes as told, and one whose department acts in time."""

from pathlib import Path

import pytest

from services.cli.errors import CommandFailed
from services.cli.story_run import run
from services.local import state
from services.simulator.stories.catalogue import script_of
from tests.conftest import CACHE
from tests.stories.controls import finance_acts_in_time


def test_a_story_is_judged_by_the_alerts_that_were_delivered(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    (home / "cache").symlink_to(CACHE)
    monkeypatch.setenv("HANDOFF_HOME", str(home))
    with pytest.raises(CommandFailed, match="Of 2 stories 1 went otherwise than told: approval-"):
        run([finance_acts_in_time(), script_of("silent-department")])
    said = capsys.readouterr().out
    assert "✖ missing     Mon 11:00  at risk (first notice): approve-payment, owed by" in said
    assert said.count("✖") == 1
    assert "▲ handoff tells finance and sales: Nobody knows: finance owes sales" in said
    assert "✔ Exactly these 2 notices, each at its moment" in said
    assert not state.state_path(home / "demo").exists()
