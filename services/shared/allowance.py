"""So many of something in each second, and no more."""

from services.shared.clock import SECOND, Instant


class Allowance:
    """Seconds are those of the moments that are asked for, which need not be in order."""

    def __init__(self, a_second: int) -> None:
        self._a_second = a_second
        self._second, self._left = 0, a_second

    def take(self, at: Instant) -> bool:
        """One more in the second of `at`; False where there were enough."""
        second = at // SECOND
        if second != self._second:
            self._second, self._left = second, self._a_second
        self._left -= 1
        return self._left >= 0
