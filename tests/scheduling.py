"""Schedules of who is on call for tests, in the words of their file; the default is a week each."""

from collections.abc import Mapping

from services.alerts.domain.schedules.reading import read_schedules
from services.alerts.domain.schedules.schedule import Override, Rotation, Schedule, Shift
from services.alerts.domain.schedules.words import (
    parse_date,
    parse_hand_over,
    parse_moment,
    parse_shift,
    parse_windows,
)
from services.shared.clock import Instant
from services.shared.faults import Fault

BERLIN = "Europe/Berlin"
HEAD = "schedules:\n  - {schedule: operations, zone: Europe/Berlin, rotations: [%s]}\n"
ROTATION = "{rotation: r%s, people: [a], shift: 1 day, hand_over: '09:00', starts: 2026-11-02%s}"


def a_rotation(
    people: str = "first second third",
    shift: str = "1 week",
    hand_over: str = "monday 09:00",
    starts: str = "2026-11-02",
    zone: str = BERLIN,
    only: tuple[str, ...] = (),
) -> Rotation:
    length, weekly = parse_shift(shift)
    return Rotation(
        name="rotation",
        people=tuple(people.split()),
        begins=parse_hand_over(hand_over, weekly, parse_date(starts)),
        shift=length,
        zone=zone,
        windows=tuple(sorted(window for text in only for window in parse_windows(text))),
    )


def an_override(
    person: str, starts: str, until: str, replaces: str = "", zone: str = BERLIN
) -> Override:
    return Override(person, parse_moment(starts, zone), parse_moment(until, zone), replaces)


def a_schedule(*rotations: Rotation, overrides: tuple[Override, ...] = ()) -> Schedule:
    return Schedule("operations", BERLIN, rotations or (a_rotation(),), overrides)


def berlin(text: str) -> Instant:
    """`2026-12-24 09:00` in Berlin."""
    return parse_moment(text, BERLIN)


def a_shift(person: str, starts: str, until: str) -> Shift:
    return Shift(person, berlin(starts), berlin(until))


def schedules(text: str) -> Mapping[str, Schedule]:
    read_as = read_schedules(text, "schedules.yaml")
    assert not isinstance(read_as, tuple), "\n".join(map(str, read_as))
    return read_as


def faults(text: str) -> list[str]:
    read_as = read_schedules(text, "schedules.yaml")
    assert isinstance(read_as, tuple)
    assert all(isinstance(each, Fault) for each in read_as)
    return [str(each).removeprefix("schedules.yaml:") for each in read_as]
