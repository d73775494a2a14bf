"""What goes on by itself, by the clock of the promises: snoozes end, and the ledger is asked."""

from itertools import pairwise

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from services.alerts import rounds
from services.alerts.actions import snooze_alert
from services.alerts.domain.alert import Reason
from services.alerts.domain.requests import SnoozeUntil
from services.alerts.metrics import Metrics
from services.alerts.rounds import Rounds, deliver_until
from services.shared.health import Health
from tests.alerting import a_promise, at, breached, key, warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.polling import until


class Wall:
    """Seconds that only a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def nothing_waits(alerts: InMemoryAlerts) -> None:
    alerts.stop.set()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def round_(alerts: InMemoryAlerts, wall: Wall) -> Rounds:
    return Rounds(
        desk=alerts.desk,
        ledger=alerts.ledger,
        clock=alerts.clock,
        count_standing=alerts.store.count_standing,
        metrics=Metrics(alerts.telemetry.registry),
        telemetry=alerts.telemetry,
        health=Health(),
        wall=wall,
    )


def metric(alerts: InMemoryAlerts, name: str, **labels: str) -> float | None:
    return alerts.telemetry.registry.get_sample_value(name, labels)


def test_the_ledger_is_asked_once_a_minute(
    alerts: InMemoryAlerts, round_: Rounds, wall: Wall
) -> None:
    asked = []
    announced = alerts.ledger.announced

    def counted() -> object:
        asked.append(alerts.clock.now())
        return announced()

    alerts.ledger.announced = counted  # type: ignore[assignment]
    for _ in range(300):
        round_.look(alerts.stop)
        alerts.clock.move(seconds=1)
        wall.seconds += 1
    assert len(asked) == 5
    assert {later - earlier for earlier, later in pairwise(asked)} == {60_000_000}


def test_a_simulated_minute_that_is_over_at_once_does_not_flood_the_ledger(
    alerts: InMemoryAlerts, round_: Rounds, wall: Wall
) -> None:
    alerts.ledger.say(breached(3))
    for _ in range(9):
        round_.look(alerts.stop)
        alerts.clock.move(hours=1)
        wall.seconds += 1
    assert alerts.store.get(key()) is None
    wall.seconds += 1
    round_.look(alerts.stop)
    assert alerts.store.get(key()) is not None


def test_what_was_made_good_is_counted(alerts: InMemoryAlerts, round_: Rounds, wall: Wall) -> None:
    alerts.ledger.say(breached(3))
    wall.seconds = 10
    round_.look(alerts.stop)
    assert metric(alerts, "handoff_alerts_reconciled_total", change="corrected") == 1
    assert metric(alerts, "handoff_alerts_reconciled_total", change="resolved") == 0


def test_verdicts_that_never_arrive_are_reported_until_they_do(
    alerts: InMemoryAlerts, round_: Rounds, wall: Wall
) -> None:
    readiness = []
    for order in ("1", "2", "3", None):
        if order:
            alerts.ledger.say(breached(3, a_promise(order)))
        wall.seconds += 10
        alerts.clock.move(minutes=1)
        round_.look(alerts.stop)
        readiness.append(round_.health.ready)
    assert readiness == [True, True, False, True]


def test_a_ledger_that_is_away_does_not_stop_the_rounds(
    alerts: InMemoryAlerts, round_: Rounds, wall: Wall
) -> None:
    alerts.ledger.reachable = False
    wall.seconds = 10
    alerts.hear(warned())
    round_.look(alerts.stop)
    assert metric(alerts, "handoff_alerts_open") == 1


def test_snoozes_end_by_the_same_clock(alerts: InMemoryAlerts, round_: Rounds) -> None:
    alerts.hear(warned())
    snooze_alert(SnoozeUntil(key(), "ann", at("15:45")), alerts.desk, alerts.clock.now())
    alerts.clock.set(at("15:45"))
    round_.look(alerts.stop)
    assert alerts.alert().reason is Reason.SNOOZE_ENDED


def test_trouble_with_mongo_is_reported_and_waited_out(
    alerts: InMemoryAlerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "TROUBLE_WAIT_S", 0.0)
    problems: list[dict[str, str]] = []
    health = Health()
    waiting = alerts.store.waiting
    answers = iter([ServerSelectionTimeoutError("no primary"), None])

    def sometimes(*asked: object, only_pages: bool) -> object:
        problems.append(health.problems())
        if error := next(answers, None):
            raise error
        if len(problems) > 2:
            alerts.stop.set()
        return waiting(*asked, only_pages=only_pages)  # type: ignore[arg-type]

    alerts.stop.clear()
    alerts.hear(warned())
    alerts.store.waiting = sometimes  # type: ignore[assignment]
    deliver_until(alerts.stop, alerts.receivers[0], health)
    assert problems[0] == {}
    assert "no primary" in problems[1]["delivery to memory"]
    assert health.ready
    until(lambda: alerts.channel.got, "the notice that waited is delivered", 1)
