"""From a snapshot of promises and alerts to what the inbox shows. Pure: no clock, no markup."""

from dataclasses import dataclass

from services.console.desk import Snapshot
from services.console.facets import Facet, Viewer, facets
from services.console.filters import Filters
from services.console.grouping import Line, lines
from services.console.matching import entries, matches
from services.console.views import Row, Status, row, status


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
    matching = [row(each) for each in known if matches(each, filters)]
    return Inbox(
        status=status(snapshot),
        facets=facets(known, filters, viewer),
        lines=lines(matching),
        matching=len(matching),
        cut=snapshot.cut,
        filters=filters,
    )
