"""Whether the ladders that agreements name are there, by the files that the environment names.

What a ladder names, receivers and schedules, is checked as the alerts service does at its start.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from services.alerts.settings import AlertsSettings
from services.local.doctor import Finding
from services.shared.errors import SettingsError
from services.shared.settings import load
from services.shared.yaml_text import Unreadable, parse
from services.tracker.agreement_files import load_folder
from services.tracker.errors import AgreementError
from services.tracker.settings import TrackerSettings

PART = "ladders"
NONE = "none is written down, and no agreement names one"


@dataclass(frozen=True, slots=True)
class Named:
    """A ladder, and where an agreement names it."""

    ladder: str
    file: Path
    line: int


def ladder_findings() -> Iterator[Finding]:
    """One for each thing that is wrong, or one that says that all is well."""
    try:
        alerts, tracker = load(AlertsSettings).checked(), load(TrackerSettings)
    except SettingsError as error:
        remedy = "Mend it: the alerts service does not start with it."
        yield from (Finding(PART, False, line, remedy) for line in str(error).splitlines())
        return
    try:
        named = list(_named(tracker))
    except AgreementError as error:
        remedy = "Mend it: the tracker does not start with it."
        yield from (Finding("agreements", False, line, remedy) for line in str(error).splitlines())
        return
    yield from _compared(named, alerts)


def _named(settings: TrackerSettings) -> Iterator[Named]:
    """Raises AgreementError where the files are wrong."""
    for name, text in load_folder(settings.agreements, settings.own_types).texts.items():
        document = parse(text)
        assert not isinstance(document, Unreadable), "a folder that loads can be read"
        if ladder := document.content.get("escalate"):
            yield Named(ladder, settings.agreements / name, document.line(("escalate",)))


def _compared(named: list[Named], settings: AlertsSettings) -> Iterator[Finding]:
    file = settings.alerts.escalation
    there: Set[str] = settings.escalation.ladders.keys() if file else frozenset()
    missing = [each for each in named if each.ladder not in there]
    for each in missing:
        yield Finding(
            PART,
            False,
            f"{each.file}:{each.line}: escalate: there is no ladder {each.ladder!r},"
            " so its alerts go by the routes",
            f"Name one of {', '.join(sorted(there))}, or write it into {file}."
            if file
            else "Set HANDOFF_ALERTS__ESCALATION to the file that has it.",
        )
    if not missing:
        called = len({each.ladder for each in named})
        says = f"{file} has {len(there)}, of which agreements name {called}" if file else NONE
        yield Finding(PART, True, says)
