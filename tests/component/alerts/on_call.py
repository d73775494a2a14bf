"""Three people on call, on a timeline: what each has heard since somebody last looked."""

from collections.abc import Collection, Mapping

from services.alerts.actions import acknowledge_alert
from services.alerts.domain.alert import Reason
from services.alerts.domain.ladders import Escalation, Ladder, Route, Rung
from services.alerts.domain.requests import Acknowledge
from services.alerts.domain.schedules.schedule import Schedule
from tests.alert_twins import MemoryChannel
from tests.alerting import at, key, span
from tests.component.alerts.harness import InMemoryAlerts

FIRST, LEAD, BOSS = "first", "lead", "boss"
LADDER = Ladder(
    "warehouse",
    (Rung((FIRST,)), Rung((LEAD,), span(minutes=15)), Rung((BOSS,), span(minutes=30))),
    acknowledged_for=span(hours=1),
)

Told = Mapping[str, list[Reason]]


class OnCall(InMemoryAlerts):
    """Three receivers, each with what it has heard since it was last asked."""

    def __init__(
        self,
        *ladders: Ladder,
        routes: tuple[Route, ...] = (),
        schedules: Mapping[str, Schedule] | None = None,
        callers: Collection[str] = (),
    ) -> None:
        self.schedules = dict(schedules or {})
        self.people = {name: MemoryChannel(name) for name in (FIRST, LEAD, BOSS)}
        named = {each.name: each for each in ladders or (LADDER,)}
        last = Route(next(iter(named)))
        escalation = Escalation(named, (*routes, last))
        super().__init__(
            *self.people.values(),
            escalation=escalation,
            schedules=lambda: self.schedules,
            callers=callers,
        )

    def at(self, time: str) -> Told:
        """What each hears when time has passed until then; who hears nothing is left out."""
        self.clock.set(at(time))
        self.wall.set(at(time))
        while self.wake():
            pass
        self.deliver()
        heard = {name: [each.reason for each in one.got] for name, one in self.people.items()}
        for one in self.people.values():
            one.got.clear()
        return {name: reasons for name, reasons in heard.items() if reasons}

    def take(self) -> None:
        acknowledge_alert(Acknowledge(key(), "ann"), self.desk, self.clock.now())
