"""PagerDuty stops calling people when somebody has an alert in hand, and begins anew when nobody
has it any more.
"""

import json
from dataclasses import dataclass, field, replace

import httpx
import pytest

from services.alerts.actions import acknowledge_alert, begin_silence, snooze_alert
from services.alerts.answering import close_alert, escalate_alert
from services.alerts.channels.pagerduty import ALERTS_A_POST, pagerduty_post
from services.alerts.channels.posting import PostingChannel, Request
from services.alerts.domain.alert import Reason
from services.alerts.domain.answers import Cause
from services.alerts.domain.matching import Matcher
from services.alerts.domain.posts import Post
from services.alerts.domain.requests import Acknowledge, Asked, SnoozeUntil
from services.alerts.domain.silences import Silence
from services.alerts.receiver import Policy
from services.shared.clock import Instant
from tests.alert_twins import MemoryChannel
from tests.alerting import MovedClock, at, breached, ended, key, warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.component.alerts.on_call import BOSS, FIRST, LADDER, LEAD, OnCall

TRIGGER, ACKNOWLEDGE, RESOLVE = "trigger", "acknowledge", "resolve"
CALLED_OFF, OPEN_AGAIN = Reason.CALLED_OFF, Reason.OPEN_AGAIN


@dataclass
class PagerDuty:
    """As far as it is known: what is acknowledged calls nobody, and a key begins with a trigger."""

    answers: list[int] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    state: str = ""
    calls: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.answers and (answer := self.answers.pop(0)) >= 400:
            return httpx.Response(answer, content=iter([b"busy"]))
        event = json.loads(request.content)
        assert event["dedup_key"] == key()
        action = event["event_action"]
        self.actions.append(action)
        assert self.state or action == TRIGGER, f"{action} of what was never triggered"
        if action == TRIGGER and self.state in ("", RESOLVE):
            self.calls += 1
        if action != TRIGGER or self.state in ("", RESOLVE):
            self.state = action
        return httpx.Response(202, content=iter([b"taken"]))

    def channel(self, name: str = "pager") -> PostingChannel:
        client = httpx.Client(transport=httpx.MockTransport(self))
        return PostingChannel(name, _write, client, MovedClock(at("15:25")), ALERTS_A_POST)


def _write(post: Post, _now: Instant) -> Request:
    return pagerduty_post(post, "https://pd.test/v2/enqueue", "R0UT1NG", "https://console.test")


