"""What every store of alerts does: the one in Mongo, and the one in memory that other tests use."""

import threading
from dataclasses import replace
from functools import partial
from typing import Protocol

import pytest
from pymongo import MongoClient

from services.alerts import actions, answering, handlers
from services.alerts.domain.alert import Alert, Decision, History, Reason, Snooze, State, urgency
from services.alerts.domain.answers import Cause
from services.alerts.domain.audit.chain import Act, Action
from services.alerts.domain.decisions import decide
from services.alerts.domain.ladders import (
    Escalation,
    Ladder,
    Route,
    Rung,
    everybody_at_once,
)
from services.alerts.domain.matching import Matcher
from services.alerts.domain.people import snooze
from services.alerts.domain.posts import Post, alone
from services.alerts.domain.promise import Promise, Word
from services.alerts.domain.ratings import WEEK, WEEKS, WeekCount
from services.alerts.domain.requests import Acknowledge, Asked, Query, Release, SnoozeUntil
from services.alerts.domain.silences import Silence
from services.alerts.handlers import AlertStore, Desk
from services.alerts.oncall_events import SOURCE
from services.alerts.queries import RATED
from services.alerts.receiver import CLAIM, NoticeStore
from services.alerts.store import MongoAlertStore
from services.shared.clock import SECOND, Instant
from services.shared.codec import decode_envelope, decode_event
from services.shared.errors import RefusalCode, Refused
from services.shared.events.oncall import PromiseDisputed, PromiseReleased
from services.shared.mongo import Row
from services.shared.outbox import Outbox
from services.shared.settings import Settings
from tests.alert_twins import MemoryAlertStore
from tests.alerting import a_promise, at, breached, ended, key, span, unknown, warned
from tests.waiting import waiting_rows

NOW = at("15:25")
BEGUN = Act("ann", Action.BEGIN_SILENCE, "s1", NOW)
RELEASED = Act("ann", Action.RELEASE, a_promise().promise_id, NOW, "sold out")


class Store(AlertStore, NoticeStore, Protocol):
    """Everything that is asked of a store."""

    def count_standing(self) -> int: ...


