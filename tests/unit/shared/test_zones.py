"""Local time and instants: whose rules hold, and what the wall clock shows when clocks change."""

import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from services.shared.zones import DAY, at_local, day_number, local_of, zone_names, zone_of
from tests.promising import HOUR, MINUTE
from tests.working import moment

BERLIN = "Europe/Berlin"
AUTUMN = day_number(date(2026, 10, 25))


@pytest.fixture
def machine_with_other_rules(tmp_path: Path) -> Iterator[None]:
    """Its files say that Berlin has the time of Kolkata."""
    berlin = tmp_path / "Europe" / "Berlin"
    berlin.parent.mkdir()
    with as_file(files("tzdata") / "zoneinfo" / "Asia" / "Kolkata") as kolkata:
        shutil.copy(kolkata, berlin)
    zoneinfo.reset_tzpath([tmp_path])
    forget_zones()
    yield
    zoneinfo.reset_tzpath()
    forget_zones()


def forget_zones() -> None:
    zone_of.cache_clear()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.usefixtures("machine_with_other_rules")
def test_the_zones_of_the_machine_are_not_read() -> None:
    noon = moment("2026-11-02T12:00+01:00")
    assert at_local(zone_of(BERLIN), day_number(date(2026, 11, 2)), 12 * HOUR) == noon


def test_every_zone_of_the_package_can_be_read() -> None:
    for name in zone_names():
        day, time = local_of(zone_of(name), moment("2026-11-02T12:00+00:00"))
        assert at_local(zone_of(name), day, time) == moment("2026-11-02T12:00+00:00")


@pytest.mark.parametrize(
    "name", ["", "Berlin", "europe/berlin", "../zones", "Europe/Berlin\0", "/"]
)
def test_a_name_that_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no time zone; write for example 'Europe/Berlin'"):
        zone_of(name)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-10-25T01:59:59.999999+02:00", 2 * HOUR - 1),
        ("2026-10-25T02:00+02:00", 2 * HOUR),
        ("2026-10-25T02:59:59.999999+02:00", 3 * HOUR - 1),
        ("2026-10-25T02:00+01:00", 3 * HOUR),
        ("2026-10-25T02:30+01:00", 3 * HOUR),
        ("2026-10-25T03:00+01:00", 3 * HOUR),
        ("2026-10-25T03:01+01:00", 3 * HOUR + MINUTE),
    ],
)
def test_the_wall_clock_stands_while_an_hour_is_repeated(at: str, shown: int) -> None:
    assert local_of(zone_of(BERLIN), moment(at)) == (AUTUMN, shown)


def test_the_wall_clock_stands_at_24_hours_where_the_last_hour_is_repeated() -> None:
    nuuk = zone_of("America/Nuuk")
    day = day_number(date(2026, 10, 24))
    assert local_of(nuuk, moment("2026-10-24T23:30-01:00")) == (day, DAY - 30 * MINUTE)
    assert local_of(nuuk, moment("2026-10-24T23:30-02:00")) == (day, DAY)
    assert local_of(nuuk, moment("2026-10-25T00:00-02:00")) == (day + 1, 0)


def test_a_date_that_a_zone_never_had_is_an_instant_without_length() -> None:
    apia, skipped = zone_of("Pacific/Apia"), day_number(date(2011, 12, 30))
    assert at_local(apia, skipped, 0) == at_local(apia, skipped, DAY)
