"""The language of facts: one YAML document to one `FactRule`, or every fault with its line."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.shared.errors import UnknownEventType
from services.shared.events.common import Address, Line, Money
from services.shared.faults import Fault, fault_at, fault_of
from services.shared.subjects import DEPARTMENTS, EVENT_TYPES, Kind, kind_of
from services.shared.yaml_text import Document, Path
from services.tracker.core.calendars.calendar import ALWAYS, Calendar
from services.tracker.core.durations import Duration, WallTime, parse_duration
from services.tracker.core.facts import Assertion, Comparison, FactRule
from services.tracker.core.language.model import VERSION_LIMIT, Name, PartyName, Text, TypeName

TYPES_LIMIT = 16
"""Event types that tell a fact, and those that show it to the customer."""

FieldName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[A-Z][A-Za-z0-9]*\.[a-z][a-z0-9_]*$")
]
Noun = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,62}$")]
_TYPES: Mapping[Comparison, object] = {
    Comparison.MONEY: Money,
    Comparison.DATE: datetime,
    Comparison.ADDRESS: Address,
    Comparison.LINES: tuple[Line, ...],
}


class FactFile(BaseModel):
    """The keys of one file about a fact that several departments tell."""

    model_config = ConfigDict(extra="forbid")

    fact: Name
    version: int = Field(ge=1, le=VERSION_LIMIT)
    owner: PartyName = Field(description="who answers for a difference")
    because: Text
    asserted_by: list[FieldName] = Field(
        min_length=2, max_length=TYPES_LIMIT, description="for example sales.OrderPlaced.total"
    )
    compare: Comparison
    settle: str = Field(description="how long a difference may last, for example 15 minutes")
    gates: list[TypeName] = Field(
        [], max_length=TYPES_LIMIT, description="event types that show the fact to the customer"
    )
    do: Text | None = Field(None, description="the next step of who answers for it")
    each: Noun | None = Field(None, description="one fact for each, for example refund")
    calendar: Name | None = Field(None, description="whose working days and hours count")


def read_fact(
    document: Document,
    file: str,
    own_types: Mapping[str, Kind],
    calendars: Mapping[str, Calendar] | None = None,
) -> FactRule | tuple[Fault, ...]:
    """The rule that a document describes, or all its faults.

    `own_types` are the event types that parties declare in the settings; what fields they have is
    taken on trust. `calendars` are those that may be named.
    """
    try:
        parsed = FactFile.model_validate(document.content)
    except ValidationError as error:
        known = FactFile.model_fields
        return tuple(fault_of(file, document, problem, known) for problem in error.errors())
    return _Reading(parsed, file, document, own_types, calendars or {}).rule()


class _Reading:
    """The checks that need more than one key, collecting faults as it goes."""

    def __init__(
        self,
        parsed: FactFile,
        file: str,
        document: Document,
        own_types: Mapping[str, Kind],
        calendars: Mapping[str, Calendar],
    ) -> None:
        self.parsed, self.file, self.document = parsed, file, document
        self.own_types, self.calendars = own_types, calendars
        self.faults: list[Fault] = []
        self.assertions = tuple(
            Assertion(*each.rsplit(".", maxsplit=1)) for each in parsed.asserted_by
        )

    def rule(self) -> FactRule | tuple[Fault, ...]:
        parsed = self.parsed
        self._check_types()
        self._check_fields()
        self._check_parties()
        calendar = self._calendar()
        settle = self._settle()
        if self.faults or settle is None:
            return tuple(self.faults)
        return FactRule(
            name=parsed.fact,
            version=parsed.version,
            owner=parsed.owner,
            because=parsed.because,
            asserted_by=self.assertions,
            compare=parsed.compare,
            settle=settle,
            gates=tuple(parsed.gates),
            next_step=parsed.do or "",
            each=parsed.each or "",
            calendar=calendar,
        )

    def _named(self) -> Iterator[tuple[str, Path]]:
        """Every event type that the file names, and where."""
        for place, assertion in enumerate(self.assertions):
            yield assertion.event_type, ("asserted_by", place)
        for place, gate in enumerate(self.parsed.gates):
            yield gate, ("gates", place)

    def _check_types(self) -> None:
        """All exist, are about one kind of subject, and have the key that `each` asks for."""
        first: tuple[Kind, str] | None = None
        for event_type, path in self._named():
            if kind := self._kind(event_type, path):
                self._check_key(event_type, path)
                first = first or (kind, event_type)
                if kind != first[0]:
                    self._fault(
                        f"{event_type} is of kind {kind}, {first[1]} of kind {first[0]};"
                        " name events that share a subject.",
                        *path,
                    )

    def _kind(self, event_type: str, path: Path) -> Kind | None:
        try:
            kind = kind_of(event_type, self.own_types)
        except UnknownEventType as error:
            self._fault(str(error), *path)
            return None
        if kind is None:
            self._fault(f"{event_type} is about any subject; name an event of a party.", *path)
        return kind

    def _check_key(self, event_type: str, path: Path) -> None:
        key, row = f"{self.parsed.each}_id", EVENT_TYPES.get(event_type)
        if self.parsed.each and not (row and key in row.key):
            self._fault(
                f"{event_type} has no {key} in its key; leave it out, or leave out `each`.", *path
            )

    def _check_fields(self) -> None:
        """Every event type tells the fact once, in a field that can be compared so."""
        seen: set[str] = set()
        for place, assertion in enumerate(self.assertions):
            event_type, path = assertion.event_type, ("asserted_by", place)
            if event_type in seen:
                self._fault(f"{event_type} is named twice; an event tells a fact once.", *path)
            seen.add(event_type)
            if row := EVENT_TYPES.get(event_type):
                fitting = _fields_of(row.event, self.parsed.compare)
                if assertion.name not in fitting:
                    self._fault(
                        f"{event_type} has no {assertion.name!r} to compare as"
                        f" {self.parsed.compare}; there are {', '.join(fitting) or 'none'}.",
                        *path,
                    )

    def _check_parties(self) -> None:
        parties = {each.party for each in self.assertions}
        if len(parties) == 1:
            self._fault(
                f"only {parties.pop()} tells it; name tellings of two parties or more.",
                "asserted_by",
            )
        known = parties.union(DEPARTMENTS, (each.partition(".")[0] for each in self.own_types))
        if self.parsed.owner.partition("/")[0] not in known:
            names = ", ".join(sorted(known))
            self._fault(
                f"nobody knows a party {self.parsed.owner!r}; name one of {names}.", "owner"
            )

    def _calendar(self) -> Calendar:
        name = self.parsed.calendar
        if name and name not in self.calendars:
            there = ", ".join(sorted(self.calendars)) or "none"
            self._fault(f"there is no calendar {name!r}; there are {there}.", "calendar")
        return self.calendars.get(name or "", ALWAYS)

    def _settle(self) -> Duration | None:
        try:
            settle = parse_duration(self.parsed.settle)
        except ValueError as error:
            self._fault(str(error), "settle")
            return None
        if not isinstance(settle, WallTime) and not self.parsed.calendar:
            self._fault("working time is that of a calendar; name one as `calendar`.", "settle")
        return settle

    def _fault(self, remedy: str, *path: str | int) -> None:
        self.faults.append(fault_at(self.file, self.document, path, remedy))


def _fields_of(event: type, compare: Comparison) -> list[str]:
    """The fields of an event class that can be compared so, whether or not they may be absent."""
    return [name for name, hint in get_type_hints(event).items() if _fits(hint, compare)]


def _fits(hint: object, compare: Comparison) -> bool:
    if isinstance(hint, UnionType):
        return any(_fits(each, compare) for each in get_args(hint) if each is not NoneType)
    if compare is Comparison.TEXT:
        return isinstance(hint, type) and issubclass(hint, str)
    return hint == _TYPES[compare]
