"""The file of schedules on disk: read whole, or refused with what would be right."""

from pathlib import Path

import pytest

from services.alerts.errors import SchedulesError
from services.alerts.schedule_files import FILE_BYTES_LIMIT, load_schedules

SHIPPED = Path(__file__).parents[3] / "deploy" / "oncall" / "schedules.yaml"


def refusal(path: Path) -> str:
    with pytest.raises(SchedulesError) as refused:
        load_schedules(path)
    return str(refused.value)


def test_the_schedules_that_ship_are_found_by_their_names() -> None:
    assert list(load_schedules(SHIPPED)) == ["operations", "finance"]


def test_every_fault_is_a_line_of_the_message(tmp_path: Path) -> None:
    path = tmp_path / "schedules.yaml"
    path.write_text(SHIPPED.read_text().replace("Europe/Berlin", "Berlin"))
    wrong = "is no time zone; write for example 'Europe/Berlin'."
    first, second = refusal(path).splitlines()
    assert first == f"{path}:5: schedules.0.zone: 'Berlin' {wrong}"
    assert second.endswith(f": schedules.1.zone: 'Berlin' {wrong}")


def test_a_file_of_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schedules.yaml"
    text = SHIPPED.read_text()
    path.write_text(text + "#" * (FILE_BYTES_LIMIT - len(text.encode())))
    assert load_schedules(path)
    path.write_text(path.read_text() + "#")
    assert refusal(path).endswith(
        f"it is {FILE_BYTES_LIMIT + 1} bytes; the limit is {FILE_BYTES_LIMIT}."
    )


def test_what_is_no_readable_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schedules.yaml"
    assert "it cannot be read" in refusal(path)
    path.write_bytes(b"\xff")
    assert "give a file of UTF-8 text" in refusal(path)
