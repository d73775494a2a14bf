"""Which faults come in which order, and when a party's writer stalls: a function of the seed."""

from enum import StrEnum
from random import Random

from services.shared.clock import SECOND, Instant
from tests.storm.writers import Stall

CALM_S = 7.0
"""Nothing is done to anybody for so long: what is measured here is not the faults' doing."""
STALL_S = (3.0, 6.0)
STORM_S = 45.0
"""The faults take longer than that; writers stall within it."""


class Episode(StrEnum):
    """One thing that is done, and the while in which nothing else is."""

    NEW_AGREEMENT = "new_agreement"
    ZOMBIE = "zombie"
    PRIMARY_HANGS = "primary_hangs"
    BROKER_KILLED = "broker_killed"
    PRIMARY_KILLED = "primary_killed"
    STEPDOWN = "stepdown"
    ALL_KILLED = "all_trackers_killed"
    KILLED_FOR_LONG = "tracker_killed_for_long"
    KILLED = "tracker_killed"
    STALL = "writer_stalled"


_SHUFFLED = (
    Episode.BROKER_KILLED,
    Episode.PRIMARY_KILLED,
    Episode.STEPDOWN,
    Episode.ZOMBIE,
    Episode.ALL_KILLED,
    Episode.KILLED_FOR_LONG,
    Episode.KILLED,
)
_LAST = Episode.ZOMBIE
"""Long enough for what has begun before it to come to its end."""


def episodes(random: Random) -> list[Episode]:
    """The new agreement comes first, for it is active only half a minute later."""
    return [Episode.NEW_AGREEMENT, *random.sample(_SHUFFLED, len(_SHUFFLED)), _LAST]


def stalls(random: Random, begin: Instant) -> list[Stall]:
    """Of one writer, after the calm."""
    began = begin + int(random.uniform(CALM_S, STORM_S) * SECOND)
    return [(began, began + int(random.uniform(*STALL_S) * SECOND))]
