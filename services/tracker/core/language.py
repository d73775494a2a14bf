"""The language of agreements: one YAML text to one `Agreement`, or every fault with its line.

This version reads elapsed time; calendars, pauses and acknowledgement are refused by name.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.shared.clock import to_instant
from services.shared.errors import UnknownEventType
from services.shared.subjects import EVENT_TYPES, Kind, kind_of
from services.tracker.core.agreements import Agreement, AgreementKind
from services.tracker.core.durations import parse_duration, parse_rung
from services.tracker.core.facts import Fact
from services.tracker.core.faults import Fault, fault_at, fault_of
from services.tracker.core.yaml_text import Document, Path, Unreadable, parse

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
PartyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}(/[a-z0-9-]{1,62})?$")]
TypeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[A-Z][A-Za-z0-9]*$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1_024)]
RUNGS_LIMIT = 16
VERSION_LIMIT = 1_000_000


class Fulfilment(BaseModel):
    """What keeps the promise, and until when."""

    model_config = ConfigDict(extra="forbid")

    on: TypeName = Field(description="the event type that is the evidence")
    within: str | None = Field(None, description="elapsed time, for example 48 hours")
    by: str | None = Field(None, description="a fact of the subject, for example order.ship_by")


class AgreementFile(BaseModel):
    """The keys of one agreement file."""

    model_config = ConfigDict(extra="forbid")

    agreement: Name
    version: int = Field(ge=1, le=VERSION_LIMIT)
    effective_from: date
    kind: AgreementKind
    owed_by: PartyName
    owed_to: PartyName
    because: Text
    opens_on: TypeName
    fulfil: Fulfilment
    warn: list[str] = Field([], max_length=RUNGS_LIMIT)
    cancels_on: list[TypeName] = Field([], max_length=RUNGS_LIMIT)
    do: Text | None = None


def read(
    text: str, file: str, own_types: Mapping[str, Kind] | None = None
) -> Agreement | tuple[Fault, ...]:
    """The agreement that a file's text describes, or all its faults.

    `own_types` are the event types that parties declare in the settings.
    """
    document = parse(text)
    if isinstance(document, Unreadable):
        return (Fault(file, document.line, "YAML", document.remedy),)
    if not isinstance(document.content, dict):
        return (Fault(file, 1, "file", "it is not a mapping; start with `agreement: <name>`."),)
    try:
        parsed = AgreementFile.model_validate(document.content)
    except ValidationError as error:
        return tuple(_fault(file, document, problem) for problem in error.errors())
    return _Reading(parsed, file, document, own_types or {}).agreement()


class _Reading:
    """The checks that need more than one key, collecting faults as it goes."""

    def __init__(
        self, parsed: AgreementFile, file: str, document: Document, own_types: Mapping[str, Kind]
    ) -> None:
        self.parsed, self.file, self.document, self.own_types = parsed, file, document, own_types
        self.faults: list[Fault] = []
        self.kind: Kind | None = None

    def agreement(self) -> Agreement | tuple[Fault, ...]:
        parsed = self.parsed
        self._check_common_kind()
        self._check_roles()
        within = self._checked(parse_duration, parsed.fulfil.within, "fulfil", "within")
        by = self._checked(self._fact, parsed.fulfil.by, "fulfil", "by")
        warn = [
            self._checked(parse_rung, text, "warn", number)
            for number, text in enumerate(parsed.warn)
        ]
        if (parsed.fulfil.within is None) == (parsed.fulfil.by is None):
            self._fault("give exactly one of `within` and `by`.", "fulfil")
        if self.faults:
            return tuple(self.faults)
        return Agreement(
            name=parsed.agreement,
            version=parsed.version,
            effective_from=_midnight(parsed.effective_from),
            kind=parsed.kind,
            owed_by=parsed.owed_by,
            owed_to=parsed.owed_to,
            because=parsed.because,
            opens_on=parsed.opens_on,
            evidence=(parsed.fulfil.on,),
            within=within,
            by=by,
            warn=tuple(rung for rung in warn if rung),
            cancels_on=tuple(parsed.cancels_on),
            next_step=parsed.do or "",
        )

    def _check_common_kind(self) -> None:
        """All its events are about one kind of subject; a fault where they are not."""
        parsed = self.parsed
        named: list[tuple[str, Path]] = [
            (parsed.opens_on, ("opens_on",)),
            (parsed.fulfil.on, ("fulfil", "on")),
            *((each, ("cancels_on", at)) for at, each in enumerate(parsed.cancels_on)),
        ]
        kinds = []
        for event_type, path in named:
            try:
                kind = kind_of(event_type, self.own_types)
            except UnknownEventType as error:
                self._fault(str(error), *path)
                continue
            if kind is None:
                self._fault(f"{event_type} is about any subject; name an event of a party.", *path)
            else:
                kinds.append((kind, event_type, path))
        self.kind = kinds[0][0] if kinds else None
        for kind, event_type, path in kinds[1:]:
            if kind != self.kind:
                self._fault(
                    f"{event_type} is of kind {kind}, {kinds[0][1]} of kind {self.kind};"
                    " name events that share a subject.",
                    *path,
                )

    def _check_roles(self) -> None:
        """The evidence is an event of its own; a fault where it could never keep a promise open."""
        evidence = self.parsed.fulfil.on
        if evidence == self.parsed.opens_on:
            self._fault(f"{evidence} also opens the promise; name another event.", "fulfil", "on")
        for place, event_type in enumerate(self.parsed.cancels_on):
            if event_type == evidence:
                self._fault(f"{evidence} is also the evidence; leave it out.", "cancels_on", place)

    def _checked(self, parse: Any, text: str | None, *path: str | int) -> Any:  # noqa: ANN401 - one wrapper for all parsers
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self._fault(str(error), *path)
            return None

    def _fact(self, text: str) -> Fact:
        """`order.ship_by` as a fact; raises ValueError where no event of that kind carries it."""
        kind, _, name = text.partition(".")
        if kind not in Kind.__members__.values() or not name:
            raise ValueError(f"{text!r} is no fact; write for example 'order.ship_by'.")
        carried = _moments_of(Kind(kind))
        if name not in carried and kind not in self.own_types.values():
            raise ValueError(
                f"no event of kind {kind} carries a moment {name!r};"
                f" there are {', '.join(sorted(carried)) or 'none'}."
            )
        if self.kind and kind != self.kind:
            raise ValueError(f"{text!r} is of kind {kind}, but the events are of {self.kind}.")
        return Fact(kind, name)

    def _fault(self, remedy: str, *path: str | int) -> None:
        self.faults.append(fault_at(self.file, self.document, path, remedy))


def _moments_of(kind: Kind) -> set[str]:
    """The fields of all events about a kind that hold a moment."""
    return {
        field.name
        for row in EVENT_TYPES.values()
        if row.kind == kind
        for field in fields(row.event)
        if datetime in (field.type, *get_args(field.type))
    }


def _fault(file: str, document: Document, problem: Any) -> Fault:  # noqa: ANN401 - pydantic's ErrorDetails
    known = Fulfilment if problem["loc"][:1] == ("fulfil",) else AgreementFile
    return fault_of(file, document, problem, known.model_fields)


def _midnight(day: date) -> int:
    return to_instant(datetime(day.year, day.month, day.day, tzinfo=UTC))