@pytest.fixture(params=["memory", "mongo"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryAlertStore()
    store: MongoAlertStore = request.getfixturevalue("mongo_store")
    return store


@pytest.fixture
def outbox(client: "MongoClient[Row]", fresh_database: Settings) -> Outbox:
    return Outbox(client, fresh_database.mongo.database, SOURCE)


@pytest.fixture
def mongo_store(
    client: "MongoClient[Row]", fresh_database: Settings, outbox: Outbox
) -> MongoAlertStore:
    store = MongoAlertStore(client, fresh_database.mongo.database, outbox)
    store.prepare()
    return store


def hear(store: AlertStore, *words: Word, now: Instant = NOW) -> Decision:
    decisions = [
        handlers.hear(word, Desk(store, everybody_at_once(("log", "webhook"))), now)
        for word in words
    ]
    return decisions[-1]


def history(store: AlertStore, promise: Promise | None = None) -> History:
    promise_id = (promise or a_promise()).promise_id
    return store.histories([promise_id])[promise_id]


def waiting(store: NoticeStore, receiver: str = "log", without: tuple[str, ...] = ()) -> list[str]:
    return [notice.reason for notice in store.waiting(receiver, 100, without)]


def test_what_was_decided_is_kept_as_it_was(store: Store) -> None:
    decision = hear(store, warned())
    assert history(store) == decision.history
    assert store.get(key()) == decision.history.alerts[0]


def test_a_promise_that_nobody_spoke_of_has_an_empty_history(store: Store) -> None:
    assert history(store) == History()
    assert store.get("al-none") is None


def test_every_state_survives(store: Store) -> None:
    desk = Desk(store, everybody_at_once(()))
    hear(store, warned())
    acknowledged = actions.acknowledge_alert(Acknowledge(key(), "ann", "on it"), desk, NOW)
    assert store.get(key()) == acknowledged
    snoozed = actions.snooze_alert(SnoozeUntil(key(), "ann", at("16:00"), "lunch"), desk, NOW)
    assert store.get(key()) == snoozed
    assert snoozed.snooze == Snooze("ann", at("16:00"), "lunch")
    hear(store, ended())
    resolved = store.get(key())
    assert resolved is not None
    assert (resolved.state, resolved.snooze) == (State.RESOLVED, None)


def test_a_notice_waits_as_it_was_decided_for_each_receiver(store: Store) -> None:
    notice = replace(hear(store, warned()).notices[0])
    assert store.waiting("log", 100, ()) == [notice]
    assert store.waiting("webhook", 100, ()) == [notice]
    assert store.waiting("pager", 100, ()) == []


def test_outside_of_hours_only_alerts_wait_of_which_a_page_does_from_their_first(
    store: Store,
) -> None:
    later = a_promise("4712")
    first = hear(store, unknown(2)).notices[0]
    other = hear(store, unknown(2, later)).notices[0]
    assert store.waiting("log", 100, (), only_pages=True) == []
    page = hear(store, breached(), now=NOW + SECOND).notices[0]
    assert store.waiting("log", 100, (), only_pages=True) == [first, page]
    assert store.waiting("log", 1, (), only_pages=True) == [first]
    assert store.waiting("log", 100, (key(),), only_pages=True) == []
    store.settle([first, page], "log")
    assert store.waiting("log", 100, (), only_pages=True) == []
    assert store.waiting("log", 100, ()) == [other]
    assert store.waiting("webhook", 100, (), only_pages=True) == [first, page]


def test_notices_wait_in_order_and_only_so_many(store: Store) -> None:
    hear(store, warned(2), now=NOW)
    hear(store, warned(2, a_promise("2")), now=NOW + SECOND)
    hear(store, breached(3), now=NOW + 2 * SECOND)
    found = store.waiting("log", 2, ())
    assert [(each.alert.key, each.alert.revision) for each in found] == [
        (key(), 1),
        (key(a_promise("2")), 1),
    ]


def test_notices_of_one_moment_and_alert_wait_in_order(store: Store) -> None:
    hear(store, warned(2), breached(3), unknown(4), breached(5), unknown(6), ended(revision=7))
    assert waiting(store) == [
        "first_notice",
        "worsened",
        "eased",
        "worsened",
        "eased",
        "resolved",
    ]


def test_alerts_that_rest_are_left_out(store: Store) -> None:
    other = a_promise("2")
    hear(store, warned(2), warned(2, other))
    (left,) = store.waiting("log", 100, [key()])
    assert left.alert.key == key(other)


def test_what_one_receiver_has_the_other_still_waits_for(store: Store) -> None:
    (notice,) = hear(store, warned()).notices
    store.settle([notice], "log")
    assert (waiting(store, "log"), waiting(store, "webhook")) == ([], ["first_notice"])


def test_what_a_receiver_will_never_take_waits_no_longer(store: Store) -> None:
    (notice,) = hear(store, warned()).notices
    store.settle([notice], "webhook", "answered 400")
    assert waiting(store, "webhook") == []


def test_a_claim_keeps_others_away_until_it_ends(store: Store) -> None:
    (notice,) = hear(store, warned()).notices
    assert store.claim(alone(notice), "log", "one", NOW)
    assert store.claim(alone(notice), "log", "one", NOW), "the same process may try again"
    assert store.claim(alone(notice), "webhook", "two", NOW), "each receiver is claimed apart"
    assert not store.claim(alone(notice), "log", "two", NOW)
    assert not store.claim(alone(notice), "log", "two", NOW + CLAIM - 1)
    assert store.claim(alone(notice), "log", "two", NOW + CLAIM)
    assert not store.claim(alone(notice), "log", "one", NOW + CLAIM)


def test_what_is_claimed_together_is_claimed_whole_or_not_at_all(store: Store) -> None:
    hear(store, warned(2), warned(2, a_promise("2")))
    first, second = store.waiting("log", 10, ())
    assert store.claim(alone(second), "log", "one", NOW)
    assert store.claim(Post((first, second)), "log", "two", NOW) is None
    assert store.claim(alone(first), "log", "three", NOW), "it was left free"


def test_each_notice_says_in_which_post_its_receiver_was_told_of_it(store: Store) -> None:
    hear(store, warned(2), warned(2, a_promise("2")))
    post = Post(tuple(store.waiting("log", 10, ())))
    assert store.claim(post, "log", "one", NOW + SECOND) == NOW + SECOND
    assert {each.post for each in store.waiting("log", 10, ())} == {post.id}
    assert {each.post for each in store.waiting("webhook", 10, ())} == {""}
    half = alone(post.first)
    assert store.claim(half, "log", "one", NOW + 2 * SECOND) == NOW + SECOND
    assert [each.post for each in store.waiting("log", 10, ())].count(half.id) == 1
    store.settle(post.notices, "log")
    assert store.waiting("log", 10, ()) == []


def test_what_is_settled_cannot_be_claimed(store: Store) -> None:
    (notice,) = hear(store, warned()).notices
    store.settle([notice], "log")
    assert not store.claim(alone(notice), "log", "one", NOW)


def test_a_decision_that_fails_changes_nothing(store: Store) -> None:
    hear(store, warned())
    before = history(store)

    def refuse(found: History) -> Decision:
        snooze(found, key(), Snooze("ann", at("16:00")))
        raise Refused(RefusalCode.CONFLICT, "key", "No.")

    with pytest.raises(Refused):
        store.change(a_promise().promise_id, refuse)
    assert history(store) == before


def test_two_who_hear_the_same_verdict_at_once_tell_it_once(store: Store) -> None:
    barrier = threading.Barrier(4)
    reasons: list[Reason] = []

    def listen() -> None:
        barrier.wait()
        reasons.append(hear(store, breached()).reason)

    threads = [threading.Thread(target=listen) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reasons) == sorted([Reason.FIRST_NOTICE, *[Reason.REPEATED] * 3])
    assert waiting(store) == ["first_notice"]


def test_two_due_dates_heard_at_once_leave_one_alert_standing(store: Store) -> None:
    barrier = threading.Barrier(2)

    def listen(word: Word) -> None:
        barrier.wait()
        hear(store, word)

    words = (warned(2), warned(3, a_promise(due_by="18:00")))
    threads = [threading.Thread(target=listen, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    standing = list(history(store).open_alerts())
    assert [alert.promise.due_by for alert in standing] == [at("18:00")]


def alert_of(order: str, visible_by: Instant | None, due_by: str) -> Promise:
    return a_promise(order, customer_visible_by=visible_by, due_by=due_by)


def orders(found: "list[Alert] | tuple[Alert, ...]") -> list[str]:
    return [alert.promise.order for alert in found]


@pytest.fixture
def listed(store: Store) -> Store:
    """Five alerts: what a customer notices first comes first, then what is due first."""
    soon, later = at("18:00"), at("20:00")
    hear(store, warned(2, alert_of("never", None, "15:30")))
    hear(store, warned(2, alert_of("late-due", soon, "17:00")))
    hear(store, warned(2, alert_of("early-due", soon, "16:00")))
    hear(store, warned(2, alert_of("later", later, "15:30")))
    over = alert_of("over", soon, "15:00")
    hear(store, warned(2, over), ended(revision=3, promise=over))
    return store


def test_the_most_urgent_is_listed_first_and_what_is_over_not_at_all(listed: Store) -> None:
    assert orders(list(listed.find(Query()))) == ["early-due", "late-due", "later", "never"]


def test_what_is_over_is_listed_when_asked_for(listed: Store) -> None:
    query = Query(states=frozenset({State.RESOLVED}))
    assert orders(list(listed.find(query))) == ["over"]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pages_join_without_gap_or_repetition(listed: Store, size: int) -> None:
    query, found = Query(limit=size), list[Alert]()
    while page := list(listed.find(query)):
        found += page
        query = replace(query, after=urgency(page[-1]))
    assert orders(found) == ["early-due", "late-due", "later", "never"]


def test_a_list_is_narrowed_by_each_field(store: Store) -> None:
    hear(store, warned(2), warned(2, a_promise("2", owed_by="finance", owed_to="support")))
    queries = {"owed_by": "finance", "owed_to": "support", "subject": "order/2"}
    for field, value in queries.items():
        narrowed = replace(Query(), **{field: value})  # type: ignore[arg-type]
        assert orders(list(store.find(narrowed))) == ["2"]
    assert store.find(Query(owed_by="finance", owed_to="sales")) == []


def test_a_list_is_narrowed_by_who_shall_act(store: Store) -> None:
    desk = Desk(store, everybody_at_once(()))
    hear(store, warned(2), warned(2, a_promise("2")))
    ask = Asked(key(), "ann", "", "k")
    answering.assign_alert(ask, desk, NOW, "bob")
    assert orders(list(store.find(Query(assignee="bob")))) == ["4711"]
    assert orders(list(store.find(Query(unassigned=True)))) == ["2"]
    answering.assign_alert(replace(ask, idempotency_key="k2"), desk, NOW, "")
    assert orders(list(store.find(Query(assignee="bob")))) == []


def test_what_people_said_survives_and_is_counted(store: Store) -> None:
    desk = Desk(store, everybody_at_once(("log",)))
    hear(store, breached())
    asks = [Asked(key(), actor, f"{number}", f"k{number}") for number, actor in enumerate("abcd")]
    answering.note_alert(asks[0], desk, NOW)
    answering.ask_new_date(asks[1], desk, NOW)
    answering.rate_alert(asks[2], desk, NOW, useful=True)
    answering.rate_alert(asks[3], desk, NOW, useful=False)
    closed = answering.close_alert(replace(asks[0], idempotency_key="k"), desk, NOW, Cause.SYSTEM)
    assert store.get(key()) == closed
    assert (closed.state, len(closed.notes), len(closed.ratings)) == (State.CLOSED, 1, 2)
    assert store.standing() == {a_promise().promise_id}
    (count,) = store.ratings(NOW)
    assert (count.agreement, count.useful, count.not_useful) == ("ship-paid-order", 1, 1)


def rate_at(store: Store, actor: str, moment: Instant, useful: bool, of: str) -> None:
    ask = Asked(of, actor, "", f"{actor}{of}{moment}")
    answering.rate_alert(ask, Desk(store, everybody_at_once(())), moment, useful)


def test_a_rating_counts_in_the_week_in_which_it_was_given(store: Store) -> None:
    other = a_promise("2", agreement="approve-refund")
    hear(store, warned(2), warned(2, other))
    monday = at("00:00")
    moments = {"before": monday - 1, "first": monday, "last": monday + WEEK - 1}
    for actor, moment in moments.items():
        rate_at(store, actor, moment, actor != "last", key())
    rate_at(store, "old", monday - WEEKS * WEEK, True, key(other))
    rate_at(store, "oldest-shown", monday - (WEEKS - 1) * WEEK, False, key(other))
    refunds, parcels = store.ratings(monday + WEEK - 1)
    assert parcels.weeks[-2:] == (WeekCount(monday - WEEK, 1, 0), WeekCount(monday, 1, 1))
    assert (parcels.useful, parcels.not_useful, len(parcels.weeks)) == (2, 1, WEEKS)
    assert refunds.weeks[0] == WeekCount(monday - (WEEKS - 1) * WEEK, 0, 1)
    assert (refunds.agreement, refunds.useful, refunds.not_useful) == ("approve-refund", 1, 1)
    (_, later) = store.ratings(monday + WEEK)
    assert later.weeks[-2:] == (WeekCount(monday, 1, 1), WeekCount(monday + WEEK, 0, 0))


def test_saying_the_same_again_later_does_not_move_a_rating(store: Store) -> None:
    hear(store, warned(2))
    for moment in (NOW, NOW + WEEK):
        rate_at(store, "ann", moment, True, key())
    (count,) = store.ratings(NOW + WEEK)
    assert [each.useful for each in count.weeks[-2:]] == [1, 0]


def test_a_rating_without_a_moment_counts_in_the_week_of_its_alert(store: Store) -> None:
    hear(store, warned(2))
    alert = store.get(key())
    assert alert
    rate_at(store, "ann", 0, True, key())
    (count,) = store.ratings(alert.opened_at + WEEK)
    assert [each.useful for each in count.weeks[-2:]] == [1, 0]


def test_mongo_finds_what_was_rated_by_an_index(
    client: "MongoClient[Row]", fresh_database: Settings, mongo_store: MongoAlertStore
) -> None:
    alerts = client[fresh_database.mongo.database]["alerts.alerts"]
    plan = alerts.find(RATED).explain()["queryPlanner"]["winningPlan"]
    assert plan["inputStage"]["indexName"] == "content.ratings.actor_1"


def test_snoozes_that_have_ended_are_found_and_no_others(store: Store) -> None:
    desk = Desk(store, everybody_at_once(()))
    for order, until in (("1", "15:30"), ("2", "15:40"), ("3", "15:50")):
        promise = a_promise(order)
        hear(store, warned(2, promise))
        actions.snooze_alert(SnoozeUntil(key(promise), "ann", at(until)), desk, NOW)
    assert orders(list(store.awakening(at("15:40"), 10))) == ["1", "2"]
    assert orders(list(store.awakening(at("16:00"), 1))) == ["1"]
    assert handlers.wake(desk, at("15:40")) == 2
    assert orders(list(store.awakening(at("15:40"), 10))) == []


def test_what_is_in_hand_for_a_while_and_what_climbs_are_found_when_it_is_time(
    store: Store,
) -> None:
    rungs = (Rung(("log",)), Rung(("webhook",), span(minutes=10)))
    ladder = Ladder("short", rungs, acknowledged_for=span(minutes=20))
    desk = Desk(store, Escalation({"short": ladder}, (Route("short"),)))
    for order in ("1", "2"):
        handlers.hear(warned(2, a_promise(order)), desk, NOW)
    actions.acknowledge_alert(Acknowledge(key(a_promise("2")), "ann"), desk, NOW)
    assert orders(list(store.awakening(NOW + span(minutes=10) - 1, 10))) == []
    assert orders(list(store.awakening(NOW + span(minutes=10), 10))) == ["1"]
    assert orders(list(store.awakening(NOW + span(minutes=20), 10))) == ["1", "2"]
    assert handlers.wake(desk, NOW + span(minutes=20)) == 2
    assert orders(list(store.awakening(NOW + span(hours=9), 10))) == ["2"]


def test_silences_are_there_until_they_end_and_as_they_were_changed_last(store: Store) -> None:
    wanted = Matcher(
        owed_by=frozenset({"operations", "finance"}), conditions=frozenset({"at_risk"})
    )
    long = Silence("s1", wanted, at("15:00"), at("18:00"), "ann", "stocktaking")
    short = replace(long, id="s2", ends_at=at("16:00"))
    for each in (long, short):
        store.keep_silence(each, BEGUN)
    assert list(store.silences(at("15:59"))) == [short, long]
    assert list(store.silences(at("16:00"))) == [long]
    store.keep_silence(replace(long, ends_at=at("15:30")), BEGUN)
    assert list(store.silences(at("15:30"))) == [short]
    assert store.silence("s1") == replace(long, ends_at=at("15:30"))
    assert store.silence("s3") is None


def test_only_alerts_without_an_end_stand(store: Store) -> None:
    other = a_promise("2")
    hear(store, warned(2), warned(2, other), ended(revision=3, promise=other))
    assert store.standing() == {a_promise().promise_id}
    assert store.count_standing() == 1


def test_a_claim_says_since_when_it_is_tried_by_each_receiver(store: Store) -> None:
    (notice,) = hear(store, warned()).notices
    assert store.claim(alone(notice), "log", "a", NOW) == NOW
    assert store.claim(alone(notice), "log", "a", NOW + SECOND) == NOW
    assert store.claim(alone(notice), "log", "b", NOW + SECOND) is None
    assert store.claim(alone(notice), "webhook", "b", NOW + SECOND) == NOW + SECOND
    store.settle([notice], "log")
    assert store.claim(alone(notice), "log", "a", NOW + SECOND) is None


def test_what_one_does_not_take_waits_for_its_fallback(store: Store) -> None:
    (notice,) = hear(store, warned()).notices
    assert not store.passed_on([key()], "log")
    store.settle([notice], "log", "answered 400", fallback="pager")
    assert (waiting(store, "log"), waiting(store, "pager")) == ([], [Reason.FIRST_NOTICE])
    assert waiting(store, "webhook") == [Reason.FIRST_NOTICE]
    assert store.passed_on([key()], "log")
    assert not store.passed_on([key()], "webhook")
    assert not store.passed_on([key(a_promise("2"))], "log")


def test_what_was_never_tried_can_be_dropped_for_one_receiver(store: Store) -> None:
    first = hear(store, warned(2)).notices[0]
    last = hear(store, ended(revision=3)).notices[0]
    assert store.drop([first, last], "log")
    assert (waiting(store, "log"), len(waiting(store, "webhook"))) == ([], 2)
    assert not store.drop([first, last], "log")


def test_what_was_ever_tried_is_not_dropped_nor_anything_behind_it(store: Store) -> None:
    first = hear(store, warned(2)).notices[0]
    last = hear(store, ended(revision=3)).notices[0]
    assert store.claim(alone(first), "log", "a", NOW)
    assert not store.drop([first, last], "log")
    assert len(waiting(store, "log")) == 2


def a_release(**changes: str) -> Release:
    request = Release(a_promise().promise_id, "ann", "sold out", "release-1")
    return replace(request, **changes)


def test_a_release_has_one_effect_a_key(store: Store) -> None:
    assert store.released(a_release()) is None
    first = store.release(a_release(), a_promise(), RELEASED)
    assert store.release(a_release(), a_promise(), replace(RELEASED, at=NOW + SECOND)) == first
    assert store.released(a_release()) == first


@pytest.mark.parametrize("other", [{"reason": "gone"}, {"actor": "bob"}, {"promise_id": "p"}])
def test_a_key_means_one_release_only(store: Store, other: dict[str, str]) -> None:
    store.release(a_release(), a_promise(), RELEASED)
    with pytest.raises(Refused) as refused:
        store.release(a_release(**other), a_promise(), RELEASED)
    assert (refused.value.code, refused.value.field) == (RefusalCode.CONFLICT, "idempotency_key")


def test_a_release_is_an_event_of_those_on_call(
    mongo_store: MongoAlertStore, outbox: Outbox
) -> None:
    event_id = mongo_store.release(a_release(), a_promise(), RELEASED)
    assert outbox.news.is_set()
    mongo_store.release(a_release(), a_promise(), RELEASED)
    (row,) = waiting_rows(outbox)
    envelope = decode_envelope(row.record.value)
    assert (row.record.topic, row.record.key) == ("handoff.oncall.v1", b"order/4711")
    assert (envelope.id, envelope.party, envelope.actor) == (event_id, "oncall", "ann")
    assert (envelope.subject, envelope.occurred_at) == ("order/4711", NOW)
    assert decode_event(envelope.type, envelope.body) == PromiseReleased(
        a_promise().promise_id, "sold out"
    )


def test_a_dispute_is_an_event_of_those_on_call_once(
    mongo_store: MongoAlertStore, outbox: Outbox
) -> None:
    desk = Desk(mongo_store, everybody_at_once(("log",)))
    hear(mongo_store, breached())
    assert not outbox.news.is_set()
    for _ in range(2):
        answering.dispute_verdict(Asked(key(), "ann", "it left on time", "k"), desk, NOW, "")
        assert outbox.news.is_set()
    (row,) = waiting_rows(outbox)
    envelope = decode_envelope(row.record.value)
    assert (row.record.topic, row.record.key) == ("handoff.oncall.v1", b"order/4711")
    assert (envelope.actor, envelope.occurred_at) == ("ann", NOW)
    assert decode_event(envelope.type, envelope.body) == PromiseDisputed(
        a_promise().promise_id, "operations", "it left on time"
    )


def test_an_alert_and_its_notices_are_kept_together_or_not_at_all(
    mongo_store: MongoAlertStore, client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    """The notice is written last; where it cannot be, the alert is not there either."""
    database = client[fresh_database.mongo.database]
    database.command("collMod", "alerts.notices", validator={"never": {"$exists": True}})
    with pytest.raises(Exception, match="failed validation"):
        mongo_store.change(a_promise().promise_id, partial(_addressed, breached()))
    assert history(mongo_store) == History()


def _addressed(word: Word, found: History) -> Decision:
    decision = decide(found, word, NOW)
    notices = tuple(replace(notice, receivers=("log",)) for notice in decision.notices)
    return replace(decision, notices=notices)
