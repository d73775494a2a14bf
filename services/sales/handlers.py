"""Sales carries out its commands: load, decide, save with the events. It hears nobody's events."""

from services.sales.domain import Command, Order, decide, evolve
from services.shared.department.handling import Answer, Rules, Store, carry_out
from services.shared.department.orders import recall

RULES = Rules(recall(Order), decide, evolve)


def handle(command: Command, content: bytes, store: Store) -> Answer:
    return carry_out(command, content, RULES, store)
