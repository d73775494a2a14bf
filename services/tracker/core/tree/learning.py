"""What the settled promises of a subject teach of how long things take."""

from collections.abc import Iterable, Iterator, Sequence

from services.shared.clock import Instant
from services.tracker.core.agreements import Agreement
from services.tracker.core.promises import Promise
from services.tracker.core.tree.history import Sample, last_leg, lost
from services.tracker.core.tree.plans import plan
from services.tracker.core.tree.steps import steps_of


def samples(promises: Sequence[Promise], agreements: Sequence[Agreement]) -> Iterator[Sample]:
    """The working time of each kept promise of a subject, without its pauses; and of each that
    others are parts of, its last leg. Cancelled and released ones teach nothing.
    """
    wholes = {each.serves for each in agreements}
    for promise in promises:
        agreement, settled_at = promise.agreement, promise.settled_at
        if settled_at is None or promise.ended_as is not None:
            continue
        away = lost(agreement, promise.opened_at, promise.due_by)
        worked = agreement.calendar.between(promise.opened_at, settled_at) - away
        yield Sample(agreement.name, settled_at, max(0, worked))
        if agreement.name not in wholes:
            continue
        last = _last_part(promise, promises, agreements)
        if last is not None:
            leg = agreement.calendar.between(last, settled_at)
            yield Sample(last_leg(agreement.name), settled_at, max(0, leg))


def _last_part(
    whole: Promise, promises: Iterable[Promise], agreements: Iterable[Agreement]
) -> Instant | None:
    """When the last of the hops that lead into it was kept; None while one of them is open."""
    way = plan(whole.agreement, agreements)
    steps = steps_of(way, whole, promises, {})
    parts = [steps[link.first] for link in way.into[whole.agreement.name] if not link.starts]
    if any(each.promise_id and each.finished_at is None for each in parts):
        return None
    ends = (each.finished_at for each in parts if each.kept and each.finished_at is not None)
    return max(ends, default=None)
