"""The simulated company without servers: its four departments side by side in one process."""

from collections.abc import Hashable, Iterator
from datetime import timedelta
from types import ModuleType

import services.finance.handlers as finance
import services.operations.handlers as operations
import services.sales.handlers as sales
import services.support.handlers as support
from services.shared.clock import to_instant
from services.shared.department.commands import About, CommandContext, about_of
from services.shared.department.handling import State
from services.shared.events.envelope import Envelope
from services.shared.outbox import new_event_id
from services.shared.subjects import EVENT_TYPES, TYPE_OF, Kind, subject
from services.simulator.acts import Command, command_of
from services.simulator.company import STARTS_AT, Plan

WEEK = timedelta(days=7)
Told = tuple[Envelope, Hashable]

_HANDLERS: dict[str, ModuleType] = {
    "sales": sales,
    "operations": operations,
    "finance": finance,
    "support": support,
}


class Books:
    """What each department knows; every event is heard at once. Raises Refused as they do."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, Kind, str], Hashable] = {}

    def carry_out(self, command: Command) -> list[Told]:
        speaker = type(command).__module__.split(".")[1]
        state = self._recall(speaker, about_of(command))
        events = _HANDLERS[speaker].RULES.decide(state, command)
        told = []
        for event in events:
            about = self._take_in(speaker, about_of(command), event)
            for party, handlers in _HANDLERS.items():
                if type(event) in getattr(handlers, "HEARD", ()):
                    self._take_in(party, about, event)
            told.append((_envelope(speaker, event, about, command.context), event))
        return told

    def _take_in(self, party: str, about: About, event: Hashable) -> About:
        before = self._recall(party, about)
        after = _HANDLERS[party].RULES.evolve(before, event)
        for kind, part in after.parts.items():
            if part != before.parts[kind]:
                self._parts[party, kind, after.about.id_of(kind)] = part
        found: About = after.about
        return found

    def _recall(self, party: str, about: About) -> State:
        known = {kind: self._parts.get((party, kind, about.id_of(kind))) for kind in Kind}
        parts = {kind: part for kind, part in known.items() if part is not None}
        state: State = _HANDLERS[party].RULES.recall(about, parts)
        return state


def history(seed: int, length: timedelta = WEEK) -> Iterator[Told]:
    """Everything that the company's departments tell in so long, in order of time."""
    books, plan, until = Books(), Plan(seed), STARTS_AT + length
    told: list[Told] = []
    while acts := plan.due(until):
        for act in acts:
            told += books.carry_out(command_of(act))
            plan.carried_out(act)
    return iter(sorted(told, key=lambda each: each[0].occurred_at))


def _envelope(party: str, event: Hashable, about: About, said: CommandContext) -> Envelope:
    type_ = TYPE_OF[type(event)]
    kind = EVENT_TYPES[type_].kind
    assert kind is not None
    return Envelope(
        id=new_event_id(to_instant(said.now)),
        type=type_,
        party=party,
        source=party,
        subject=subject(kind, about.id_of(kind)),
        occurred_at=to_instant(said.now),
        order=about.order,
        customer=about.customer,
        case=about.case,
        channel=said.channel,
    )
