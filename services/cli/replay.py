"""`handoff replay`: what handoff would have known of a company's past, promise by promise."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.moments import moment
from services.cli.replay_files import Written
from services.cli.replay_output import Report, Watch, as_json, as_text
from services.insights import replay as core
from services.insights.replay import Outcome, Replayed
from services.local.interrupts import interruptible
from services.shared.clock import Instant
from services.shared.settings import Settings, load
from services.simulator.importers.errors import UnreadableData
from services.simulator.importers.formats import IMPORTERS, Format
from services.simulator.importers.history import History
from services.tracker.agreement_files import AgreementFolder, load_folder, shipped


class Through(StrEnum):
    """What folds the events."""

    CORE = "core"
    KAFKA = "kafka"


class FailOn(StrEnum):
    """What the command ends with 1 for."""

    BREACHED = "breached"


Engine = Callable[[History, AgreementFolder, Instant, Callable[[int], object]], Replayed]
"""Takes the events up to a moment; tells how many it folded since it last told."""


def _through_core(
    history: History,
    agreements: AgreementFolder,
    until: Instant,
    folded: Callable[[int], object],
) -> Replayed:
    with without_garbage_collection():
        return core.replay(history, agreements.active(0), until, folded)


def _through_kafka(
    history: History,
    agreements: AgreementFolder,
    until: Instant,
    folded: Callable[[int], object],
) -> Replayed:
    # The core alone does without a second of imports.
    from services.cli.through_kafka import through_kafka  # noqa: PLC0415

    return through_kafka(history, agreements, until, folded)


ENGINES: dict[Through, Engine] = {
    Through.CORE: _through_core,
    Through.KAFKA: _through_kafka,
}


From = Annotated[
    Path, typer.Option("--from", metavar="DIR", help="The folder that holds the data's files.")
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE.csv", help="Gets a row a promise; a file there is replaced."),
]
Findings = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.csv",
        help="Gets a row a finding (bounced, left_alone...); a file there is replaced.",
    ),
]
Agreements = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Agreement files; ours for the format if not given."),
]
Until = Annotated[
    Instant | None,
    typer.Option(
        parser=moment,
        metavar="TIME",
        help="Know nothing later, as 2018-03-01T00:00:00Z; the last event's time if not given.",
    ),
]


FormatOption = Annotated[Format, typer.Option("--format", help="What the files are.")]
ThroughOption = Annotated[
    Through,
    typer.Option(
        "--through",
        help="The tracker's core alone, or real Kafka, tracker and Mongo on the data's own time.",
    ),
]
FailOnOption = Annotated[
    FailOn | None, typer.Option("--fail-on", help="End with 1 if a promise came to this.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def replay(  # noqa: PLR0913 - each is an option of the command
    *,
    source: From,
    out: Out = None,
    findings: Findings = None,
    format: FormatOption = Format.OLIST,
    agreements: Agreements = None,
    until: Until = None,
    through: ThroughOption = Through.CORE,
    fail_on: FailOnOption = None,
    json: Json = False,
) -> None:
    """Fold a company's past as if it happened now: which promises were made, kept and broken.

    The file of --out gets a row a promise: subject, agreement, debtor,
    creditor, opened_at, due_by, settled_at, state (kept, kept_late, breached,
    open or cancelled); that of --findings a row a finding: subject, finding,
    at, detail. Times are UTC. The summary says how long before the
    customer's date the departments' own broken promises told of it.

    For olist DIR holds its public files (olist_orders_dataset.csv,
    olist_order_items_dataset.csv, olist_order_payments_dataset.csv,
    olist_order_reviews_dataset.csv), or olist_orders.csv, olist_items.csv
    and olist_payments.csv; for bpic2013 it holds bpic2013_incidents.csv. Each
    may be gzipped. A bad row is named and left out.

    Example: handoff replay --from ~/olist --out promises.csv
    """
    written = Written(out, findings)
    written.check()
    _check_findings(written, through)
    folder = load_folder(agreements or shipped(format), load(Settings).own_types)
    began = time.monotonic()
    with interruptible():
        with Watch() as watch:
            history = _read(source, format, watch)
            written.check_apart_from(history.files)
            known, end = _known(history, until, source)
            watch.folding(len(known))
            replayed = ENGINES[through](known, folder, end, watch.folded)
        written.write(replayed)
        report = Report.of(replayed, watch.bad_rows, written, time.monotonic() - began)
    typer.echo(as_json(report) if json else as_text(report))
    if fail_on is FailOn.BREACHED and report.summary.outcomes[Outcome.BREACHED]:
        raise typer.Exit(1)


def _check_findings(written: Written, through: Through) -> None:
    if written.findings and through is not Through.CORE:
        raise typer.BadParameter(
            f"--through {through} gives no findings; leave one of the two out.",
            param_hint="--findings",
        )


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Nothing that a replay keeps is garbage, and looking for some in it is a third of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _read(source: Path, format: Format, watch: Watch) -> History:
    with without_garbage_collection():
        return IMPORTERS[format](source, watch.bad_row)


def _known(history: History, until: Instant | None, source: Path) -> tuple[History, Instant]:
    """What was known at `until`, or else when the last event had happened."""
    if history.ends_at is None:
        raise UnreadableData(f"No row of the files in {source} could be read; nothing is written.")
    end = history.ends_at if until is None else until
    return history.until(end), end
