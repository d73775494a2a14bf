"""A small company at work, planned: who orders what, who does what next and when, and who fails.

Pure: the same seed gives the same acts. What each act says is in `acts.py`; that an act was really
carried out is told to the plan by whoever did it, and only then do its consequences follow.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush
from random import Random

STARTS_AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
"""A Monday morning."""
RUSH_ORDERS = 8
RUSH_GAP_HOURS = (0.1, 0.4)
"""What came in over the weekend is entered on Monday morning."""
USUAL_GAP_HOURS = (0.4, 2.4)
EARLY_PLACES = 3


class Course(StrEnum):
    """How an order goes: as it should, or with a department that fails in one named way."""

    SMOOTH = "smooth"
    QUESTION = "question"
    REVIEW = "review"
    DAMAGED = "damaged"
    CHANGED_MIND = "changed mind"
    APPROVAL_FORGOTTEN = "approval forgotten"
    STOCK_MISSING = "stock missing"
    PARCEL_LATE = "parcel late"
    REFUND_NEGLECTED = "refund neglected"
    CASE_UNANSWERED = "case unanswered"


MISBEHAVIOURS = (
    Course.APPROVAL_FORGOTTEN,
    Course.STOCK_MISSING,
    Course.PARCEL_LATE,
    Course.REFUND_NEGLECTED,
    Course.CASE_UNANSWERED,
)
DECK = (
    *MISBEHAVIOURS,
    *[Course.SMOOTH] * 11,
    *[Course.QUESTION] * 3,
    *[Course.REVIEW] * 3,
    Course.DAMAGED,
    Course.CHANGED_MIND,
)
"""Of so many orders each goes one of these ways, in an order that the seed decides."""


class Step(StrEnum):
    """What somebody does about an order; each at most once an order."""

    PLACE = "place"
    CANCEL = "cancel"
    APPROVE_PAYMENT = "approve-payment"
    ACCEPT = "accept"
    REPORT_MISSING = "report-missing"
    PROMISE_LATER = "promise-later"
    INFORM_CUSTOMER = "inform-customer"
    REPORT_ARRIVED = "report-arrived"
    RESERVE = "reserve"
    PICK = "pick"
    HAND_OVER = "hand-over"
    INVOICE = "invoice"
    DELIVER = "deliver"
    RECEIVE_REVIEW = "receive-review"
    ANSWER_REVIEW = "answer-review"
    OPEN_CASE = "open-case"
    RESPOND = "respond"
    REQUEST_REFUND = "request-refund"
    APPROVE_REFUND = "approve-refund"
    PAY_REFUND = "pay-refund"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Follow:
    """After one step comes another, between so many hours later, where the order goes that way."""

    after: Step
    step: Step
    at_least: float
    at_most: float
    courses: Collection[Course] = tuple(Course)


def _but(*courses: Course) -> frozenset[Course]:
    return frozenset(Course) - set(courses)


_ASKING = (Course.QUESTION, Course.CASE_UNANSWERED)
_SENT_BACK = (Course.DAMAGED, Course.REFUND_NEGLECTED)
_PAID_IN_TIME = _but(Course.APPROVAL_FORGOTTEN, Course.CHANGED_MIND)

PROCESS = (
    Follow(Step.PLACE, Step.APPROVE_PAYMENT, 0.2, 1.5, _PAID_IN_TIME),
    Follow(Step.PLACE, Step.APPROVE_PAYMENT, 5, 30, (Course.APPROVAL_FORGOTTEN,)),
    Follow(Step.PLACE, Step.CANCEL, 0.2, 1, (Course.CHANGED_MIND,)),
    Follow(Step.PLACE, Step.OPEN_CASE, 1, 20, _ASKING),
    Follow(Step.APPROVE_PAYMENT, Step.ACCEPT, 0.1, 1),
    Follow(Step.ACCEPT, Step.RESERVE, 0.1, 0.5, _but(Course.STOCK_MISSING)),
    Follow(Step.ACCEPT, Step.REPORT_MISSING, 0.2, 2, (Course.STOCK_MISSING,)),
    Follow(Step.REPORT_MISSING, Step.PROMISE_LATER, 2, 16),
    Follow(Step.PROMISE_LATER, Step.INFORM_CUSTOMER, 4, 24),
    Follow(Step.REPORT_MISSING, Step.REPORT_ARRIVED, 30, 86),
    Follow(Step.REPORT_ARRIVED, Step.RESERVE, 0.2, 1),
    Follow(Step.RESERVE, Step.PICK, 0.5, 4),
    Follow(Step.PICK, Step.HAND_OVER, 0.5, 4),
    Follow(Step.HAND_OVER, Step.INVOICE, 0.1, 0.5),
    Follow(Step.HAND_OVER, Step.DELIVER, 16, 36, _but(Course.PARCEL_LATE)),
    Follow(Step.HAND_OVER, Step.DELIVER, 70, 130, (Course.PARCEL_LATE,)),
    Follow(Step.DELIVER, Step.RECEIVE_REVIEW, 2, 12, (Course.REVIEW,)),
    Follow(Step.RECEIVE_REVIEW, Step.ANSWER_REVIEW, 2, 20),
    Follow(Step.DELIVER, Step.OPEN_CASE, 1, 6, _SENT_BACK),
    Follow(Step.OPEN_CASE, Step.RESPOND, 0.3, 5, _but(Course.CASE_UNANSWERED)),
    Follow(Step.OPEN_CASE, Step.RESPOND, 26, 44, (Course.CASE_UNANSWERED,)),
    Follow(Step.RESPOND, Step.RESOLVE, 1, 8, _ASKING),
    Follow(Step.RESPOND, Step.REQUEST_REFUND, 0.2, 2, _SENT_BACK),
    Follow(Step.REQUEST_REFUND, Step.APPROVE_REFUND, 1, 8, (Course.DAMAGED,)),
    Follow(Step.REQUEST_REFUND, Step.APPROVE_REFUND, 30, 110, (Course.REFUND_NEGLECTED,)),
    Follow(Step.APPROVE_REFUND, Step.PAY_REFUND, 2, 20),
    Follow(Step.PAY_REFUND, Step.RESOLVE, 0.5, 4),
)
"""How the company works, hour by hour."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One customer's order as the seed has it, from the first to the last step."""

    seed: int
    number: int
    placed_at: datetime
    course: Course

    def draw(self, what: str) -> Random:
        """The chances of one question about this order: whatever else is asked, they stay."""
        return Random(f"{self.seed}/{self.number}/{what}")


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """Somebody does something at a moment; `number` is the purchase's."""

    at: datetime
    number: int
    step: Step
    purchase: Purchase = field(compare=False)


