"""Run the examples of an agreement on the tracker's own core, and say where they are wrong.

Everything that happens is known at once and time passes without gaps, so an example tells what is
true and not how fast it is noticed.
"""

import hashlib
from collections.abc import Iterator, Mapping

from msgspec import structs
from pydantic import ValidationError

from services.shared.clock import Instant, to_datetime
from services.shared.errors import UnknownEventType
from services.shared.faults import Fault, fault_at, fault_of
from services.shared.subjects import EVENT_TYPES, ONCALL, Kind, kind_of
from services.shared.yaml_text import Document, Path
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.language.example_files import (
    ExampleKeys,
    ExamplesFile,
    GivenKeys,
    ThenKeys,
    moment,
)
from services.tracker.core.language.example_values import values_of
from services.tracker.core.promises import COMMIT_MARGIN, Promise, look_again_at, status
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event
from services.tracker.core.table import Marks, Table
from services.tracker.core.verdicts import Kind as VerdictKind
from services.tracker.core.verdicts import Verdict

LOOKS_LIMIT = 10_000
"""Looks at the clock in one example."""


def failures(
    document: Document,
    file: str,
    name: str,
    agreements: AgreementSet,
    own_types: Mapping[str, Kind],
) -> tuple[int, tuple[Fault, ...]]:
    """How many examples of the agreement called `name` there are, and everything that is wrong.

    All `agreements` are in force, as they are together in the folder.
    """
    try:
        parsed = ExamplesFile.model_validate(document.content)
    except ValidationError as error:
        return 0, tuple(fault_of(file, document, each, ()) for each in error.errors())
    wrong: list[Fault] = []
    for place, example in enumerate(parsed.examples):
        trial = _Trial(example, name, agreements, own_types)
        for path, remedy in trial.wrong():
            wrong.append(fault_at(file, document, ("examples", place, *path), remedy))
    return len(parsed.examples), tuple(wrong)


