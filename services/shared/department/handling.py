"""The recipe that every department follows: load, decide, save with its events, return.

Nothing here knows gRPC, Mongo or Kafka; a `Store` brings one transaction over what a department
keeps, and whoever calls brings commands and facts as plain data.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import reduce
from typing import Generic, Protocol, TypeVar

from services.shared.department.commands import (
    About,
    Command,
    CommandContext,
    about_of,
    check_context,
)
from services.shared.department.rules import conflict
from services.shared.errors import Refused
from services.shared.subjects import EVENT_TYPES, TYPE_OF, Kind

COMMANDS_KEPT = timedelta(days=7)
FACTS_KEPT = timedelta(days=37)
"""Longer than a topic keeps its events."""

Parts = Mapping[Kind, Hashable]
"""What a department keeps, by kind of subject: one part is one document."""


class State(Protocol):
    """What a department knows when it decides."""

    @property
    def about(self) -> About: ...

    @property
    def parts(self) -> Parts: ...


S = TypeVar("S", bound=State)
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Hashable)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rules(Generic[S, C, E]):
    """The pure functions of a department: its state of what is kept, its decisions, its memory."""

    recall: Callable[[About, Parts], S]
    decide: Callable[[S, C], tuple[E, ...]]
    evolve: Callable[[S, E], S]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did; `content` tells apart two commands under one idempotency key."""

    content: bytes
    event_ids: tuple[bytes, ...] = ()
    version: int = 0
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Fact(Generic[E]):
    """Another department's event, as this one hears it."""

    event_id: bytes
    about: About
    event: E


@dataclass(frozen=True, slots=True)
class Loaded:
    """The parts that there are, each with the version that a save must still find."""

    parts: Parts
    versions: Mapping[Kind, int]


class Answered(Exception):
    """This key has an answer already, so the transaction that brings another one ends."""


class Unit(Protocol):
    """One transaction: all of it is kept, or nothing."""

    def load(self, about: About) -> Loaded: ...

    def save(self, loaded: Loaded, parts: Parts) -> Mapping[Kind, int]:
        """Keeps `parts`, each one version on; returns the versions of all afterwards."""
        ...

    def tell(
        self, events: Sequence[Hashable], about: About, context: CommandContext
    ) -> tuple[bytes, ...]:
        """Puts events where the relay finds them; returns their ids."""
        ...

    def remember(self, key: str, answer: Answer, kept_for: timedelta) -> None:
        """Raises Answered where the key has an answer."""
        ...


class Store(Protocol):
    """Where a department's state, answers and unpublished events lie."""

    def transaction(self, work: Callable[[Unit], T]) -> T:
        """Runs `work` in one transaction, again from its start where another came between."""
        ...

    def answer_to(self, key: str) -> Answer | None: ...


def carry_out(command: C, content: bytes, rules: Rules[S, C, E], store: Store) -> Answer:
    """Raises Refused. The same idempotency key again gets the first answer and has no effect."""
    check_context(command.context)
    about = about_of(command)
    try:
        return store.transaction(lambda unit: _decided(command, about, content, rules, unit))
    except (Refused, Answered):
        # What was done cannot be done again: a repeated command ends here, and only it is asked.
        if first := store.answer_to(_key(command)):
            return _again(first, content)
        raise


def _decided(command: C, about: About, content: bytes, rules: Rules[S, C, E], unit: Unit) -> Answer:
    loaded = unit.load(about)
    before = rules.recall(about, loaded.parts)
    events = rules.decide(before, command)
    after = reduce(rules.evolve, events, before)
    versions = unit.save(loaded, _changed(before, after))
    event_ids = unit.tell(events, after.about, command.context)
    answer = Answer(content, event_ids, _version(versions, events))
    unit.remember(_key(command), answer, COMMANDS_KEPT)
    return answer


def take_in(fact: Fact[E], rules: Rules[S, C, E], store: Store) -> bool:
    """Adds another department's event to what is known; False where it was there already."""

    def work(unit: Unit) -> bool:
        unit.remember(f"event/{fact.event_id.hex()}", Answer(b""), FACTS_KEPT)
        loaded = unit.load(fact.about)
        before = rules.recall(fact.about, loaded.parts)
        unit.save(loaded, _changed(before, rules.evolve(before, fact.event)))
        return True

    try:
        return store.transaction(work)
    except Answered:
        return False


def _changed(before: State, after: State) -> Parts:
    return {kind: part for kind, part in after.parts.items() if part != before.parts[kind]}


def _key(command: Command) -> str:
    return f"command/{command.context.idempotency_key}"


def _again(first: Answer, content: bytes) -> Answer:
    if first.content != content:
        raise conflict(
            "context.idempotency_key",
            "context.idempotency_key was used for another command with other content; give each"
            " command a key of its own, and send a key again only with the same command.",
        )
    return replace(first, repeated=True)


def _version(versions: Mapping[Kind, int], events: Sequence[Hashable]) -> int:
    """Of the subject that the first event is about; of the newest part where none was made."""
    if events:
        kind = EVENT_TYPES[TYPE_OF[type(events[0])]].kind
        return versions.get(kind, 0) if kind else 0
    return max(versions.values(), default=0)
