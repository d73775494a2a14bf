"""Finance carries out its commands, and takes in what sales and support tell."""

from services.finance.domain import Command, Event, Order, decide, evolve
from services.shared.department.handling import Answer, Fact, Rules, Store, carry_out, take_in
from services.shared.department.orders import recall
from services.shared.events.sales import OrderAmended, OrderCancelled, OrderPlaced
from services.shared.events.support import RefundRequested

RULES = Rules(recall(Order), decide, evolve)


def handle(command: Command, content: bytes, store: Store) -> Answer:
    return carry_out(command, content, RULES, store)


def hear(fact: Fact[Event], store: Store) -> bool:
    return take_in(fact, RULES, store)


HEARD = (OrderPlaced, OrderAmended, OrderCancelled, RefundRequested)
