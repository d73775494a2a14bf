"""Operations carries out its commands, and takes in what sales and finance tell."""

from services.operations.domain import Command, Event, Order, decide, evolve
from services.shared.department.handling import Answer, Fact, Rules, Store, carry_out, take_in
from services.shared.department.orders import recall
from services.shared.events.finance import PaymentApproved, PaymentDeclined
from services.shared.events.sales import OrderAmended, OrderCancelled, OrderPlaced

RULES = Rules(recall(Order), decide, evolve)


def handle(command: Command, content: bytes, store: Store) -> Answer:
    return carry_out(command, content, RULES, store)


def hear(fact: Fact[Event], store: Store) -> bool:
    return take_in(fact, RULES, store)


HEARD = (OrderPlaced, OrderAmended, OrderCancelled, PaymentApproved, PaymentDeclined)
