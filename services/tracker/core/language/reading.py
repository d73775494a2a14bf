"""One file of the language to one `Agreement`, or all its faults.

First the shape (pydantic), then what the values say: the faults of a step come all at once.
"""

from collections.abc import Mapping

from pydantic import ValidationError

from services.shared.faults import Fault, fault_at, fault_of, known_keys
from services.shared.subjects import Kind
from services.shared.yaml_text import Document, Unreadable, parse
from services.tracker.core.agreements import Agreement
from services.tracker.core.calendars.calendar import Calendar
from services.tracker.core.language.expressions import Timer
from services.tracker.core.language.model import AgreementFile
from services.tracker.core.language.terms import Known, Terms


def read(
    text: str,
    file: str,
    own_types: Mapping[str, Kind] | None = None,
    calendars: Mapping[str, Calendar] | None = None,
    timer: Timer | None = None,
) -> Agreement | tuple[Fault, ...]:
    """The agreement that a file's text describes, or all its faults; see `read_agreement`."""
    document = parse(text)
    if isinstance(document, Unreadable):
        return (Fault(file, document.line, "YAML", document.remedy),)
    return read_agreement(document, file, Known(own_types or {}, calendars or {}, timer))


def read_agreement(document: Document, file: str, known: Known) -> Agreement | tuple[Fault, ...]:
    """The agreement that a document describes, or all its faults in order of their lines."""
    parsed = parsed_file(document, file)
    if isinstance(parsed, tuple):
        return parsed
    terms = Terms(parsed, known)
    agreement = terms.agreement()
    if not terms.wrong:
        return agreement
    faults = [fault_at(file, document, path, remedy) for path, remedy in terms.wrong]
    return tuple(sorted(faults, key=lambda fault: fault.line))


def parsed_file(document: Document, file: str) -> AgreementFile | tuple[Fault, ...]:
    """The keys of a document in their right shapes, or every one that has not."""
    if not isinstance(document.content, dict):
        return (Fault(file, 1, "file", "it is not a mapping; start with `agreement: <name>`."),)
    try:
        return AgreementFile.model_validate(document.content)
    except ValidationError as error:
        return tuple(
            fault_of(file, document, problem, known_keys(problem, AgreementFile))
            for problem in error.errors()
        )
