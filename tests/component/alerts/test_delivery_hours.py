"""A receiver with hours: what can wait does until they begin, and a page comes through."""

from services.alerts.domain.alert import Reason
from services.alerts.domain.hours import parse_hours
from services.alerts.receiver import Policy
from services.shared.clock import Instant
from tests.alert_twins import MemoryChannel
from tests.alerting import a_promise, at, breached, ended, key, returned, unknown
from tests.component.alerts.harness import InMemoryAlerts

OFFICE = Policy(hours=parse_hours("UTC", ["daily 08:00-18:00"]))
EVENING, BEFORE, MORNING = at("18:00"), at("07:59:59", days=1), at("08:00", days=1)
FIRST, RESOLVED, WORSENED = Reason.FIRST_NOTICE, Reason.RESOLVED, Reason.WORSENED


class Office(InMemoryAlerts):
    """One receiver with hours, and one clock for promises and delivery."""

    def __init__(self, channel: MemoryChannel | None = None, policy: Policy = OFFICE) -> None:
        channel = channel or MemoryChannel()
        super().__init__(channel, policies={channel.name: policy})
        self.channel = channel
        self.at(EVENING)

    def at(self, now: Instant) -> list[tuple[str, Reason]]:
        """What is heard by then, each with its order."""
        self.clock.set(now)
        self.wall.set(now)
        self.deliver()
        heard = [(each.alert.promise.order, each.reason) for each in self.channel.got]
        self.channel.got.clear()
        return heard


def test_the_hours_hold_to_the_second() -> None:
    office = Office()
    office.at(at("17:59:59"))
    office.hear(returned())
    assert office.at(at("17:59:59")) == [("4711", FIRST)]
    office.hear(returned(promise=a_promise("4712")))
    assert office.at(EVENING) == []
    assert office.at(BEFORE) == []
    assert office.at(MORNING) == [("4712", FIRST)]


def test_what_waits_is_told_together_when_the_hours_begin() -> None:
    office = Office()
    for order in ("1", "2", "3"):
        office.hear(returned(promise=a_promise(order)))
    assert office.at(BEFORE) == []
    assert sorted(office.at(MORNING)) == [("1", FIRST), ("2", FIRST), ("3", FIRST)]
    assert len(office.channel.posts) == 1


def test_what_waits_of_one_alert_is_told_in_its_order() -> None:
    office = Office()
    office.hear(returned())
    office.at(at("19:00"))
    office.hear(ended())
    assert office.at(BEFORE) == []
    assert office.at(MORNING) == [("4711", FIRST), ("4711", RESOLVED)]


def test_a_page_comes_through_at_night_and_so_does_its_end() -> None:
    office = Office()
    office.hear(unknown(promise=a_promise("4712")), breached())
    assert office.at(at("23:00")) == [("4711", FIRST)]
    office.hear(ended())
    assert office.at(at("23:30")) == [("4711", RESOLVED)]
    assert office.at(MORNING) == [("4712", FIRST)]


def test_what_becomes_a_page_is_told_from_its_beginning() -> None:
    office = Office()
    office.hear(unknown(2), unknown(2, a_promise("4712")))
    assert office.at(at("19:00")) == []
    office.hear(breached())
    assert office.at(at("19:00")) == [("4711", FIRST), ("4711", WORSENED)]
    assert office.at(MORNING) == [("4712", FIRST)]


def test_no_number_of_what_can_wait_keeps_back_a_page() -> None:
    office = Office(MemoryChannel(alerts_a_post=1))
    for number in range(101):
        office.hear(returned(promise=a_promise(str(number))), twice=False)
    office.hear(breached())
    assert office.at(at("19:00")) == [("4711", FIRST)]
    assert len(office.at(MORNING)) == 101


def test_what_was_over_before_the_hours_began_may_be_left_out() -> None:
    office = Office(policy=Policy(collapse=True, hours=OFFICE.hours))
    office.hear(returned())
    office.hear(ended())
    assert office.at(MORNING) == []
    assert office.alert(key()).end is not None
