"""What a table is to look at again, and what its subjects say that it should look at."""

from copy import deepcopy

from services.tracker.core.agenda import Look
from services.tracker.core.promises import Watermark, look_again_at
from services.tracker.core.table import Table

_NEVER = 2**62


def entries(table: Table) -> list[Look]:
    """Every entry of its agenda; the table is left as it is."""
    known = Watermark(_NEVER, _NEVER, _NEVER)
    return sorted(deepcopy(table.agenda).due(_NEVER, _NEVER, lambda _: known), key=_order)


def wanted(table: Table) -> list[Look]:
    """One for each promise that may change by time, and for each finding that is still to come."""
    looks: list[Look] = []
    for subject in table.subjects.values():
        for promise in subject.promises.values():
            if (at := look_again_at(promise)) is not None:
                looks.append(Look(False, promise.agreement.evidence_parties, at, promise.id))
        for id, finding in subject.current.items():
            known = subject.found.get(id)
            told = known and known.finding == finding and known.cleared_at is None
            if finding.awaits and not told:
                looks.append(Look(True, finding.awaits, finding.true_from, id))
    return sorted(looks, key=_order)


def _order(look: Look) -> tuple[bool, int, str, list[str]]:
    return look.finds, look.at, look.id, sorted(look.parties)
