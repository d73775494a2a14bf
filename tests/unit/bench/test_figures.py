"""What a run writes and how it judges it."""

import json
from pathlib import Path

import pytest

from tests.bench.promises.figures import Figure, write


@pytest.mark.parametrize(
    ("value", "goal", "verdict"),
    [(9, 10, "met"), (10, 10, "met"), (11, 10, "missed"), (9, None, "")],
)
def test_a_goal_is_met_at_its_value_and_missed_above(
    value: float, goal: float | None, verdict: str
) -> None:
    assert Figure("recovery_s", value, goal, "").verdict == verdict


def test_what_others_wrote_stays_and_ours_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "tracker.json"
    before = {"how": {"recovery_s": "among more", "cost_at_50k_us": "an event"}}
    earlier = {"ratio_vs_faust": 15, "recovery_s": 7, "peers": {}, "promises": before}
    file.write_text(json.dumps(earlier))
    write([Figure("recovery_s", 8, 10, "among few")], {"quick": True}, file)
    written = json.loads(file.read_text())
    assert written == {
        "ratio_vs_faust": 15,
        "recovery_s": 8,
        "peers": {},
        "promises": {
            "quick": True,
            "how": {"recovery_s": "among few", "cost_at_50k_us": "an event"},
        },
    }
