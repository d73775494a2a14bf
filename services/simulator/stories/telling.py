"""How a story is told: at this time somebody does this, and at that time people hear of it."""

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Condition, Resolution
from services.shared.clock import Instant, to_instant
from services.shared.department.commands import CommandContext
from services.shared.events.common import Money
from services.shared.events.envelope import Envelope
from services.shared.subjects import EVENT_TYPES, TYPE_OF, Kind
from services.simulator.acts import Command, command_of
from services.simulator.company import Act, Course, Purchase, Step
from services.simulator.importers.history import event_id
from services.simulator.orders import Order
from services.simulator.stories.script import (
    Does,
    Happening,
    Notice,
    Promise,
    Says,
    Script,
    Silence,
)

OFFICE = ZoneInfo("Europe/Berlin")
"""Times of a story are those of the clock on the office's wall."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PLACED_AT = "Mon 09:00"
SOURCE = "stories"
WEEK = timedelta(days=len(DAYS))


class Telling:
    """One story's lines; its order, customer and case have the story's number."""

    def __init__(self, number: int, monday: datetime, course: Course = Course.SMOOTH) -> None:
        self._monday = monday.astimezone(OFFICE).replace(hour=0, minute=0)
        self._now = self._monday
        self._happens: list[Happening] = []
        self._expected: list[Notice] = []
        self._told = 0
        self._purchase = Purchase(0, number, self.moment(PLACED_AT), course)
        self.order = Order(self._purchase)
        self.of_order, self.of_case = f"order/{self.order.id}", f"case/{self.order.case}"

    def at(self, time: str) -> Self:
        """It is `Tue 13:00` now, or `Tue 13:00:02`; a story goes forward."""
        self._now, before = self.moment(time), self._now
        assert before <= self._now, f"{time} has been"
        return self

    def moment(self, time: str) -> datetime:
        """In UTC, as the company reckons."""
        day, _, clock = time.partition(" ")
        hour, minute, *second = (int(part) for part in clock.split(":"))
        date = self._monday + timedelta(days=DAYS.index(day))
        local = date.replace(hour=hour, minute=minute, second=second[0] if second else 0)
        return local.astimezone(UTC)

    def does(self, words: str, step: Step, happened: str = "") -> None:
        """What the simulated company does every day; it may have `happened` before it is told."""
        at = self.moment(happened) if happened else self._now
        act = Act(at, self._purchase.number, step, self._purchase)
        self.commands(words, command_of(act))

    def commands(self, words: str, command: Command) -> None:
        self._happens.append(Does(self._instant, words, command))

    def context(self, actor: str) -> CommandContext:
        """Of a command that is given now."""
        self._told += 1
        return CommandContext(f"story/{self.order.id}/{self._told}", self._now, actor)

    def says(self, words: str, event: Hashable) -> None:
        """A system tells it by itself, because no department has a command for it."""
        self._told += 1
        type_ = TYPE_OF[type(event)]
        of_case = EVENT_TYPES[type_].kind is Kind.CASE
        subject = self.of_case if of_case else self.of_order
        envelope = Envelope(
            id=event_id(self._instant, 0, type_, subject, str(self._told)),
            type=type_,
            party=type_.partition(".")[0],
            source=SOURCE,
            subject=subject,
            occurred_at=self._instant,
            order=self.order.id,
            customer=self.order.customer,
            case=self.order.case if of_case else "",
        )
        self._happens.append(Says(self._instant, words, (envelope, event)))

    def falls_silent(self, words: str, party: str) -> None:
        self._happens.append(Silence(self._instant, words, party, begins=True))

    def speaks_again(self, words: str, party: str) -> None:
        """After everything that was held back is told."""
        self._happens.append(Silence(self._instant, words, party, begins=False))

    def people_hear(
        self,
        promise: Promise,
        condition: Condition,
        reason: Reason,
        next_step: str,
        at_stake: Money | None = None,
    ) -> None:
        heard = Notice(
            self._instant, promise, condition, reason, next_step=next_step, at_stake=at_stake
        )
        self._expected.append(heard)

    def people_hear_the_end(
        self,
        promise: Promise,
        announced: Condition,
        resolution: Resolution,
        at_stake: Money | None = None,
    ) -> None:
        """`announced` is what they heard before."""
        over = Notice(
            self._instant, promise, announced, Reason.RESOLVED, resolution, at_stake=at_stake
        )
        self._expected.append(over)

    def script(self, name: str) -> Script:
        """The whole story; until its week is over nothing else is told."""
        return Script(
            name,
            to_instant(self._monday),
            to_instant(self._monday + WEEK),
            tuple(self._happens),
            tuple(self._expected),
        )

    @property
    def _instant(self) -> Instant:
        return to_instant(self._now)
