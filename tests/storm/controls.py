"""Trackers that are broken on purpose: a storm that does not find it out is worth nothing."""

from enum import StrEnum

from tests.storm.fleet import TRACKER_MODULE


class Control(StrEnum):
    """What is broken; `NONE` is the tracker as it is."""

    NONE = "none"
    NAIVE_CLOCK = "naive-clock"
    NO_GUARD = "no-guard"
    ONE_HEARTBEAT = "one-heartbeat"

    @property
    def module(self) -> str:
        """What is started in place of the tracker."""
        match self:
            case Control.NAIVE_CLOCK:
                return "tests.storm.broken.naive_clock"
            case Control.NO_GUARD:
                return "tests.storm.broken.no_guard"
            case _:
                return TRACKER_MODULE

    @property
    def shows(self) -> str:
        """The figure in which the storm has to find it."""
        return {
            Control.NONE: "",
            Control.NAIVE_CLOCK: "false breaches",
            Control.NO_GUARD: "partitions set back",
            Control.ONE_HEARTBEAT: "breaches missed",
        }[self]