class _Trial:
    """One example, on a table of its own."""

    def __init__(
        self,
        example: ExampleKeys,
        name: str,
        agreements: AgreementSet,
        own_types: Mapping[str, Kind],
    ) -> None:
        self._example, self._name, self._own_types = example, name, own_types
        self._table, self._marks = Table(AgreementSets((agreements,))), Marks()
        self._now: Instant | None = None
        self._told: list[Verdict] = []
        self._subject = ""
        self._first: Instant | None = None

    def wrong(self) -> Iterator[tuple[Path, str]]:
        """Where it is written wrongly; or else, where something else follows than it says."""
        unread = list(self._unread())
        yield from unread or self._differences()

    def _unread(self) -> Iterator[tuple[Path, str]]:
        for place, given in enumerate(self._example.given):
            try:
                self._event(place, given)
            except (ValueError, UnknownEventType) as error:
                yield ("given", place), str(error)
        for place, then in enumerate(self._example.then):
            try:
                self._moment(then.at)
                self._moment(then.due or then.at)
            except ValueError as error:
                yield ("then", place), str(error)

    def _moment(self, text: str) -> Instant:
        return moment(text, self._first)

    def _event(self, place: int, given: GivenKeys) -> Event:
        kind = kind_of(given.type, self._own_types)
        if kind is None and not given.type.startswith(f"{ONCALL}."):
            raise ValueError(f"{given.type} is no event of an example; name one of a party.")
        at = self._moment(given.at)
        self._first = at if self._first is None else self._first
        self._subject = self._subject or self._example.subject or f"{kind or Kind.ORDER}/example"
        fields = values_of(given.type, given.fields, self._moment)
        row = EVENT_TYPES.get(given.type)
        return Event(
            id=hashlib.sha256(f"{place}".encode()).digest()[:16],
            type=given.type,
            party=given.type.partition(".")[0],
            occurred_at=at,
            arrived_at=at,
            key=tuple((name, str(fields.get(name, "1"))) for name in row.key) if row else (),
            fields=fields,
            promise_id=str(fields.get("promise_id", "")),
            channel=given.channel,
            customer=given.customer,
        )

    def _differences(self) -> Iterator[tuple[Path, str]]:
        events = [self._event(*each) for each in enumerate(self._example.given)]
        looks = [
            (self._moment(then.at), place)
            for place, then in enumerate(self._example.then)
            if then.state
        ]
        ends = [self._moment(then.at) for then in self._example.then]
        for event in sorted(events):
            yield from self._states(looks, event.occurred_at)
            self._pass_time(event.occurred_at)
            self._hear(event)
        end = max(*ends, events[0].occurred_at) + COMMIT_MARGIN
        yield from self._states(looks, end)
        self._pass_time(end)
        yield from self._verdicts()

    def _hear(self, event: Event) -> None:
        """A decision about a promise is one about the agreement's own, unless it says which."""
        if event.party == ONCALL and not event.promise_id:
            id = next((each.id for each in self._promises()), "")
            key = (("promise_id", id), *event.key[1:])
            event = structs.replace(event, promise_id=id, key=key)
        self._told += self._table.apply(self._subject, event, event.occurred_at)[1]

    def _states(
        self, looks: list[tuple[Instant, int]], before: Instant
    ) -> Iterator[tuple[Path, str]]:
        """The states that are looked at earlier than a moment, and not yet."""
        for look in sorted(looks):
            if look[0] < before:
                looks.remove(look)
                yield from self._state(*look)

    def _state(self, at: Instant, place: int) -> Iterator[tuple[Path, str]]:
        self._pass_time(at)
        expected = self._example.then[place].state
        marks = self._marks
        found = [
            status(each, at, marks.watermark(each.agreement.evidence_parties))
            for each in self._promises()
        ]
        if expected not in found:
            said = ", ".join(found) or "there is no promise"
            yield ("then", place), f"not {expected} at {_written(at)}: {said}."

    def _verdicts(self) -> Iterator[tuple[Path, str]]:
        expected = [each for each in enumerate(self._example.then) if each[1].kind]
        ids = {promise.id for promise in self._promises()}
        told = [each for each in self._told if each.promise_id in ids]
        if VerdictKind.OPENED not in [then.kind for _, then in expected]:
            told = [each for each in told if each.kind is not VerdictKind.OPENED]
        for number, (place, then) in enumerate(expected):
            at = next((at for at, each in enumerate(told) if self._is_same(then, each)), None)
            if at is None:
                instead = _told(told[0]) if told else "nothing more"
                yield ("then", place), f"{self._wanted(then)} does not come: {instead}."
                later = [each for _, each in expected[number + 1 :]]
                at = -1 if told and any(self._is_same(each, told[0]) for each in later) else 0
            else:
                yield from ((("then", place), _unexpected(each)) for each in told[:at])
            del told[: at + 1]
        yield from ((("then",), _unexpected(each)) for each in told)

    def _is_same(self, then: ThenKeys, verdict: Verdict) -> bool:
        return (
            then.kind is verdict.kind
            and self._moment(then.at) == verdict.occurred_at
            and then.reason in (None, verdict.reason)
            and (then.due is None or self._moment(then.due) == verdict.due_by)
        )

    def _wanted(self, then: ThenKeys) -> str:
        due = f", due {_written(self._moment(then.due))}" if then.due else ""
        reason = f" ({then.reason})" if then.reason else ""
        return f"{then.kind}{reason} at {_written(self._moment(then.at))}{due}"

    def _promises(self) -> list[Promise]:
        subject = self._table.subjects.get(self._subject)
        promises = subject.promises.values() if subject else ()
        return [promise for promise in promises if promise.agreement.name == self._name]

    def _pass_time(self, until: Instant) -> None:
        """Look at the clock whenever a promise asks for it, so that no warning is passed over."""
        for _ in range(LOOKS_LIMIT):
            subject = self._table.subjects.get(self._subject)
            promises = subject.promises.values() if subject else ()
            asked = [at for each in promises if (at := look_again_at(each)) and at < until]
            next_at = min(
                (at for at in asked if self._now is None or at > self._now), default=until
            )
            self._advance(next_at)
            if next_at == until:
                return

    def _advance(self, now: Instant) -> None:
        self._now = self._marks.caught_up_at = now
        for party in self._table.sets.parties:
            self._marks.complete_through[party] = self._marks.heard_at[party] = now
        self._told += [verdict for _, verdict in self._table.advance(now, self._marks)]


def _unexpected(verdict: Verdict) -> str:
    return f"{_told(verdict)} comes here; expect it, or mend the agreement."


def _told(verdict: Verdict) -> str:
    return (
        f"{verdict.kind} ({verdict.reason}) at {_written(verdict.occurred_at)},"
        f" due {_written(verdict.due_by)}"
    )


def _written(at: Instant) -> str:
    return f"{to_datetime(at):%Y-%m-%d %H:%M:%S}".removesuffix(":00")