class Plan:
    """What is to be done, in order of time; customers come on and on."""

    def __init__(self, seed: int) -> None:
        self._purchases = purchases(seed)
        self._acts = [_placing(next(self._purchases))]

    def due(self, until: datetime) -> list[Act]:
        """Takes out every act up to `until`."""
        acts = []
        while self._acts[0].at <= until:
            act = heappop(self._acts)
            if act.step is Step.PLACE:
                heappush(self._acts, _placing(next(self._purchases)))
            acts.append(act)
        return acts

    def carried_out(self, act: Act) -> None:
        """Plans what follows from it."""
        for consequence in consequences(act):
            heappush(self._acts, consequence)


def consequences(act: Act) -> Iterator[Act]:
    purchase = act.purchase
    for follow in PROCESS:
        if follow.after is act.step and purchase.course in follow.courses:
            hours = purchase.draw(follow.step).uniform(follow.at_least, follow.at_most)
            yield Act(act.at + _seconds(hours), purchase.number, follow.step, purchase)


def purchases(seed: int) -> Iterator[Purchase]:
    """Customers as they come, without end; each deck of orders has each misbehaviour once."""
    at, number = STARTS_AT, 0
    while True:
        for course in _shuffled(seed, number):
            number += 1
            gap = RUSH_GAP_HOURS if number <= RUSH_ORDERS else USUAL_GAP_HOURS
            at += _seconds(Random(f"{seed}/gap/{number}").uniform(*gap))
            yield Purchase(seed, number, at, course)


def _shuffled(seed: int, dealt: int) -> list[Course]:
    """A deck; a forgotten approval is among its first, because it is what shows soonest."""
    chances = Random(f"{seed}/deck/{dealt}")
    deck = chances.sample(DECK, len(DECK))
    deck.remove(Course.APPROVAL_FORGOTTEN)
    deck.insert(chances.randrange(EARLY_PLACES), Course.APPROVAL_FORGOTTEN)
    return deck


def _placing(purchase: Purchase) -> Act:
    return Act(purchase.placed_at, purchase.number, Step.PLACE, purchase)


def _seconds(hours: float) -> timedelta:
    return timedelta(seconds=round(hours * 3_600))
