"""Agreement files on disk: a folder of YAML to agreements with what they use, all faults at once.

The first key of a file says what it is: `agreement`, `calendar` or `fact`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.shared.clock import Instant
from services.shared.faults import Fault
from services.shared.subjects import Kind
from services.shared.yaml_text import Document, Unreadable, parse
from services.tracker.core.agreement_set import AgreementSet, content_hash
from services.tracker.core.agreements import Agreement
from services.tracker.core.calendars.calendar import ALWAYS, Calendar
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.facts import FactRule
from services.tracker.core.language.calendar_files import read_calendar
from services.tracker.core.language.expressions import Timer
from services.tracker.core.language.fact_files import read_fact
from services.tracker.core.language.reading import read_agreement
from services.tracker.core.language.terms import Known
from services.tracker.core.language.together import Placed, faults_together
from services.tracker.errors import AgreementError

FILES_LIMIT = 2_000
"""Files of one folder: as many as its agreements may be, and their calendars and facts."""
FILE_BYTES_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class AgreementFolder:
    """What a folder holds: the agreements, calendars and facts, their texts, the whole's hash."""

    agreements: tuple[Agreement, ...]
    texts: dict[str, str]
    hash: str
    calendars: tuple[WorkingCalendar, ...] = ()
    facts: tuple[FactRule, ...] = ()

    def active(self, active_from: Instant) -> AgreementSet:
        """The set that it makes, once that is active."""
        return AgreementSet(self.hash, active_from, self.agreements, self.facts, self.texts)


def load_folder(folder: Path, own_types: Mapping[str, Kind] | None = None) -> AgreementFolder:
    """Read every `*.yaml` in `folder`; raises AgreementError that lists every fault.

    Expressions are timed here, where somebody brings them, and never again.
    """
    if not folder.is_dir():
        raise AgreementError(f"{folder} is no folder; give one that holds agreement files.")
    if misnamed := sorted(folder.glob("*.yml")):
        raise AgreementError(f"{misnamed[0]}: it would not be read; call it *.yaml.")
    paths = sorted(folder.glob("*.yaml"))
    if not 0 < len(paths) <= FILES_LIMIT:
        raise AgreementError(
            f"{folder} holds {len(paths)} agreement files (*.yaml); give 1 to {FILES_LIMIT}."
        )
    texts = {str(path): text_of(path) for path in paths}
    return read_texts(texts, own_types, timer=time.thread_time_ns)


def read_texts(
    texts: dict[str, str],
    own_types: Mapping[str, Kind] | None = None,
    timer: Timer | None = None,
) -> AgreementFolder:
    """What these texts by file name hold; raises AgreementError that lists every fault."""
    reading = _Reading(own_types or {}, timer)
    for file, text in texts.items():
        reading.sort(file, text)
    faults = reading.faults_of_all()
    if faults:
        raise AgreementError("\n".join(str(fault) for fault in faults), tuple(faults))
    if not reading.placed:
        raise AgreementError("These files hold no agreement; add one that says who owes what.")
    return AgreementFolder(
        tuple(each.agreement for each in reading.placed),
        {Path(file).name: text for file, text in texts.items()},
        content_hash(texts.values()),
        tuple(each for each in reading.calendars.values() if isinstance(each, WorkingCalendar)),
        tuple(reading.facts.values()),
    )


@dataclass(slots=True)
class _Reading:
    """The documents of a set by what they are, and what was read of them so far.

    In place of a calendar whose file is wrong stands one that is always open, so that whoever
    names it is not at fault.
    """

    own_types: Mapping[str, Kind]
    timer: Timer | None
    documents: dict[str, list[tuple[str, Document]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    facts: dict[str, FactRule] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def sort(self, file: str, text: str) -> None:
        """Put a document with its like; the first key says which, and any other an agreement."""
        document = parse(text)
        if isinstance(document, Unreadable):
            self.faults.append(Fault(file, document.line, "YAML", document.remedy))
            return
        self.documents.setdefault(kind_of_file(document), []).append((file, document))

    def faults_of_all(self) -> list[Fault]:
        """Read calendars, then what names them, then the whole; every fault, by file and line."""
        for file, document in self.documents.get("calendar", ()):
            self._read_calendar(file, document)
        for file, document in self.documents.get("fact", ()):
            self._read_fact(file, document)
        for file, document in self.documents.get("agreement", ()):
            self._read_agreement(file, document)
        self.faults += faults_together(self.placed, self.own_types, frozenset(self.broken))
        return sorted(self.faults, key=lambda fault: (fault.file, fault.line))

    def _read_calendar(self, file: str, document: Document) -> None:
        calendar = read_calendar(document, file)
        name = str(document.content["calendar"])
        if isinstance(calendar, tuple):
            self.faults += calendar
        elif name in self.calendars:
            self._same_name(file, "calendar")
        self.calendars.setdefault(name, ALWAYS if isinstance(calendar, tuple) else calendar)

    def _read_fact(self, file: str, document: Document) -> None:
        rule = read_fact(document, file, self.own_types, self.calendars)
        if isinstance(rule, tuple):
            self.faults += rule
        elif rule.name in self.facts:
            self._same_name(file, "fact")
        else:
            self.facts[rule.name] = rule

    def _read_agreement(self, file: str, document: Document) -> None:
        known = Known(self.own_types, self.calendars, self.timer)
        agreement = read_agreement(document, file, known)
        if isinstance(agreement, Agreement):
            self.placed.append(Placed(agreement, file, document))
            return
        self.faults += agreement
        if isinstance(document.content, dict):
            self.broken.add(str(document.content.get("agreement")))

    def _same_name(self, file: str, key: str) -> None:
        self.faults.append(Fault(file, 1, key, "another file has the same name; change one."))


def kind_of_file(document: Document) -> str:
    """`calendar` or `fact` where that is the first key; else it is meant to be an agreement."""
    first = next(iter(document.content), "") if isinstance(document.content, dict) else ""
    return first if first in ("calendar", "fact") else "agreement"


def unversioned_changes(old: AgreementFolder, new: AgreementFolder) -> tuple[str, ...]:
    """What `new` says otherwise than `old` under the same name and version, and what to do.

    A remark or another order of keys is no change. A calendar is part of the agreements that name
    it: their open promises keep the one they were made with.
    """
    before: dict[tuple[str, str, int], object] = dict(_versions(old))
    return tuple(
        f"{kind} {name}: it differs from what is in force as version {version};"
        " give it a higher version."
        for (kind, name, version), content in _versions(new)
        if before.get((kind, name, version), content) != content
    )


def _versions(folder: AgreementFolder) -> list[tuple[tuple[str, str, int], object]]:
    named = (
        ("calendar", folder.calendars),
        ("fact", folder.facts),
        ("agreement", folder.agreements),
    )
    return [((kind, each.name, each.version), each) for kind, group in named for each in group]


def text_of(path: Path) -> str:
    """The text of a file; raises AgreementError where it is none, or too long."""
    try:
        size = path.stat().st_size
        if size > FILE_BYTES_LIMIT:
            raise AgreementError(f"{path}: it is {size} bytes; the limit is {FILE_BYTES_LIMIT}.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AgreementError(
            f"{path}: it cannot be read ({error}); give a file of UTF-8 text."
        ) from error


def shipped(name: str) -> Path:
    """The folder of agreements that come with handoff: in the wheel, or in the source tree."""
    here = Path(__file__).parent
    installed = here / "agreements" / name
    return installed if installed.is_dir() else here.parents[1] / "deploy" / "agreements" / name
