"""Who is on call, as gRPC's answer: by the file of schedules as it is now."""

from collections.abc import Iterator
from pathlib import Path

from handoff.v1 import alerts_pb2

from services.alerts.domain.schedules.on_call import gaps, shifts
from services.alerts.domain.schedules.schedule import Schedule
from services.alerts.errors import SchedulesError
from services.alerts.schedule_files import load_schedules
from services.shared.clock import Instant
from services.shared.codec import stamp
from services.shared.errors import RefusalCode, Refused
from services.shared.zones import DAY

DAYS_DEFAULT = 14
DAYS_LIMIT = 31


def on_call_answer(file: Path | None, days: int, now: Instant) -> alerts_pb2.ListOnCallResponse:
    """No schedules where there is no file. Raises Refused for a wrong file or number of days."""
    if not 0 <= days <= DAYS_LIMIT:
        raise Refused(RefusalCode.INVALID, "days", f"days is {days}; give 0 to {DAYS_LIMIT}.")
    end = now + (days or DAYS_DEFAULT) * DAY
    return alerts_pb2.ListOnCallResponse(
        schedules=[
            alerts_pb2.OnCall(schedule=each.name, zone=each.zone, turns=_turns(each, now, end))
            for each in _schedules(file)
        ],
        now=stamp(now),
    )


def _schedules(file: Path | None) -> Iterator[Schedule]:
    if file is None:
        return
    try:
        yield from load_schedules(file).values()
    except SchedulesError as error:
        raise Refused(RefusalCode.CONFLICT, "schedules", str(error)) from error


def _turns(schedule: Schedule, start: Instant, end: Instant) -> list[alerts_pb2.Turn]:
    """Shifts and gaps together; one that the period cuts has no end yet."""
    held = [(each.starts_at, each.ends_at, each.person) for each in shifts(schedule, start, end)]
    free = [(each.starts_at, each.ends_at, "") for each in gaps(schedule, start, end)]
    return [
        alerts_pb2.Turn(
            person=person,
            starts_at=stamp(starts_at),
            ends_at=None if ends_at == end else stamp(ends_at),
        )
        for starts_at, ends_at, person in sorted(held + free)
    ]
