"""The text of a file of schedules to the schedules, or to every fault with its line and remedy."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from services.alerts.domain.schedules.calls import NO_CALLS, Calls, faults_in_calls
from services.alerts.domain.schedules.keys import (
    OverrideKeys,
    RotationKeys,
    ScheduleKeys,
    SchedulesFile,
)
from services.alerts.domain.schedules.overlaps import overlapping_overrides, overlapping_windows
from services.alerts.domain.schedules.schedule import Override, Rotation, Schedule, Window
from services.alerts.domain.schedules.words import (
    parse_date,
    parse_hand_over,
    parse_moment,
    parse_shift,
    parse_windows,
)
from services.shared.faults import Fault, fault_at, in_order, read_keys
from services.shared.yaml_text import Document, Path
from services.shared.zones import zone_of

_T = TypeVar("_T")


def read_schedules(
    text: str, file: str, calls: Calls = NO_CALLS
) -> Mapping[str, Schedule] | tuple[Fault, ...]:
    """The schedules of a file by their names, or all its faults in order of their lines."""
    read = read_keys(text, file, SchedulesFile, "schedules:")
    if isinstance(read, tuple):
        return read
    reading = _Reading(file, read.document)
    reading.faults += faults_in_calls(file, read.document, read.keys, calls)
    return reading.schedules(read.keys)


class _Reading:
    """The checks of what the keys say, collecting faults as it goes."""

    def __init__(self, file: str, document: Document) -> None:
        self.file, self.document = file, document
        self.faults: list[Fault] = []

    def schedules(self, parsed: SchedulesFile) -> Mapping[str, Schedule] | tuple[Fault, ...]:
        self._check_names([each.schedule for each in parsed.schedules], ("schedules",), "schedule")
        receivers = {person: keys.receiver for person, keys in parsed.people.items()}
        read = {
            keys.schedule: self._schedule(keys, ("schedules", place), receivers)
            for place, keys in enumerate(parsed.schedules)
        }
        return in_order(self.faults) or read

    def _schedule(self, keys: ScheduleKeys, path: Path, receivers: Mapping[str, str]) -> Schedule:
        """In place of a wrong zone stands another, so that what is in it is not at fault."""
        zone = keys.zone if self._checked(zone_of, keys.zone, *path, "zone") else "UTC"
        names = [each.rotation for each in keys.rotations]
        self._check_names(names, (*path, "rotations"), "rotation")
        rotations = [
            self._rotation(each, zone, (*path, "rotations", place))
            for place, each in enumerate(keys.rotations)
        ]
        overrides = [
            self._override(each, keys, zone, (*path, "overrides", place))
            for place, each in enumerate(keys.overrides)
        ]
        for place, before in overlapping_overrides(overrides):
            line = self.document.line((*path, "overrides", before))
            remedy = f"it overlaps the one on line {line}; let one end before the other begins."
            self._fault(remedy, *path, "overrides", place)
        return Schedule(
            name=keys.schedule,
            zone=zone,
            rotations=tuple(each for each in rotations if each),
            overrides=tuple(each for each in overrides if each),
            receivers=receivers,
        )

    def _rotation(self, keys: RotationKeys, zone: str, path: Path) -> Rotation | None:
        if keys.zone:
            self._checked(zone_of, keys.zone, *path, "zone")
        self._check_names(keys.people, (*path, "people"))
        windows = self._windows(keys.only, (*path, "only"))
        shift = self._checked(parse_shift, keys.shift, *path, "shift")
        starts = self._checked(parse_date, keys.starts, *path, "starts")
        if not shift or not starts:
            return None
        length, weekly = shift
        parse_begin = partial(parse_hand_over, weekly=weekly, starts=starts)
        begins = self._checked(parse_begin, keys.hand_over, *path, "hand_over")
        if begins is None:
            return None
        return Rotation(
            keys.rotation, tuple(keys.people), begins, length, keys.zone or zone, windows
        )

    def _windows(self, texts: list[str], path: Path) -> tuple[Window, ...]:
        read = sorted(
            (window, place)
            for place, text in enumerate(texts)
            for window in self._checked(parse_windows, text, *path, place) or ()
        )
        for place, before in overlapping_windows(read):
            remedy = f"{texts[place]!r} overlaps {texts[before]!r}"
            self._fault(f"{remedy}; let one close before the other opens.", *path, place)
        return tuple(window for window, _ in read)

    def _override(
        self, keys: OverrideKeys, schedule: ScheduleKeys, zone: str, path: Path
    ) -> Override | None:
        parse_in_zone = partial(parse_moment, zone=zone)
        starts_at = self._checked(parse_in_zone, keys.starts, *path, "from")
        ends_at = self._checked(parse_in_zone, keys.until, *path, "until")
        if keys.replaces and not any(keys.replaces in each.people for each in schedule.rotations):
            remedy = f"{keys.replaces!r} is in no rotation of this schedule; name one who is."
            self._fault(remedy, *path, "replaces")
        if starts_at is None or ends_at is None:
            return None
        if starts_at >= ends_at:
            remedy = f"{keys.until!r} is not after {keys.starts!r}; let it end later."
            self._fault(remedy, *path, "until")
            return None
        return Override(keys.person, starts_at, ends_at, keys.replaces or "")

    def _check_names(self, names: list[str], path: Path, *key: str) -> None:
        """`path` leads to the list of what is named, `key` from a member of it to its name."""
        for place, name in enumerate(names):
            if name in names[:place]:
                remedy = f"{name!r} is there twice; give each a name of its own."
                self._fault(remedy, *path, place, *key)

    def _checked(self, read: Callable[[str], _T], text: str, *path: str | int) -> _T | None:
        try:
            return read(text)
        except ValueError as error:
            self._fault(str(error), *path)
            return None

    def _fault(self, remedy: str, *path: str | int) -> None:
        self.faults.append(fault_at(self.file, self.document, path, remedy))
