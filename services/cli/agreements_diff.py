"""`handoff agreements diff` and `try`: what would have become of the same past under other
agreements. Nothing is stored, published or activated.

Ends with 1 where a promise differs, with 2 where the agreements or the input are wrong.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from handoff.v1 import tracker_pb2

from services.cli import surroundings
from services.cli.agreements_output import as_faults
from services.cli.calling import TIMEOUT_S, tracker_service
from services.cli.comparing import Output, compare_lately
from services.cli.errors import CommandFailed
from services.cli.moments import duration
from services.cli.printing import AsJson, print_json
from services.insights.differences import differences
from services.insights.replay import replay
from services.local.interrupts import interruptible
from services.shared.faults import Fault
from services.shared.settings import Settings
from services.shared.yaml_text import Document, parse, value_of
from services.simulator.importers.formats import IMPORTERS, Format
from services.tracker.agreement_files import (
    FILE_BYTES_LIMIT,
    AgreementFolder,
    load_folder,
    read_texts,
)
from services.tracker.errors import AgreementError

WRONG = 2
FIRST_LIMIT = 20
"""Promises that are told one by one, if not told otherwise."""
LAST_LIMIT = timedelta(days=30)
"""Topics keep no more."""
ACTIVE = Path("active")
STDIN = Path("-")


def last_days(text: str) -> timedelta:
    """Raises BadParameter for what is no duration, or is over LAST_LIMIT."""
    if not timedelta() < (last := duration(text)) <= LAST_LIMIT:
        raise typer.BadParameter(f"{text} is not within 30 days, which is what topics keep.")
    return last


First = Annotated[int, typer.Option(min=0, help="Tell so many one by one.")]
Last = Annotated[
    timedelta | None,
    typer.Option(
        parser=last_days, metavar="DURATION", help="What the parties said lately: 30d, 12h."
    ),
]
Progress = Annotated[
    bool | None,
    typer.Option(
        "--progress/--no-progress",
        show_default="on a terminal",
        help="Say on stderr how far it is.",
    ),
]


def diff(  # noqa: PLR0913 - each is an option of the command
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="Folder of agreement files, or `active`.")
    ],
    new: Annotated[
        Path, typer.Argument(metavar="NEW", help="Folder of agreement files, or `active`.")
    ],
    *,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="The folder that holds the data's files."),
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="What the files are.")] = Format.OLIST,
    last: Last = None,
    first: First = FIRST_LIMIT,
    as_json: AsJson = False,
    progress: Progress = None,
) -> None:
    """Fold the same past under two sets of agreements, and tell which promises differ.

    The past is a data set (--from), or what the parties said to Kafka over the
    last days (--last). `active` is the set that the tracker goes by now; a
    folder of that name is ./active. Ends with 1 if any promise differs.

    Example: handoff agreements diff active proposed/ --last 30d
    """
    if (source is None) is (last is None):
        raise typer.BadParameter("Give either --from DIR or --last DURATION.")
    settings = surroundings.settings()
    with interruptible(), _faults_told(as_json):
        folders = _folder(old, settings), _folder(new, settings)
        if last is not None:
            compare_lately(*folders, settings, last, Output(first, as_json, progress))
            return
        assert source is not None
        history = IMPORTERS[format](source, lambda row: typer.echo(f"Left out: {row}", err=True))
        if (until := history.ends_at) is None:
            raise CommandFailed(f"No row of the files in {source} could be read.")
        before, after = (replay(history, each.active(0), until).rows for each in folders)
    Output(first, as_json, progress).show(differences(before, after))


def try_(
    name: Annotated[str, typer.Argument(help="The agreement's name.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The agreement as it might be; - is stdin.")
    ],
    *,
    last: Last = None,
    first: First = FIRST_LIMIT,
    as_json: AsJson = False,
    progress: Progress = None,
) -> None:
    """Tell what would have become of the last days' promises if one agreement were another.

    The others are those that the tracker goes by, and the days are 30 if not
    told otherwise. Nothing is changed by this: agreements are changed in their
    files. Ends with 1 if any promise differs.

    Example: handoff agreements try ship-paid-order proposed.yaml --last 7d
    """
    settings = surroundings.settings()
    with interruptible(), _faults_told(as_json):
        texts = _active_texts()
        place = next((each for each in texts if value_of(texts[each], "agreement") == name), None)
        if place is None:
            raise AgreementError(f"The tracker goes by no agreement {name!r}.")
        proposed = {**texts, place: _text_of(file, name, place)}
        old = read_texts(texts, settings.own_types)
        new = read_texts(proposed, settings.own_types, timer=time.thread_time_ns)
        output = Output(first, as_json, progress)
        compare_lately(old, new, settings, last or LAST_LIMIT, output)


@contextmanager
def _faults_told(as_json: bool) -> Iterator[None]:
    """As `lint` tells them, where JSON is wanted; else they are said as any error is."""
    try:
        yield
    except AgreementError as error:
        if not (as_json and error.faults):
            raise
        print_json({"faults": as_faults(error.faults)})
        raise typer.Exit(WRONG) from error


def _folder(path: Path, settings: Settings) -> AgreementFolder:
    if path == ACTIVE:
        return read_texts(_active_texts(), settings.own_types)
    return load_folder(path, settings.own_types)


def _active_texts() -> dict[str, str]:
    with tracker_service() as tracker:
        request = tracker_pb2.GetAgreementFilesRequest()
        told = tracker.GetAgreementFiles(request, timeout=TIMEOUT_S)
    return {each.name: each.text for each in told.files}


def _text_of(file: Path, name: str, place: str) -> str:
    """Raises AgreementError for too much of it, for no text, or for another agreement's."""
    if file == STDIN:
        content = sys.stdin.buffer.read(FILE_BYTES_LIMIT + 1)
    else:
        with file.open("rb") as opened:
            content = opened.read(FILE_BYTES_LIMIT + 1)
    if len(content) > FILE_BYTES_LIMIT:
        raise _wrong(place, "file", f"it is over {FILE_BYTES_LIMIT} bytes long; shorten it.")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise _wrong(place, "file", f"it is no UTF-8 text ({error.reason}).") from error
    said = value_of(text, "agreement")
    if said != name and isinstance(parse(text), Document):
        found = "is missing" if said is None else f"is {said[:80]!r}"
        raise _wrong(place, "agreement", f"it {found}; what is tried starts `agreement: {name}`.")
    return text


def _wrong(place: str, key: str, remedy: str) -> AgreementError:
    fault = Fault(place, 1, key, remedy)
    return AgreementError(str(fault), (fault,))
