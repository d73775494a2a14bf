"""What `handoff agreements lint` and `test` look at: a folder with its documents and examples."""

from collections.abc import Mapping
from pathlib import Path

from services.shared.clock import Instant
from services.shared.faults import Fault
from services.shared.subjects import Kind
from services.shared.yaml_text import Document, Unreadable, parse
from services.tracker.agreement_files import AgreementFolder, kind_of_file, load_folder, text_of
from services.tracker.core.language.examples import failures
from services.tracker.core.language.lint import Linted, remarks
from services.tracker.errors import AgreementError

EXAMPLES = "examples"
"""The folder beside the agreements that holds their examples, outside the set's hash."""


def lint_folder(folder: Path, own_types: Mapping[str, Kind], now: Instant) -> tuple[Fault, ...]:
    """All faults of the folder, or where there are none, all remarks.

    Raises AgreementError for a folder that holds nothing to look at.
    """
    try:
        read = load_folder(folder, own_types)
    except AgreementError as error:
        if not error.faults:
            raise
        return error.faults
    documents = _documents(folder, read)
    return remarks(Linted(read.agreements, read.calendars, read.facts, documents), now)


def _documents(folder: Path, read: AgreementFolder) -> dict[tuple[str, str], tuple[str, Document]]:
    """The documents of a folder by what they are and their name."""
    documents = {}
    for name, text in read.texts.items():
        document = parse(text)
        assert isinstance(document, Document), "it was read before"
        kind = kind_of_file(document)
        documents[kind, str(document.content[kind])] = (str(folder / name), document)
    return documents


def run_examples(folder: Path, own_types: Mapping[str, Kind]) -> tuple[int, tuple[Fault, ...]]:
    """How many examples the folder has, and everything that is wrong with them.

    Raises AgreementError where the agreements themselves cannot be read.
    """
    agreements = load_folder(folder, own_types).active(0)
    names = {each.name for each in agreements.agreements}
    ran, wrong = 0, list[Fault]()
    for path in sorted((folder / EXAMPLES).glob("*.yaml")):
        document = parse(text_of(path))
        if path.stem not in names:
            wrong.append(Fault(str(path), 1, "file", f"there is no agreement {path.stem!r}."))
        elif isinstance(document, Unreadable):
            wrong.append(Fault(str(path), document.line, "YAML", document.remedy))
        else:
            count, found = failures(document, str(path), path.stem, agreements, own_types)
            ran, wrong = ran + count, wrong + list(found)
    return ran, tuple(wrong)
