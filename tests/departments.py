"""Departments for tests: one transaction in memory, and the four departments side by side.

The store passes the same suite as the one on Mongo.
"""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from msgspec import structs

import services.finance.api
import services.finance.handlers
import services.finance.store
import services.operations.api
import services.operations.handlers
import services.operations.store
import services.sales.api
import services.sales.handlers
import services.sales.store
import services.support.api
import services.support.handlers
import services.support.store
from services.shared.bus_memory import MemoryBus
from services.shared.clock import WallClock
from services.shared.codec import decode_envelope, decode_event
from services.shared.consuming import dead_lettered
from services.shared.department.commands import About, Command, CommandContext
from services.shared.department.handling import Answer, Answered, Loaded, Parts, Unit
from services.shared.department.hearing import Heard, listener, only, topics_of
from services.shared.department.storing import Shape, Voice
from services.shared.outbox import OutboxRow
from services.shared.subjects import TYPE_OF, Kind, topic_of
from tests.builders import a_context

T = TypeVar("T")
Place = tuple[Kind, str]


@dataclass(frozen=True)
class Department:
    """The four files of a department that tests need."""

    name: str
    service: Any
    commands: Mapping[str, type[Any]]
    handle: Callable[..., Answer]
    shapes: Mapping[Kind, Shape]
    hear: Callable[..., bool] | None = None
    heard: Heard = ()


def _department(name: str) -> Department:
    package = getattr(services, name)
    return Department(
        name=name,
        service=package.api.SERVICE,
        commands=package.api.COMMANDS,
        handle=package.handlers.handle,
        shapes=package.store.SHAPES,
        hear=getattr(package.handlers, "hear", None),
        heard=getattr(package.handlers, "HEARD", ()),
    )


SALES = _department("sales")
OPERATIONS = _department("operations")
FINANCE = _department("finance")
SUPPORT = _department("support")
ALL = (SALES, OPERATIONS, FINANCE, SUPPORT)


@dataclass
class Kept:
    """What one committed transaction left behind."""

    parts: dict[Place, tuple[Hashable, int]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    rows: list[OutboxRow] = field(default_factory=list)

    def copy(self) -> "Kept":
        return Kept(dict(self.parts), dict(self.answers), list(self.rows))


class MemoryStore:
    """Satisfies `handling.Store`: one transaction after the other, kept whole or not at all."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._kept = Kept()
        self._lock = threading.Lock()

    def transaction(self, work: Callable[[Unit], T]) -> T:
        with self._lock:
            draft = self._kept.copy()
            result = work(MemoryUnit(draft, self._voice))
            self._kept = draft
            return result

    def answer_to(self, key: str) -> Answer | None:
        return self._kept.answers.get(key)

    def part(self, kind: Kind, id: str) -> Hashable:
        """What is kept of one subject."""
        return self._kept.parts[kind, id][0]

    def take_rows(self) -> list[OutboxRow]:
        """What waits to be published, which is gone then: a relay that never fails."""
        with self._lock:
            rows, self._kept.rows = self._kept.rows, []
            return rows


class MemoryUnit:
    """One transaction of a MemoryStore; satisfies `handling.Unit`."""

    def __init__(self, draft: Kept, voice: Voice) -> None:
        self._draft = draft
        self._voice = voice

    def load(self, about: About) -> Loaded:
        places = {kind: (kind, about.id_of(kind)) for kind in (Kind.ORDER, Kind.CASE)}
        kept = self._draft.parts
        found = {kind: kept[place] for kind, place in places.items() if place in kept}
        return Loaded(
            {kind: part for kind, (part, _) in found.items()},
            {kind: version for kind, (_, version) in found.items()},
        )

    def save(self, loaded: Loaded, parts: Parts) -> Mapping[Kind, int]:
        versions = {kind: loaded.versions.get(kind, 0) + 1 for kind in parts}
        for kind, part in parts.items():
            self._draft.parts[kind, getattr(part, kind)] = (part, versions[kind])
        return {**loaded.versions, **versions}

    def tell(
        self, events: Sequence[Hashable], about: About, context: CommandContext
    ) -> tuple[bytes, ...]:
        rows = [self._voice.seal(event, about, context) for event in events]
        self._draft.rows += rows
        return tuple(row.id for row in rows)

    def remember(self, key: str, answer: Answer, kept_for: timedelta) -> None:
        assert kept_for > timedelta()
        if key in self._draft.answers:
            raise Answered
        self._draft.answers[key] = answer


class Running:
    """One department, whole, on a bus in this process; it hears every record twice."""

    def __init__(self, department: Department, bus: MemoryBus) -> None:
        self.name = department.name
        self.store = MemoryStore(Voice(department.name, department.name))
        self._department = department
        self._bus = bus
        if department.hear:
            letters, name = bus.publisher(), f"{department.name}.hear"
            hear = listener(partial(department.hear, store=self.store), department.heard)
            careful = dead_lettered(hear, letters, WallClock(), name)
            self._handler = only(department.heard, careful)
            self._subscriber = bus.subscriber(name, topics_of(department.heard))

    def do(self, command: Command) -> Answer:
        """Carries a command out and publishes its events."""
        content = repr(replace(command, context=None)).encode()
        answer = self._department.handle(command, content, self.store)
        self._bus.append([row.record for row in self.store.take_rows()])
        return answer

    def hear(self) -> None:
        """Takes in all that the others said since the last time."""
        for received in self._subscriber.poll(0):
            self._handler(received)
            self._handler(received)
        self._subscriber.commit()


def tell(bus: MemoryBus, event: Hashable, about: About, party: str = "") -> None:
    """Another department says `event`; `party` only where it is an impostor."""
    speaker = TYPE_OF[type(event)].partition(".")[0]
    row = Voice(party or speaker, "test").seal(event, about, a_context())
    bus.append([structs.replace(row.record, topic=topic_of(speaker))])


def said(bus: MemoryBus, party: str) -> list[Hashable]:
    """The events in a party's topic, oldest first."""
    records = sorted(bus.records(topic_of(party)), key=lambda record: record.arrived_at)
    envelopes = [decode_envelope(record.value) for record in records]
    return [decode_event(envelope.type, envelope.body) for envelope in envelopes]
