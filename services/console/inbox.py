"""From a snapshot of promises and alerts to what the inbox shows. Pure: no clock, no markup."""

from dataclasses import dataclass

from services.console.desk import Snapshot
from services.console.facets import Facet, Viewer, facets
from services.console.filters import Filters
from services.console.grouping import Line, lines
from services.console.matching import entries, matching
from services.console.views import Row, Status, status


@dataclass(frozen=True, slots=True)
class Inbox:
    """The live page for one choice of filters."""

    status: Status
    facets: tuple[Facet, ...]
    lines: tuple[Line, ...]
    matching: int
    cut: bool
    filters: Filters

    @property
    def rows(self) -> tuple[Row, ...]:
        """Without the headings."""
        return tuple(line for line in self.lines if isinstance(line, Row))


NOBODY = Viewer()


def inbox(snapshot: Snapshot, filters: Filters, viewer: Viewer = NOBODY) -> Inbox:
    known = entries(snapshot)
    wanted = matching(known, filters)
    return Inbox(
        status=status(snapshot),
        facets=facets(known, filters, viewer),
        lines=lines(wanted),
        matching=len(wanted),
        cut=snapshot.cut,
        filters=filters,
    )
