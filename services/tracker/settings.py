"""The tracker's own settings."""

from pathlib import Path

from pydantic import BaseModel, Field

from services.shared.settings import Settings
from services.tracker.agreement_files import shipped


class Tracking(BaseModel):
    """How this tracker takes part in its group."""

    instance: str = Field("tracker-1", description="stable: a restart keeps its partitions")
    session_s: float = Field(10.0, ge=1, le=300, description="silent longer, it is replaced")
    young_s: float = Field(
        5.0,
        ge=0,
        le=300,
        description="a subject is listed once it is this old, or before when there is news of it",
    )


class TrackerSettings(Settings):
    """`HANDOFF_AGREEMENTS` is the folder of agreement files; the shipped ones by default."""

    agreements: Path = Field(default_factory=lambda: shipped("default"))
    tracker: Tracking = Tracking()
