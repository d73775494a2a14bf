"""handoff looks at itself: those who run it hear of what is wrong, once, and of its end; and the
watchdog is told that we live for as long as we do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import pytest

from services.alerts.domain.alert import Reason
from services.alerts.domain.sight import AttainmentSeen, PartitionSeen, SkewSeen, Turned
from services.alerts.errors import LedgerUnreachable
from services.alerts.watching import Eyes, Watch, pinging
from services.shared.bus import SubscribeError
from services.shared.clock import SECOND, Instant
from services.shared.health import Health
from tests.alerting import breached
from tests.component.alerts.harness import InMemoryAlerts

LOOK = 20


@dataclass
class Seen:
    """Tracker, dead letters and queues as the test wants them."""

    alerts: InMemoryAlerts
    answers: bool = True
    silent: dict[str, Instant] = field(default_factory=dict)
    letters: int | None = 0
    turned: dict[int, Turned] | None = field(default_factory=dict)

    def progress(self) -> tuple[Sequence[PartitionSeen], Sequence[SkewSeen]]:
        if not self.answers:
            raise LedgerUnreachable("it is away")
        now = self.alerts.clock.now()
        heard = {party: self.silent.get(party, now) for party in ("finance", "sales")}
        return (PartitionSeen(0, now, heard),), ()

    def attainments(self, windows_s: Sequence[int]) -> Sequence[AttainmentSeen]:
        if not self.answers or self.turned is None:
            raise LedgerUnreachable("it is away")
        windows = {each: self.turned.get(each, Turned(0, 0)) for each in windows_s}
        return [AttainmentSeen("ship-paid-order", "operations", "sales", 0.97, 28, windows)]

    def newer_than(self, at: Instant) -> int:
        if self.letters is None:
            raise SubscribeError("Kafka is away")
        return self.letters

    def failing(self) -> Mapping[str, Instant]:
        return {}

    def refused(self, since: Instant) -> Mapping[str, int]:
        return {}


@dataclass
class Site:
    """The watch, what it sees, and when the watchdog was told."""

    alerts: InMemoryAlerts
    seen: Seen
    health: Health = field(default_factory=Health)
    pings: list[Instant] = field(default_factory=list)
    answer: int = 200
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        client = httpx.Client(transport=httpx.MockTransport(self._take))
        eyes = Eyes(self.seen, self.seen, self.seen, ("finance", "sales"))
        ping = pinging(client, "https://watchdog.test/ping")
        alerts = self.alerts
        self.watch = Watch(alerts.desk, eyes, alerts.clock, ping, self.health, alerts.telemetry)

    def look_for(self, seconds: int) -> None:
        """As the service does, every twenty seconds."""
        for _ in range(seconds // LOOK):
            self.watch.look()
            self.alerts.clock.move(seconds=LOOK)

    def told(self) -> list[tuple[str, Reason]]:
        self.alerts.deliver()
        return [(each.alert.promise.finding, each.reason) for each in self.alerts.channel.got]

    def _take(self, request: httpx.Request) -> httpx.Response:
        if self.answer == httpx.codes.OK:
            self.pings.append(self.alerts.clock.now())
        return httpx.Response(self.answer)


@pytest.fixture
def site(alerts: InMemoryAlerts) -> Site:
    return Site(alerts, Seen(alerts))


def test_a_silent_department_is_told_within_four_minutes_once_and_its_end_as_well(
    site: Site,
) -> None:
    fell_silent = site.alerts.clock.now()
    site.seen.silent["finance"] = fell_silent
    site.look_for(600)
    assert site.told() == [("silent_party", Reason.FIRST_NOTICE)]
    assert site.alerts.last().at - fell_silent <= 240 * SECOND
    del site.seen.silent["finance"]
    site.look_for(LOOK)
    assert site.told()[1:] == [("silent_party", Reason.RESOLVED)]
    site.look_for(600)
    site.seen.silent["finance"] = site.alerts.clock.now()
    site.look_for(300)
    assert site.told()[2:] == [("silent_party", Reason.REOPENED)]


def test_the_ledger_which_knows_nothing_of_it_does_not_end_it(site: Site) -> None:
    site.seen.letters = 1
    site.look_for(LOOK)
    site.alerts.hear(breached())
    site.alerts.ledger.say(breached())
    site.alerts.reconcile()
    assert site.told() == [("dead_letters", Reason.FIRST_NOTICE), ("", Reason.FIRST_NOTICE)]


def test_while_kafka_cannot_be_asked_the_letters_are_as_many_as_before(site: Site) -> None:
    site.seen.letters = 1
    site.look_for(LOOK)
    site.seen.letters = None
    site.look_for(LOOK)
    assert site.told() == [("dead_letters", Reason.FIRST_NOTICE)]


def test_the_watchdog_is_told_once_a_minute(site: Site) -> None:
    site.look_for(300)
    first = site.pings[0]
    assert [(each - first) // SECOND for each in site.pings] == [0, 60, 120, 180, 240]


def test_when_the_tracker_dies_the_watchdog_hears_nothing_more_and_people_do_within_three_minutes(
    site: Site,
) -> None:
    site.look_for(120)
    died = site.alerts.clock.now()
    site.seen.answers = False
    site.look_for(180)
    assert max(site.pings) < died
    assert site.told() == [("tracker_silent", Reason.FIRST_NOTICE)]
    assert site.alerts.last().at - died <= 180 * SECOND
    site.seen.answers = True
    site.look_for(60)
    assert max(site.pings) > died
    assert site.told()[1:] == [("tracker_silent", Reason.RESOLVED)]


def test_while_the_tracker_is_away_a_silent_department_is_no_less_silent(site: Site) -> None:
    site.seen.silent["finance"] = site.alerts.clock.now()
    site.look_for(300)
    site.seen.answers = False
    site.look_for(300)
    said = [("silent_party", Reason.FIRST_NOTICE), ("tracker_silent", Reason.FIRST_NOTICE)]
    assert site.told() == said
    site.seen.answers = True
    site.look_for(60)
    assert site.told()[2:] == [("tracker_silent", Reason.RESOLVED)]


def test_a_watch_that_begins_while_kafka_is_away_takes_no_letter_for_handled(site: Site) -> None:
    site.seen.letters = 1
    site.look_for(LOOK)
    site.seen.letters = None
    Site(site.alerts, site.seen).look_for(LOOK)
    assert site.told() == [("dead_letters", Reason.FIRST_NOTICE)]


def test_where_this_service_itself_is_not_well_the_watchdog_hears_nothing(site: Site) -> None:
    site.health.report("kafka", "Cannot reach Kafka.")
    site.look_for(120)
    assert site.pings == []


def test_a_watchdog_that_does_not_answer_is_tried_a_minute_later_and_harms_nothing(
    site: Site,
) -> None:
    site.answer = 503
    site.look_for(60)
    site.answer = 200
    site.look_for(60)
    assert len(site.pings) == 1


SIX_HOURS, HALF_AN_HOUR = 21_600, 1_800
BURNING = {SIX_HOURS: Turned(7, 5), HALF_AN_HOUR: Turned(1, 1)}


def test_an_objective_that_is_being_missed_is_told_to_its_debtor_once_and_its_end_as_well(
    site: Site,
) -> None:
    site.seen.turned = {SIX_HOURS: Turned(11, 1), HALF_AN_HOUR: Turned(0, 1)}
    site.look_for(600)
    assert site.told() == []
    site.seen.turned = BURNING
    site.look_for(600)
    assert site.told() == [("objective_burning", Reason.FIRST_NOTICE)]
    assert site.alerts.last().alert.promise.owed_by == "operations"
    site.seen.turned = {SIX_HOURS: Turned(25, 5)}
    site.look_for(600)
    assert len(site.told()) == 1
    site.seen.turned = {SIX_HOURS: Turned(60, 5)}
    site.look_for(60)
    assert site.told()[1:] == [("objective_burning", Reason.RESOLVED)]
    site.look_for(600)
    site.seen.turned = BURNING
    site.look_for(60)
    assert site.told()[2:] == [("objective_burning", Reason.REOPENED)]


def test_the_single_breaches_of_an_objective_that_is_being_missed_are_told_as_ever(
    site: Site,
) -> None:
    site.seen.turned = BURNING
    site.look_for(LOOK)
    site.alerts.hear(breached())
    site.alerts.ledger.say(breached())
    site.alerts.reconcile()
    assert site.told() == [("objective_burning", Reason.FIRST_NOTICE), ("", Reason.FIRST_NOTICE)]


def test_while_nobody_says_how_objectives_are_met_nothing_of_them_is_over(site: Site) -> None:
    site.seen.turned = BURNING
    site.look_for(60)
    site.seen.turned = None
    site.look_for(120)
    again = Site(site.alerts, site.seen)
    again.look_for(120)
    assert site.told() == [("objective_burning", Reason.FIRST_NOTICE)]
    again.seen.turned = {}
    again.look_for(60)
    assert site.told()[1:] == [("objective_burning", Reason.RESOLVED)]


def test_a_tracker_that_does_not_know_of_objectives_is_no_silent_tracker(site: Site) -> None:
    site.seen.turned = None
    site.look_for(300)
    assert site.told() == []
    assert site.pings