class Company(InMemoryAlerts):
    """Two receivers hear of everything, and one of them calls people."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.pager, self.mail = PagerDuty(), MemoryChannel("mail")
        policies = {"pager": policy} if policy else None
        super().__init__(self.pager.channel(), self.mail, callers={"pager"}, policies=policies)
        self.hear(warned())
        self.deliver()

    def take(self, actor: str = "ann", through: str = "") -> None:
        wish = Acknowledge(key(), actor, through=through)
        acknowledge_alert(wish, self.desk, self.clock.now())
        self.deliver()

    def ask(self, number: int = 1) -> Asked:
        return Asked(key(), "ann", "I cannot", f"k-{number}")


@pytest.fixture
def company() -> Company:
    return Company()


def test_whoever_takes_it_up_here_ends_the_calls_there(company: Company) -> None:
    company.take()
    assert company.pager.actions == [TRIGGER, ACKNOWLEDGE]


def test_it_is_called_off_once_however_often_it_is_taken_up(company: Company) -> None:
    company.take()
    company.take("bob")
    snooze_alert(SnoozeUntil(key(), "ann", at("15:50")), company.desk, company.clock.now())
    company.deliver()
    assert company.pager.actions == [TRIGGER, ACKNOWLEDGE]


def test_who_does_not_call_people_hears_nothing_of_it(company: Company) -> None:
    company.take()
    assert [notice.reason for notice in company.mail.got] == [Reason.FIRST_NOTICE]


def test_what_was_taken_up_there_is_not_told_there_and_is_over_there_all_the_same(
    company: Company,
) -> None:
    company.pager.state = ACKNOWLEDGE
    company.take("pagerduty:Ann", through="pager")
    assert company.pager.actions == [TRIGGER]
    company.hear(ended())
    company.deliver_all()
    assert company.pager.actions == [TRIGGER, RESOLVE]


def test_what_was_taken_up_through_another_receiver_is_called_off(company: Company) -> None:
    company.take("slack:ann", through="team")
    assert company.pager.actions == [TRIGGER, ACKNOWLEDGE]


def test_people_are_called_again_when_what_was_taken_up_there_gets_worse(company: Company) -> None:
    company.pager.state = ACKNOWLEDGE
    company.take("pagerduty:Ann", through="pager")
    company.hear(breached())
    company.deliver()
    assert company.pager.actions == [TRIGGER, RESOLVE, TRIGGER]
    assert company.pager.calls == 2
    assert [notice.reason for notice in company.mail.got][-1] is Reason.WORSENED


def test_snoozing_and_closing_end_the_calls_too(company: Company) -> None:
    snooze_alert(SnoozeUntil(key(), "ann", at("15:50")), company.desk, company.clock.now())
    company.deliver()
    assert company.pager.actions == [TRIGGER, ACKNOWLEDGE]
    company.hear(breached())
    company.deliver()
    assert company.pager.calls == 2
    close_alert(company.ask(), company.desk, company.clock.now(), Cause.CAPACITY)
    company.deliver()
    assert company.pager.actions == [TRIGGER, ACKNOWLEDGE, RESOLVE, TRIGGER, ACKNOWLEDGE]


def test_a_silence_ends_the_calls_and_its_end_begins_them_anew(company: Company) -> None:
    everything, now = Matcher(owed_by=frozenset({"operations"})), company.clock.now()
    silence = Silence("s-1", everything, now, at("15:50"), "ann", "a drill")
    begin_silence(silence, company.desk, now)
    company.deliver()
    assert company.pager.actions == [TRIGGER, ACKNOWLEDGE]
    company.clock.set(at("15:50"))
    company.wake()
    company.deliver()
    assert company.pager.calls == 2


def test_what_is_kept_quiet_from_its_beginning_on_is_not_called_off(company: Company) -> None:
    """It is there again so soon that it is held back: PagerDuty knows of nothing that stands."""
    company.hear(ended(), warned(20))
    company.deliver_all()
    assert company.alert().held is Reason.FLAPPING
    assert company.pager.actions == [TRIGGER, RESOLVE]
    company.take()
    assert company.pager.actions == [TRIGGER, RESOLVE]


def test_a_call_off_that_fails_comes_after_its_trigger_and_before_its_end() -> None:
    company = Company()
    company.pager.answers = [503, 503]
    company.take()
    company.hear(ended())
    company.deliver_for(30)
    assert company.pager.actions == [TRIGGER, ACKNOWLEDGE, RESOLVE]


def test_nothing_is_called_off_before_it_was_triggered() -> None:
    company = Company()
    away = PagerDuty(answers=[503, 503, 503])
    company.receivers[0].channel = away.channel()
    company.hear(breached())
    company.deliver()
    company.take()
    company.deliver_for(60)
    assert away.actions == [TRIGGER, ACKNOWLEDGE]


def test_where_the_first_of_two_events_fails_both_are_tried_again(company: Company) -> None:
    company.take()
    company.pager.answers = [503, 202, 503]
    company.hear(breached())
    company.deliver_for(60)
    assert company.pager.actions == [TRIGGER, ACKNOWLEDGE, RESOLVE, RESOLVE, TRIGGER]
    assert company.pager.calls == 2


def test_a_call_off_is_told_after_what_a_faster_clock_told(company: Company) -> None:
    told_at = company.alert().notified_at
    company.clock.set(at("15:24"))
    company.take()
    off = company.store.notices()[-1]
    assert (off.reason, off.at) == (CALLED_OFF, told_at)


def test_an_end_by_a_slower_clock_is_told_after_the_call_off(company: Company) -> None:
    company.clock.set(at("15:40"))
    company.take()
    company.clock.set(at("15:30"))
    company.hear(ended())
    assert [each.at for each in company.store.notices()][-2:] == [at("15:40"), at("15:40")]


def test_a_fallback_hears_in_words_that_nobody_has_to_be_called() -> None:
    company = Company(Policy(fallback="mail"))
    company.mail.got.clear()
    company.pager.answers = [400]
    company.take()
    (told,) = company.mail.got
    assert told.text.startswith("Nobody has to be called: it is acknowledged. At risk:")


@pytest.fixture
def on_call() -> OnCall:
    """All three call people; the first has heard that a promise is at risk."""
    on_call = OnCall(callers={FIRST, LEAD, BOSS})
    on_call.hear(warned())
    assert on_call.at("15:25") == {FIRST: [Reason.FIRST_NOTICE]}
    return on_call


def test_only_those_who_were_told_of_it_hear_that_it_is_in_hand(on_call: OnCall) -> None:
    on_call.at("15:40")
    on_call.take()
    assert on_call.at("15:41") == {FIRST: [CALLED_OFF], LEAD: [CALLED_OFF]}


def test_an_acknowledgement_that_expires_is_told_to_those_to_whom_it_was_called_off(
    on_call: OnCall,
) -> None:
    on_call.take()
    assert on_call.at("15:26") == {FIRST: [CALLED_OFF]}
    assert on_call.at("16:24:59") == {}
    assert on_call.at("16:25") == {FIRST: [OPEN_AGAIN]}
    (*_, told) = on_call.store.notices()
    assert "Whoever had it in hand has not ended it in time; it is open again." in told.text
    assert on_call.at("16:40") == {LEAD: [Reason.ESCALATED]}


def test_who_wants_the_next_rung_called_has_the_first_called_again(on_call: OnCall) -> None:
    on_call.take()
    on_call.at("15:26")
    now = on_call.clock.now()
    escalate_alert(Asked(key(), "ann", "I cannot", "k-1"), on_call.desk, now)
    assert on_call.at("15:27") == {FIRST: [OPEN_AGAIN], LEAD: [Reason.CALLED]}


def test_one_of_two_who_take_up_what_was_put_off_have_people_called_again() -> None:
    on_call = OnCall(replace(LADDER, acknowledgements=2), callers={FIRST})
    on_call.hear(warned())
    on_call.at("15:25")
    on_call.take()
    assert on_call.at("15:26") == {}
    snooze_alert(SnoozeUntil(key(), "ann", at("15:50")), on_call.desk, on_call.clock.now())
    assert on_call.at("15:27") == {FIRST: [CALLED_OFF]}
    on_call.take()
    assert on_call.at("15:28") == {FIRST: [OPEN_AGAIN]}
    bob = Acknowledge(key(), "bob")
    acknowledge_alert(bob, on_call.desk, on_call.clock.now())
    assert on_call.at("15:29") == {FIRST: [CALLED_OFF]}
