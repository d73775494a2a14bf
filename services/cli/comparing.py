"""Two sets of agreements on the same past: how a comparison is made of what was said lately, and
how each is told.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import typer

from services.cli.agreements_output import (
    Looked,
    as_differences,
    as_looked,
    print_differences,
    print_looked,
)
from services.cli.past import Past, read_past
from services.cli.printing import print_json
from services.cli.replay import without_garbage_collection
from services.insights.differences import Difference, differences
from services.insights.replay import Replayed, fold
from services.shared.settings import Settings
from services.tracker.agreement_files import AgreementFolder, unversioned_changes
from services.tracker.core.sets import AgreementSets

FOUND = 1
TELL_EVERY_S = 1.0


@dataclass(slots=True)
class Output:
    """How a comparison is told, and at most once a second how far it is."""

    first: int
    as_json: bool
    progress: bool | None
    told_at: float = field(default=0.0, init=False)

    def tell(self, words: str) -> None:
        wanted = sys.stderr.isatty() if self.progress is None else self.progress
        if wanted and time.monotonic() - self.told_at >= TELL_EVERY_S:
            self.told_at = time.monotonic()
            typer.echo(words, err=True)

    def show(self, found: Sequence[Difference], looked: Looked | None = None) -> None:
        if self.as_json:
            print_json(as_differences(found, self.first) | (as_looked(looked) if looked else {}))
        else:
            print_differences(found, self.first)
            if looked:
                print_looked(looked)
        if found:
            raise typer.Exit(FOUND)


def compare_lately(
    old: AgreementFolder,
    new: AgreementFolder,
    settings: Settings,
    last: timedelta,
    output: Output,
) -> None:
    with without_garbage_collection():
        past = read_past(settings, last, output.tell)
        before = _folded(past, old, settings, "as agreed", output)
        after = _folded(past, new, settings, "as proposed", output)
    looked = Looked(past, before, after, unversioned_changes(old, new))
    output.show(differences(before.rows, after.rows), looked)


def _folded(
    past: Past, agreements: AgreementFolder, settings: Settings, how: str, output: Output
) -> Replayed:
    done = 0

    def folded(more: int) -> None:
        nonlocal done
        done += more
        output.tell(f"Folding {how}: {done:,} of {len(past.records):,} events")

    sets = AgreementSets((agreements.active(0),))
    return fold(past.events(sets, settings), sets, past.until, folded)
