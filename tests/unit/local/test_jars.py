"""The lock of Kafka's jars, and how a download is shown."""

import tomllib
from contextlib import suppress

import pytest

from services.local.downloads import Download
from services.local.jars import lock_path
from services.local.resolving import COORDINATES


def test_the_lock_names_what_the_coordinates_ask_for_with_sum_and_size() -> None:
    jars = tomllib.loads(lock_path().read_text())["dependencies"]
    named = {f"{jar['groupId']}:{jar['artifactId']}:{jar['version']}" for jar in jars}
    assert set(COORDINATES.split("+")) <= named
    assert all(len(jar["sha256"]) == 64 and jar["size"] > 0 for jar in jars)


def test_off_a_terminal_a_download_is_a_line_before_and_a_line_after(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Download("Kafka", 3_000_000) as download:
        with suppress(OSError), download.file() as arrive:
            arrive(1_500_000)
            raise OSError("cut off")
        with download.file() as arrive:
            arrive(1_000_000)
            arrive(2_000_000)
    before, after = capsys.readouterr().err.splitlines()
    assert before == "Downloading Kafka (3 MB) ..."
    assert after == "Downloaded Kafka: 3 MB in 0 s."


def test_a_failed_download_does_not_say_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="cut off"), Download("Kafka", 3_000_000):
        raise OSError("cut off")
    assert "Downloaded" not in capsys.readouterr().err
