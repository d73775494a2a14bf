"""Whether everybody can be called whom a ladder may find on call: who cannot is a fault at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.alerts.domain.schedules.keys import ScheduleKeys, SchedulesFile
from services.shared.faults import Fault, fault_at
from services.shared.yaml_text import Document, Path


@dataclass(frozen=True, slots=True)
class Calls:
    """The schedules that ladders name, and the receivers that there are."""

    schedules: frozenset[str] = frozenset()
    receivers: frozenset[str] = frozenset()


NO_CALLS = Calls()
"""Schedules that only say who is on call."""


def faults_in_calls(
    file: str, document: Document, parsed: SchedulesFile, calls: Calls
) -> Iterator[Fault]:
    """Of whoever is only in schedules that no ladder names nothing is asked."""

    def fault(remedy: str, *path: str | int) -> Fault:
        return fault_at(file, document, path, remedy)

    there = ", ".join(sorted(calls.receivers))
    for name in sorted(calls.schedules - {each.schedule for each in parsed.schedules}):
        yield fault(f"a ladder names {name!r}, which is not here; add it.", "schedules")
    for name in sorted(parsed.people.keys() - _places(parsed.schedules, None).keys()):
        yield fault("is in no rotation and no override; name somebody who is.", "people", name)
    for person, path in _places(parsed.schedules, calls.schedules).items():
        keys = parsed.people.get(person)
        if keys and keys.receiver not in calls.receivers:
            remedy = f"there is no receiver {keys.receiver!r}; there are {there}."
            yield fault(remedy, "people", person, "receiver")
        elif not keys and person not in calls.receivers:
            remedy = (
                f"a ladder calls {person!r}, who has no receiver; name one so, or add"
                f" `people: {{{person}: {{receiver: NAME}}}}`. There are {there}."
            )
            yield fault(remedy, *path)


def _places(schedules: list[ScheduleKeys], called: frozenset[str] | None) -> dict[str, Path]:
    """Where each person stands first, in these schedules or in all."""
    places: dict[str, Path] = {}
    path: Path
    for place, schedule in enumerate(schedules):
        if called is not None and schedule.schedule not in called:
            continue
        for number, rotation in enumerate(schedule.rotations):
            for turn, person in enumerate(rotation.people):
                path = ("schedules", place, "rotations", number, "people", turn)
                places.setdefault(person, path)
        for number, override in enumerate(schedule.overrides):
            path = ("schedules", place, "overrides", number, "person")
            places.setdefault(override.person, path)
    return places
