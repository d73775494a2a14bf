"""Whether people heard exactly what a story says that they hear: what differs, if anything."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from services.alerts.domain.promise import Condition, Resolution
from services.simulator.stories.script import Notice, Promise


@dataclass(frozen=True, slots=True)
class Other:
    """It came, but not at that moment, for that reason or with that next step."""

    expected: Notice
    came: Notice


@dataclass(frozen=True, slots=True)
class Difference:
    """False where there is none."""

    missing: tuple[Notice, ...] = ()
    unexpected: tuple[Notice, ...] = ()
    other: tuple[Other, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.other)


def difference(expected: Iterable[Notice], came: Iterable[Notice]) -> Difference:
    """What is equal counts; of the rest the same announcement of the same promise is compared."""
    wanted, got = Counter(expected), Counter(came)
    missing, unexpected = _in_time(wanted - got), _in_time(got - wanted)
    other = []
    for notice in missing.copy():
        if alike := next((each for each in unexpected if _names(each) == _names(notice)), None):
            missing.remove(notice)
            unexpected.remove(alike)
            other.append(Other(notice, alike))
    return Difference(tuple(missing), tuple(unexpected), tuple(other))


def _in_time(notices: "Counter[Notice]") -> list[Notice]:
    return sorted(notices.elements(), key=attrgetter("at"))


def _names(notice: Notice) -> tuple[Promise, Condition, Resolution | None]:
    return notice.promise, notice.condition, notice.resolution
