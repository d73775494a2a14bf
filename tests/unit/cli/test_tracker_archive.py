"""How long `handoff tracker archive` leaves a subject alone."""

from pathlib import Path

import pytest
import typer

from services.cli.tracker_archive import archive, days_of


def test_37_days_is_the_least() -> None:
    assert days_of("37d") == 37
    with pytest.raises(typer.BadParameter, match=r"36d is too soon.*Give 37d or more"):
        days_of("36d")


@pytest.mark.parametrize("text", ["37", "d", "5w", "-40d", "40 d"])
def test_what_is_no_number_of_days_is_refused_before_anything_is_done(
    text: str, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    with pytest.raises(typer.BadParameter, match="give one like 90d"):
        archive(folder, text)
    assert not folder.exists()
