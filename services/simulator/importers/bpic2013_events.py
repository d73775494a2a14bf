"""What support says of one incident, and when: its rows as events.

1. The first row opens the case; the team in it is the first to have it.
2. A row of another team than the row before is a transfer; they count up from 1.
3. The first row `Accepted` after a transfer is its acceptance; `Queued` is waiting for one.
4. A row `Completed` resolves the case, once until it is reopened: by a row of another status, or by
   another team, whose `Completed` is a resolution of its own.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from operator import attrgetter

from services.shared.clock import Instant
from services.shared.events.envelope import Envelope
from services.shared.events.support import (
    CaseAccepted,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseTransferred,
)
from services.shared.subjects import TYPE_OF, Kind, subject
from services.simulator.importers.history import Moment, Told, event_id

SOURCE = "bpic2013"
PARTY = "support"


class Status(StrEnum):
    """Where an incident stands, as the file names it."""

    ACCEPTED = "Accepted"
    QUEUED = "Queued"
    COMPLETED = "Completed"
    UNMATCHED = "Unmatched"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: since `at` the incident is with `team`."""

    at: Instant
    status: Status
    substatus: str
    team: str
    product: str


def moments_of(case: str, steps: Iterable[Step]) -> Iterator[Moment]:
    """What is said of one incident, each at a time of its own.

    What one row says, and what rows of the same second say, is told a microsecond apart: nothing
    else would keep its order.
    """
    earliest: Instant = 0
    for at, event in _said(sorted(steps, key=attrgetter("at"))):
        own = max(at, earliest)
        earliest = own + 1
        rank = _RANKS[type(event)]
        yield Moment(own, rank, case, partial(_tell, own, rank, case, event))


def _said(steps: list[Step]) -> Iterator[tuple[Instant, Hashable]]:
    team, transfer, resolution = steps[0].team, 0, 0
    waiting = resolved = False
    yield steps[0].at, CaseOpened(steps[0].product, summary="")
    for step in steps:
        if resolved and step.status is not Status.COMPLETED:
            resolved = False
            yield step.at, CaseReopened(resolution, step.substatus)
        if step.team != team:
            transfer += 1
            yield step.at, CaseTransferred(transfer, team, step.team, background="")
            team, waiting, resolved = step.team, True, False
        if waiting and step.status is Status.ACCEPTED:
            waiting = False
            yield step.at, CaseAccepted(transfer, team)
        if step.status is Status.COMPLETED and not resolved:
            waiting, resolved = False, True
            resolution += 1
            yield step.at, CaseResolved(resolution, step.substatus)


def _tell(at: Instant, rank: int, case: str, event: Hashable) -> Told:
    type = TYPE_OF[event.__class__]
    about = subject(Kind.CASE, case)
    envelope = Envelope(
        id=event_id(at, rank, type, about, str(at)),
        type=type,
        party=PARTY,
        source=SOURCE,
        subject=about,
        occurred_at=at,
        case=case,
    )
    return envelope, event


_RANKS: dict[type, int] = {
    CaseOpened: 0,
    CaseReopened: 1,
    CaseTransferred: 2,
    CaseAccepted: 3,
    CaseResolved: 4,
}
