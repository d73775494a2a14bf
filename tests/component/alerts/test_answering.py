"""What people answer to alerts: what it changes, whom it tells, and what is refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.alerts import answering
from services.alerts.actions import acknowledge_alert, begin_silence, snooze_alert
from services.alerts.domain.alert import Alert, Reason, State
from services.alerts.domain.answers import Cause
from services.alerts.domain.audit.chain import Action
from services.alerts.domain.audit.verifying import verify
from services.alerts.domain.ladders import Route
from services.alerts.domain.matching import Matcher
from services.alerts.domain.people import NOTES_LIMIT, RATINGS_LIMIT
from services.alerts.domain.promise import Condition, Resolution
from services.alerts.domain.requests import Acknowledge, Asked, SnoozeUntil
from services.alerts.domain.silences import Silence
from services.shared.errors import RefusalCode
from services.shared.events.oncall import PromiseDisputed
from tests.alerting import (
    a_finding,
    a_promise,
    at,
    breached,
    disputed,
    ended,
    found,
    in_ledger,
    key,
    unknown,
    warned,
)
from tests.component.alerts.on_call import BOSS, FIRST, LADDER, LEAD, OnCall
from tests.refusals import refused

Answer = Callable[..., Alert]


@pytest.fixture
def on_call() -> OnCall:
    """At 15:25 the first one has heard that a promise is broken."""
    on_call = OnCall()
    on_call.hear(breached())
    assert on_call.at("15:25") == {FIRST: [Reason.FIRST_NOTICE]}
    return on_call


class Person:
    """Does what it says to the alert of `key`; each time in a request of its own."""

    def __init__(self, on_call: OnCall, name: str = "ann") -> None:
        self._on_call, self._name, self._requests = on_call, name, 0

    def does(
        self, answer: Answer, words: str = "why not", *, request: str = "", **more: object
    ) -> Alert:
        self._requests += 1
        of = str(more.pop("of", key()))
        asked = Asked(of, self._name, words, request or f"{self._name}-{self._requests}")
        return answer(asked, self._on_call.desk, self._on_call.clock.now(), **more)


@pytest.fixture
def ann(on_call: OnCall) -> Person:
    return Person(on_call)


def last_act(on_call: OnCall) -> tuple[Action, dict[str, str], dict[str, str]]:
    act = list(on_call.store.audit.entries())[-1].act
    return act.action, act.before, act.after


def test_who_shall_act_is_said_and_taken_back_while_the_ladder_goes_on(
    on_call: OnCall, ann: Person
) -> None:
    assert ann.does(answering.assign_alert, assignee="bob").assignee == "bob"
    assert last_act(on_call) == (Action.ASSIGN, {}, {"assignee": "bob"})
    assert on_call.at("15:40") == {LEAD: [Reason.ESCALATED]}
    assert ann.does(answering.assign_alert, assignee="").assignee == ""
    assert last_act(on_call) == (Action.ASSIGN, {"assignee": "bob"}, {})


def test_an_assignee_and_notes_outlive_an_end_that_was_taken_back(
    on_call: OnCall, ann: Person
) -> None:
    ann.does(answering.assign_alert, assignee="bob")
    ann.does(answering.note_alert, "called them")
    on_call.hear(ended(revision=4), breached(5))
    assert (on_call.alert().end, on_call.alert().assignee) == (None, "bob")
    assert [note.words for note in on_call.alert().notes] == ["called them"]


def test_the_next_rung_is_told_now_and_the_one_after_it_in_its_time(
    on_call: OnCall, ann: Person
) -> None:
    on_call.clock.set(at("15:30"))
    ann.does(answering.escalate_alert, "I am on a train")
    assert (
        "ann asks that you take it up: I am on a train."
        in on_call.store.waiting(LEAD, 1, ())[0].text
    )
    assert last_act(on_call) == (Action.ESCALATE, {"rungs": "1"}, {"rungs": "2"})
    assert on_call.at("15:30") == {LEAD: [Reason.CALLED]}
    assert on_call.at("15:59:59") == {}
    assert on_call.at("16:00") == {BOSS: [Reason.ESCALATED]}


def test_one_request_climbs_one_rung_however_often_it_comes(on_call: OnCall, ann: Person) -> None:
    for _ in range(3):
        ann.does(answering.escalate_alert, request="k")
    assert on_call.alert().rungs == 2
    assert on_call.at("15:25") == {LEAD: [Reason.CALLED]}


def test_a_request_means_one_thing_only(on_call: OnCall, ann: Person) -> None:
    ann.does(answering.assign_alert, request="k", assignee="bob")
    for words, assignee in (("why not", "cid"), ("other", "bob")):
        with refused(RefusalCode.CONFLICT, "idempotency_key", "key of its own"):
            ann.does(answering.assign_alert, words, request="k", assignee=assignee)
    assert on_call.alert().assignee == "bob"


@pytest.mark.parametrize("before", ["acknowledged", "snoozed", "closed"])
def test_who_had_it_in_hand_has_not_any_more_when_it_is_escalated(
    on_call: OnCall, ann: Person, before: str
) -> None:
    match before:
        case "acknowledged":
            on_call.take()
        case "snoozed":
            later = SnoozeUntil(key(), "ann", at("17:00"))
            snooze_alert(later, on_call.desk, on_call.clock.now())
        case "closed":
            ann.does(answering.close_alert, cause=Cause.SYSTEM)
    assert on_call.alert().state == before
    assert ann.does(answering.escalate_alert).state is State.OPEN
    assert on_call.at("15:25") == {LEAD: [Reason.CALLED]}


def test_above_the_last_rung_there_is_nobody(on_call: OnCall, ann: Person) -> None:
    for _ in range(2):
        ann.does(answering.escalate_alert)
    with refused(RefusalCode.CONFLICT, "key", "All 3 rungs of warehouse", "nobody is left"):
        ann.does(answering.escalate_alert)


def test_what_a_silence_keeps_from_everybody_cannot_be_escalated_or_asked(
    on_call: OnCall, ann: Person
) -> None:
    operations = Matcher(owed_by=frozenset({"operations"}))
    silence = Silence("s1", operations, at("15:25"), at("17:00"), "bob", "stocktaking")
    begin_silence(silence, on_call.desk, on_call.clock.now())
    for answer in (
        answering.escalate_alert,
        answering.ask_new_date,
        answering.tell_customer,
    ):
        with refused(RefusalCode.CONFLICT, "key", "Silence s1", "2026-11-02T17:00:00Z"):
            ann.does(answer)
    assert on_call.at("15:25") == {}


def test_notes_are_kept_in_order_also_of_what_is_over(on_call: OnCall, ann: Person) -> None:
    ann.does(answering.note_alert, "called them", request="k")
    ann.does(answering.note_alert, "called them", request="k")
    on_call.hear(ended())
    Person(on_call, "bob").does(answering.note_alert, "it was the printer")
    notes = on_call.alert().notes
    assert [(note.actor, note.words) for note in notes] == [
        ("ann", "called them"),
        ("bob", "it was the printer"),
    ]


def test_an_alert_has_so_many_notes_and_no_more(on_call: OnCall, ann: Person) -> None:
    for number in range(NOTES_LIMIT):
        ann.does(answering.note_alert, str(number))
    with refused(RefusalCode.FULL, "key", f"has {NOTES_LIMIT} notes"):
        ann.does(answering.note_alert, "one more")
    assert len(on_call.alert().notes) == NOTES_LIMIT


def test_what_is_closed_needs_nobody_and_climbs_no_further(on_call: OnCall, ann: Person) -> None:
    closed = ann.does(answering.close_alert, "the printer", cause=Cause.SYSTEM)
    assert (closed.state, closed.next_rung_at) == (State.CLOSED, None)
    assert last_act(on_call) == (
        Action.CLOSE,
        {"state": "open"},
        {"state": "closed", "cause": "system"},
    )
    on_call.hear(breached())
    on_call.hear(breached(4))
    assert on_call.at("23:59") == {}


def test_the_end_of_what_was_closed_is_told_to_those_who_knew(on_call: OnCall, ann: Person) -> None:
    ann.does(answering.close_alert, cause=Cause.CAPACITY)
    on_call.hear(ended(Resolution.KEPT_LATE))
    assert on_call.at("15:30") == {FIRST: [Reason.RESOLVED]}
    alert = on_call.alert()
    assert alert.state is State.RESOLVED
    assert alert.closing
    assert alert.closing.cause is Cause.CAPACITY


def test_the_cause_of_what_was_kept_late_is_said_after_its_end(
    on_call: OnCall, ann: Person
) -> None:
    on_call.hear(ended(Resolution.KEPT_LATE))
    on_call.at("15:30")
    assert ann.does(answering.close_alert, cause=Cause.SUPPLIER).state is State.RESOLVED
    ann.does(answering.close_alert, cause=Cause.APPROVAL)
    assert last_act(on_call)[1:] == ({"cause": "supplier"}, {"cause": "approval"})
    assert on_call.at("16:30") == {}


def test_what_is_closed_is_open_again_when_it_is_graver_again(on_call: OnCall, ann: Person) -> None:
    ann.does(answering.close_alert, cause=Cause.SYSTEM)
    on_call.hear(unknown(4))
    assert on_call.alert().state is State.CLOSED
    on_call.hear(breached(5))
    assert on_call.alert().state is State.OPEN


@pytest.mark.parametrize("how", ["acknowledge", "snooze"])
def test_who_takes_up_what_is_closed_opens_it(on_call: OnCall, ann: Person, how: str) -> None:
    ann.does(answering.close_alert, cause=Cause.SYSTEM)
    now = on_call.clock.now()
    if how == "acknowledge":
        changed = acknowledge_alert(Acknowledge(key(), "bob"), on_call.desk, now)
    else:
        changed = snooze_alert(SnoozeUntil(key(), "bob", at("17:00")), on_call.desk, now)
    assert changed.state in {State.ACKNOWLEDGED, State.SNOOZED}
    assert changed.closing is None


def test_what_was_found_is_closed_and_what_is_only_at_risk_is_not() -> None:
    on_call = OnCall()
    on_call.hear(found(), warned())
    ann = Person(on_call)
    closed = ann.does(answering.close_alert, cause=Cause.CUSTOMER, of=key(a_finding()))
    assert closed.state is State.CLOSED
    with refused(RefusalCode.CONFLICT, "key", "at risk", "only what is broken or was found"):
        ann.does(answering.close_alert, cause=Cause.CUSTOMER)


def test_a_debtors_dispute_is_told_to_the_ledger_and_leaves_the_alert_as_grave(
    on_call: OnCall, ann: Person
) -> None:
    alert = ann.does(answering.dispute_verdict, "it left on time", by_party="")
    promise = a_promise()
    assert on_call.store.disputes == [
        PromiseDisputed(promise.promise_id, "operations", "it left on time")
    ]
    assert alert.dispute
    assert (alert.dispute.party, alert.condition) == ("operations", Condition.BREACHED)
    on_call.hear(disputed(4), in_ledger(disputed(4)))
    on_call.reconcile()
    assert on_call.alert().condition is Condition.BREACHED
    assert on_call.at("15:30") == {}


def test_a_debtors_dispute_of_what_is_over_says_whose_it_is(on_call: OnCall, ann: Person) -> None:
    on_call.hear(ended(Resolution.KEPT_LATE))
    on_call.at("15:30")
    ann.does(answering.dispute_verdict, by_party="operations")
    on_call.hear(disputed(5))
    (notice,) = on_call.store.waiting(FIRST, 10, ())
    assert "and operations does not agree with that." in notice.text


def test_a_dispute_of_a_party_is_said_once(on_call: OnCall, ann: Person) -> None:
    for _ in range(2):
        ann.does(answering.dispute_verdict, by_party="")
    assert len(on_call.store.disputes) == 1


def test_a_creditors_dispute_makes_it_a_disputed_one_by_the_ledgers_word(
    on_call: OnCall, ann: Person
) -> None:
    ann.does(answering.dispute_verdict, "nothing came", by_party="sales")
    assert on_call.alert().condition is Condition.BREACHED
    on_call.hear(disputed(4))
    assert on_call.alert().condition is Condition.DISPUTED
    assert on_call.at("15:30") == {FIRST: [Reason.EASED]}


def test_only_a_party_of_a_promise_disputes(on_call: OnCall, ann: Person) -> None:
    on_call.hear(found())
    with refused(RefusalCode.CONFLICT, "by_party", "between operations and sales"):
        ann.does(answering.dispute_verdict, by_party="support")
    with refused(RefusalCode.CONFLICT, "by_party", "is a finding"):
        ann.does(answering.dispute_verdict, by_party="", of=key(a_finding()))
    assert on_call.store.disputes == []


def test_each_person_has_one_rating_and_they_are_counted_by_agreement(on_call: OnCall) -> None:
    bob, ann = Person(on_call, "bob"), Person(on_call, "ann")
    bob.does(answering.rate_alert, useful=True)
    ann.does(answering.rate_alert, useful=True)
    ann.does(answering.rate_alert, "came too late", useful=False)
    on_call.hear(ended())
    (count,) = on_call.store.ratings(on_call.clock.now())
    assert (count.agreement, count.useful, count.not_useful) == ("ship-paid-order", 1, 1)
    assert last_act(on_call) == (
        Action.RATE,
        {"useful": "2"},
        {"useful": "1", "not_useful": "1"},
    )


def test_so_many_people_rate_an_alert_and_no_more(on_call: OnCall) -> None:
    people = [Person(on_call, f"p{number}") for number in range(RATINGS_LIMIT + 1)]
    for person in people[:-1]:
        person.does(answering.rate_alert, useful=True)
    people[0].does(answering.rate_alert, useful=False)
    with refused(RefusalCode.FULL, "key", "100 may"):
        people[-1].does(answering.rate_alert, useful=True)


@pytest.fixture
def routed() -> OnCall:
    """What support owes goes to the lead first, and everything else to the first one."""
    support = replace(LADDER, name="support", rungs=(LADDER.rungs[1],))
    route = Route("support", Matcher(owed_by=frozenset({"support"})))
    on_call = OnCall(LADDER, support, routes=(route,))
    on_call.hear(breached())
    on_call.at("15:25")
    return on_call


def test_the_debtors_people_are_asked_for_a_new_date(routed: OnCall) -> None:
    Person(routed).does(answering.ask_new_date, "can it leave today?")
    (notice,) = routed.store.waiting(FIRST, 10, ())
    assert "ann asks operations for a new date: can it leave today?" in notice.text
    assert routed.at("15:25") == {FIRST: [Reason.NEW_DATE_ASKED]}
    assert last_act(routed)[0] is Action.ASK_NEW_DATE


def test_support_is_asked_to_tell_the_customer_and_hears_of_the_end(routed: OnCall) -> None:
    Person(routed).does(answering.tell_customer, "it comes on Friday")
    (notice,) = routed.store.waiting(LEAD, 10, ())
    assert "ann asks that the customer is told: it comes on Friday." in notice.text
    assert routed.at("15:25") == {LEAD: [Reason.CUSTOMER_TO_BE_TOLD]}
    routed.hear(ended())
    assert routed.at("15:30") == {FIRST: [Reason.RESOLVED], LEAD: [Reason.RESOLVED]}


def test_support_is_asked_by_its_route_whichever_ladder_the_agreement_names() -> None:
    support = replace(LADDER, name="support", rungs=(LADDER.rungs[1],))
    named = replace(LADDER, name="night", rungs=(LADDER.rungs[2],))
    route = Route("support", Matcher(owed_by=frozenset({"support"})))
    on_call = OnCall(LADDER, support, named, routes=(route,))
    on_call.hear(breached(promise=a_promise(escalate="night")))
    on_call.at("15:25")
    Person(on_call).does(answering.tell_customer)
    Person(on_call).does(answering.ask_new_date, request="k-2")
    assert on_call.at("15:25") == {
        LEAD: [Reason.CUSTOMER_TO_BE_TOLD],
        BOSS: [Reason.NEW_DATE_ASKED],
    }


def test_what_was_asked_climbs_on_as_before(routed: OnCall) -> None:
    Person(routed).does(answering.tell_customer)
    routed.at("15:39:59")
    assert routed.at("15:40") == {LEAD: [Reason.ESCALATED]}


def test_a_finding_has_no_date_to_ask_for(on_call: OnCall, ann: Person) -> None:
    on_call.hear(found())
    with refused(RefusalCode.CONFLICT, "key", "no date to move"):
        ann.does(answering.ask_new_date, of=key(a_finding()))


@pytest.mark.parametrize(
    "answer",
    [
        answering.escalate_alert,
        answering.ask_new_date,
        answering.tell_customer,
        answering.assign_alert,
    ],
)
def test_for_what_is_over_nobody_is_asked(on_call: OnCall, ann: Person, answer: Answer) -> None:
    on_call.hear(ended())
    more = {"assignee": "bob"} if answer is answering.assign_alert else {}
    with refused(RefusalCode.CONFLICT, "key", "is over (kept)"):
        ann.does(answer, **more)


def test_all_of_it_is_one_chain_with_an_entry_for_each(on_call: OnCall, ann: Person) -> None:
    ann.does(answering.assign_alert, assignee="bob")
    ann.does(answering.escalate_alert)
    ann.does(answering.note_alert)
    ann.does(answering.ask_new_date)
    ann.does(answering.tell_customer)
    ann.does(answering.dispute_verdict, by_party="")
    ann.does(answering.rate_alert, useful=True)
    ann.does(answering.close_alert, cause=Cause.KNOW_HOW)
    entries = list(on_call.store.audit.entries())
    assert [entry.act.action for entry in entries] == [
        Action.ASSIGN,
        Action.ESCALATE,
        Action.NOTE,
        Action.ASK_NEW_DATE,
        Action.TELL_CUSTOMER,
        Action.DISPUTE,
        Action.RATE,
        Action.CLOSE,
    ]
    assert verify(entries, [on_call.store.audit.head()]) is None
