"""The keys of a file of schedules, as pydantic checks them.

What a value means beyond its shape is the affair of `reading`.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SCHEDULES_LIMIT = 100
ROTATIONS_LIMIT = 16
PEOPLE_LIMIT = 100
WINDOWS_LIMIT = 16
OVERRIDES_LIMIT = 1_000
NAME_PATTERN = r"[a-z][a-z0-9_-]{0,62}"

Name = Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class _Keys(BaseModel):
    """A mapping of the file: a key that is not listed is a fault."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class RotationKeys(_Keys):
    """People who take turns."""

    rotation: Name = Field(examples=["week"])
    people: list[Name] = Field(
        min_length=1, max_length=PEOPLE_LIMIT, description="In the order of their turns."
    )
    shift: Text = Field(
        description="The length of a turn by the wall clock.", examples=["1 week", "12 hours"]
    )
    hand_over: Text = Field(
        description="By the wall clock; the weekday with it where a turn is of weeks.",
        examples=["09:00", "monday 09:00"],
    )
    starts: Text = Field(
        description="The first hand-over is the first one from this date on.",
        examples=["2026-11-02"],
    )
    zone: Text | None = Field(None, description="Where it is not the schedule's.")
    only: list[Text] = Field(
        [],
        max_length=WINDOWS_LIMIT,
        description="When it has somebody; without it, always.",
        examples=[["daily 08:00-18:00"], ["friday 17:00 - monday 08:00"]],
    )


class OverrideKeys(_Keys):
    """Somebody in place of whom the rotations have."""

    person: Name
    starts: Text = Field(alias="from", examples=["2026-12-24 09:00"])
    until: Text = Field(examples=["2026-12-27 09:00"])
    replaces: Name | None = Field(
        None, description="Only where this one would be; without it, whoever would be, or nobody."
    )


class ScheduleKeys(_Keys):
    """One schedule: of its rotations, the first that has somebody wins."""

    schedule: Name = Field(description="What a ladder names.", examples=["operations"])
    zone: Text = Field(description="An IANA time zone.", examples=["Europe/Berlin"])
    rotations: list[RotationKeys] = Field(min_length=1, max_length=ROTATIONS_LIMIT)
    overrides: list[OverrideKeys] = Field([], max_length=OVERRIDES_LIMIT)


class PersonKeys(_Keys):
    """How somebody is called."""

    receiver: Text = Field(
        description="Of the receivers file, where none there has the person's own name.",
        examples=["ann-pager"],
    )


class SchedulesFile(_Keys):
    """The keys of the file."""

    schedules: list[ScheduleKeys] = Field(min_length=1, max_length=SCHEDULES_LIMIT)
    people: dict[Name, PersonKeys] = Field({}, max_length=PEOPLE_LIMIT * ROTATIONS_LIMIT)
