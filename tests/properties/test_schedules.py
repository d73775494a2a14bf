"""What holds of every schedule at every instant, clocks that change included."""

from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.alerts.domain.schedules.on_call import gaps, next_change, on_call, shifts
from services.alerts.domain.schedules.schedule import (
    WEEK,
    Gap,
    Override,
    Rotation,
    Schedule,
    Shift,
    Window,
)
from services.shared.clock import Instant, to_datetime
from services.shared.zones import DAY, at_local, zone_of
from tests.promising import HOUR, MINUTE
from tests.scheduling import berlin

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "Africa/Cairo",
    "Pacific/Chatham",
    "Asia/Kolkata",
)
YEAR = berlin("2026-01-01 00:00")
PEOPLE = ("a", "b", "c", "d")


def changes(zone: str) -> list[Instant]:
    """The hours of 2026 before which the clocks have changed; in a zone without, its first one."""
    rules = zone_of(zone)

    def offset(at: Instant) -> timedelta | None:
        return to_datetime(at).astimezone(rules).utcoffset()

    hours = range(YEAR, YEAR + 365 * DAY, HOUR)
    return [hour for hour in hours if offset(hour) != offset(hour - HOUR)] or [YEAR]


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    """In order and without an overlap, as the file's reader makes them."""
    edges = draw(st.lists(st.integers(0, 7 * 96 - 1), unique=True, max_size=6).map(sorted))
    bounds = [15 * MINUTE * edge for edge in edges[: len(edges) // 2 * 2]]
    return tuple(Window(*pair) for pair in zip(bounds[::2], bounds[1::2], strict=True))


@st.composite
def over_the_weekend(draw: st.DrawFn) -> tuple[Window, ...]:
    opens = draw(st.integers(1, 7 * 96 - 1)) * 15 * MINUTE
    return (Window(opens, opens + draw(st.integers(1, 7 * 96)) * 15 * MINUTE),)


HOURS = st.integers(2, 400).map(lambda hours: hours * HOUR)
TURNS = st.one_of(
    st.integers(1, 30).map(lambda hours: hours * HOUR),
    st.integers(1, 10).map(lambda days: days * DAY),
    st.integers(1, 3).map(lambda weeks: weeks * WEEK),
)


def rotations(turns: st.SearchStrategy[int] = TURNS) -> st.SearchStrategy[Rotation]:
    return st.builds(
        Rotation,
        name=st.just("rotation"),
        people=st.permutations(PEOPLE).flatmap(
            lambda people: st.integers(1, 4).map(lambda count: tuple(people[:count]))
        ),
        begins=st.integers(-40 * 96, 40 * 96).map(
            lambda quarter: YEAR // DAY * DAY + quarter * 15 * MINUTE
        ),
        shift=turns,
        zone=st.sampled_from(ZONES),
        windows=st.one_of(st.just(()), windows(), over_the_weekend()),
    )


# The clocks of these zones change in March, April, October and November.
STARTS = st.one_of(
    st.integers(0, 365 * 24 * 4).map(lambda quarter: YEAR + quarter * 15 * MINUTE),
    st.sampled_from([berlin(f"2026-{day} 00:00") for day in ("03-07", "03-28", "10-03", "10-24")]),
)
CHANGES = {zone: changes(zone) for zone in ZONES}
LENGTHS = st.integers(1, 20 * 24 * 4).map(lambda quarters: quarters * 15 * MINUTE)


@st.composite
def overrides(draw: st.DrawFn) -> Override:
    starts_at = draw(STARTS)
    replaces = draw(st.sampled_from(("", *PEOPLE)))
    return Override(
        draw(st.sampled_from((*PEOPLE, "e"))), starts_at, starts_at + draw(LENGTHS), replaces
    )


SCHEDULES = st.builds(
    Schedule,
    name=st.just("operations"),
    zone=st.just("Europe/Berlin"),
    rotations=st.lists(rotations(), min_size=1, max_size=3).map(tuple),
    overrides=st.lists(overrides(), max_size=3).map(tuple),
)


def parts(schedule: Schedule, start: int, end: int) -> list[Shift | Gap]:
    found: list[Shift | Gap] = [*shifts(schedule, start, end), *gaps(schedule, start, end)]
    return sorted(found, key=lambda part: part.starts_at)


@given(SCHEDULES, STARTS, LENGTHS)
def test_shifts_and_gaps_are_the_whole_period_without_an_overlap(
    schedule: Schedule, start: int, length: int
) -> None:
    found = parts(schedule, start, start + length)
    bounds = [start, *(part.ends_at for part in found)]
    assert [part.starts_at for part in found] == bounds[:-1]
    assert bounds[-1] == start + length
    assert all(part.starts_at < part.ends_at for part in found)


@given(SCHEDULES, STARTS, LENGTHS)
def test_no_shift_or_gap_goes_on_in_the_next_one(
    schedule: Schedule, start: int, length: int
) -> None:
    people = [getattr(part, "person", "") for part in parts(schedule, start, start + length)]
    assert all(one != other for one, other in pairwise(people))


@given(SCHEDULES, STARTS, LENGTHS, st.data())
def test_at_every_instant_who_is_on_call_is_who_has_the_shift(
    schedule: Schedule, start: int, length: int, data: st.DataObject
) -> None:
    end = start + length
    drawn = data.draw(st.lists(st.integers(start, end - 1), min_size=20, max_size=20))
    found = parts(schedule, start, end)
    edges = [at for part in found for at in (part.starts_at, part.ends_at - 1)]
    quarters = range(start, end, 15 * MINUTE)
    for at in [*drawn, *edges, *quarters[:: max(1, len(quarters) // 400)]]:
        (part,) = (each for each in found if each.starts_at <= at < each.ends_at)
        assert on_call(schedule, at) == ((part.person,) if isinstance(part, Shift) else ())


@given(rotations(), st.data())
def test_turns_are_those_that_counting_every_hand_over_gives(
    rotation: Rotation, data: st.DataObject
) -> None:
    always = replace(rotation, windows=())
    schedule = Schedule("operations", "UTC", (always,))
    change = data.draw(st.sampled_from(CHANGES[rotation.zone]))
    zone, wall = zone_of(rotation.zone), rotation.begins
    handed_over: list[Instant] = []
    while not handed_over or handed_over[-1] <= change + DAY:
        handed_over.append(at_local(zone, *divmod(wall, DAY)))
        wall += rotation.shift
    for at in range(change - 4 * HOUR, change + 4 * HOUR, 15 * MINUTE):
        turn = bisect_right(handed_over, at) - 1
        expected = () if turn < 0 else (rotation.people[turn % len(rotation.people)],)
        assert on_call(schedule, at) == expected
    seen = {shift.starts_at for shift in shifts(schedule, change - DAY, change + DAY)}
    assert seen <= {change - DAY, *handed_over}


@given(rotations(HOURS), st.integers(1, 4))
def test_everybody_has_as_many_turns_as_the_others_when_a_rotation_is_round(
    rotation: Rotation, rounds: int
) -> None:
    people = ("a", "b", "c")
    always = replace(rotation, people=people, windows=())
    zone = zone_of(rotation.zone)
    end = rotation.begins + rounds * len(people) * rotation.shift
    found = shifts(
        Schedule("operations", "UTC", (always,)),
        at_local(zone, *divmod(rotation.begins, DAY)),
        at_local(zone, *divmod(end, DAY)),
    )
    assert Counter(shift.person for shift in found) == dict.fromkeys(people, rounds)


@given(SCHEDULES, overrides(), STARTS, LENGTHS)
def test_an_override_changes_nothing_outside_its_interval(
    schedule: Schedule, override: Override, start: int, length: int
) -> None:
    changed = replace(schedule, overrides=(*schedule.overrides, override))
    around = ((start, override.starts_at), (override.ends_at, override.ends_at + length))
    for begins, ends in around:
        assert list(shifts(schedule, begins, ends)) == list(shifts(changed, begins, ends))
    if not override.replaces:
        assert list(shifts(changed, override.starts_at, override.ends_at)) == [
            Shift(override.person, override.starts_at, override.ends_at)
        ]


@given(SCHEDULES, STARTS)
def test_until_the_next_change_it_is_the_same_person_and_then_another(
    schedule: Schedule, at: int
) -> None:
    changes_at = next_change(schedule, at)
    if changes_at is not None:
        assert changes_at > at
        assert on_call(schedule, changes_at - 1) == on_call(schedule, at)
        assert on_call(schedule, changes_at) != on_call(schedule, at)
