"""`handoff oncall`: who is on call now and next, when nobody is, and the same as a calendar."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from services.alerts.domain.schedules.on_call import gaps, on_call, shifts
from services.alerts.domain.schedules.schedule import Schedule
from services.alerts.errors import SchedulesError
from services.alerts.ical.overrides import read_overrides
from services.alerts.ical.shifts import shifts_text
from services.alerts.schedule_files import load_schedules
from services.alerts.settings import AlertsSettings
from services.cli.errors import CommandFailed
from services.cli.moments import moment
from services.cli.printing import AsJson, print_json
from services.shared.clock import Instant, WallClock, to_datetime
from services.shared.settings import load
from services.shared.zones import DAY

DAYS_LIMIT = 366
NOBODY = 1
"""The exit code where nobody is on call at some time of the period."""


class Period(NamedTuple):
    """Of which is told."""

    start: Instant
    end: Instant


def command(  # noqa: PLR0913, PLR0917 - what people type, each by its name
    name: Annotated[str, typer.Argument(metavar="[SCHEDULE]", help="Only this one.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="Instead of HANDOFF_ALERTS__SCHEDULES.", dir_okay=False)
    ] = None,
    at: Annotated[
        Instant | None,
        typer.Option(parser=moment, metavar="TIME", help="2026-11-02T16:00+01:00; or else now."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=DAYS_LIMIT, help="So many from then on.")] = 7,
    overrides: Annotated[
        Path | None, typer.Option(help="A calendar (.ics) of overrides; needs SCHEDULE.")
    ] = None,
    ics: Annotated[bool, typer.Option("--ics", help="Print a calendar; needs SCHEDULE.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say who is on call now and in the days to come.

    Ends with 1 where nobody is at some time of them.
    """
    now = WallClock().now()
    start = now if at is None else at
    period = Period(start, start + days * DAY)
    chosen = _chosen(name, _schedules(file))
    if (ics or overrides) and not name:
        raise typer.BadParameter("--ics and --overrides need SCHEDULE: a calendar is of one.")
    if overrides:
        chosen = {name: _overridden(chosen[name], overrides, period)}
    if ics:
        print(shifts_text(chosen[name], *period, now), end="")
        return
    told = [_told(each, period) for each in chosen.values()]
    if as_json:
        print_json(told)
    else:
        print("\n".join(line for each in told for line in _lines(each)))
    if any(each["nobody"] for each in told):
        raise typer.Exit(NOBODY)


def _schedules(file: Path | None) -> Mapping[str, Schedule]:
    path = file or load(AlertsSettings).alerts.schedules
    if path is None:
        raise CommandFailed(
            "No schedules are known: give --file, or set HANDOFF_ALERTS__SCHEDULES to a file like"
            " deploy/oncall/schedules.yaml."
        )
    try:
        return load_schedules(path)
    except SchedulesError as error:
        raise CommandFailed(str(error)) from error


def _chosen(name: str, schedules: Mapping[str, Schedule]) -> Mapping[str, Schedule]:
    if not name:
        return schedules
    if name not in schedules:
        raise typer.BadParameter(
            f"There is no schedule {name!r}; there are {', '.join(schedules)}."
        )
    return {name: schedules[name]}


def _overridden(schedule: Schedule, file: Path, period: Period) -> Schedule:
    try:
        read = read_overrides(file.read_text(), str(file), schedule.zone, *period)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file} cannot be read: {error}.") from error
    except SchedulesError as error:
        raise CommandFailed(str(error)) from error
    return replace(schedule, overrides=(*schedule.overrides, *read))


def _told(schedule: Schedule, period: Period) -> dict[str, Any]:
    """Times are UTC, to the second."""
    return {
        "schedule": schedule.name,
        "now": list(on_call(schedule, period.start)),
        "shifts": [
            {"person": each.person, "from": _utc(each.starts_at), "until": _utc(each.ends_at)}
            for each in shifts(schedule, *period)
        ],
        "nobody": [
            {"from": _utc(each.starts_at), "until": _utc(each.ends_at)}
            for each in gaps(schedule, *period)
        ],
    }


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['schedule']}: {', '.join(told['now']) or 'nobody'} now"
    for each in told["shifts"]:
        yield f"  {each['from']} to {each['until']}  {each['person']}"
    for each in told["nobody"]:
        yield f"  {each['from']} to {each['until']}  NOBODY: add a rotation, or an override"


def _utc(at: Instant) -> str:
    return f"{to_datetime(at):%Y-%m-%dT%H:%M:%SZ}"
