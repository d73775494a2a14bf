"""Support carries out its commands, and takes in what sales tells of orders."""

from services.shared.department.handling import Answer, Fact, Rules, Store, carry_out, take_in
from services.shared.events.sales import OrderAmended, OrderCancelled, OrderPlaced
from services.support.domain import Command, Event, decide, evolve, recall

RULES = Rules(recall, decide, evolve)


def handle(command: Command, content: bytes, store: Store) -> Answer:
    return carry_out(command, content, RULES, store)


def hear(fact: Fact[Event], store: Store) -> bool:
    return take_in(fact, RULES, store)


HEARD = (OrderPlaced, OrderAmended, OrderCancelled)
