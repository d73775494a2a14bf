"""The working calendar of the simulator: three minutes of work, then two minutes off."""

from services.shared.clock import SECOND, Instant
from services.tracker.core.durations import BusinessDays, BusinessTime, Duration, WallTime

CYCLE, WORK = 300 * SECOND, 180 * SECOND


class Shifts:
    """Working time is counted from the epoch on; a moment off counts as the end of the shift."""

    name = "shifts"

    def add(self, start: Instant, span: Duration) -> Instant:
        match span:
            case WallTime(micros):
                return start + micros
            case BusinessTime(micros):
                return _moment(_worked(start) + micros)
            case BusinessDays():
                raise AssertionError("no agreement of the simulator counts in days")

    def subtract(self, end: Instant, span: Duration) -> Instant:
        match span:
            case WallTime(micros):
                return end - micros
            case BusinessTime(micros):
                return _moment(_worked(end) - micros)
            case BusinessDays():
                raise AssertionError("no agreement of the simulator counts in days")

    def between(self, start: Instant, end: Instant) -> int:
        return _worked(end) - _worked(start)

    def next_open(self, at: Instant) -> Instant:
        return at if at % CYCLE < WORK else at - at % CYCLE + CYCLE


def _worked(at: Instant) -> int:
    return at // CYCLE * WORK + min(at % CYCLE, WORK)


def _moment(worked: int) -> Instant:
    """The first moment by which so much was worked."""
    whole, rest = divmod(worked, WORK)
    return whole * CYCLE + rest if rest else (whole - 1) * CYCLE + WORK


SHIFTS = Shifts()
