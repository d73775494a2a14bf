"""The audit beside what it tells of: each action has its entry, or neither is there."""

import threading
from dataclasses import replace
from functools import partial

import pytest
from pymongo import MongoClient

from services.alerts import actions, handlers
from services.alerts.audit_store import ENTRIES, HEADS, MongoAudit
from services.alerts.domain.alert import Decision, History, Reason
from services.alerts.domain.audit.chain import START, Act, Action, Entry
from services.alerts.domain.audit.verifying import Tampering, Wrong, verify
from services.alerts.domain.audit.wanted import Wanted
from services.alerts.domain.ladders import everybody_at_once
from services.alerts.domain.matching import Matcher
from services.alerts.domain.requests import Acknowledge, Release, SnoozeUntil
from services.alerts.domain.silences import Silence
from services.alerts.handlers import Desk
from services.alerts.oncall_events import SOURCE
from services.alerts.store import MongoAlertStore
from services.shared.errors import RefusalCode, Refused
from services.shared.mongo import Row
from services.shared.outbox import Outbox
from services.shared.settings import Settings
from tests.alert_twins import MemoryAlertStore, MemoryLedger
from tests.alerting import a_promise, at, breached, key, warned

NOW = at("15:25")
AnyStore = MemoryAlertStore | MongoAlertStore


@pytest.fixture(params=["memory", "mongo"])
def store(request: pytest.FixtureRequest) -> AnyStore:
    if request.param == "memory":
        return MemoryAlertStore()
    store: MongoAlertStore = request.getfixturevalue("mongo_store")
    return store


@pytest.fixture
def mongo_store(client: "MongoClient[Row]", fresh_database: Settings) -> MongoAlertStore:
    name = fresh_database.mongo.database
    store = MongoAlertStore(client, name, Outbox(client, name, SOURCE))
    store.prepare()
    return store


def desk_of(store: AnyStore) -> Desk:
    return Desk(store, everybody_at_once(("log",)))


def hear(store: AnyStore, order: str = "4711") -> str:
    promise = a_promise(order)
    handlers.hear(warned(2, promise), desk_of(store), NOW)
    return key(promise)


def entries(store: AnyStore) -> list[Entry]:
    return list(store.audit.entries())


def acts(store: AnyStore) -> list[Act]:
    return [entry.act for entry in entries(store)]


def test_before_anybody_did_anything_it_is_empty(store: AnyStore) -> None:
    hear(store)
    assert (entries(store), store.audit.head()) == ([], START)


def test_what_a_person_did_is_kept_with_what_it_changed(store: AnyStore) -> None:
    hear(store)
    actions.acknowledge_alert(Acknowledge(key(), "ann", "on it"), desk_of(store), NOW)
    (act,) = acts(store)
    assert act == Act(
        actor="ann",
        action=Action.ACKNOWLEDGE,
        about=key(),
        at=NOW,
        reason="on it",
        subject="order/4711",
        before={"state": "open"},
        after={"state": "acknowledged", "in_hand_of": "ann"},
    )


def test_a_page_has_the_newest_below_where_it_begins(store: AnyStore) -> None:
    for order in ("1", "2", "3"):
        hear(store, order)
        acknowledge = Acknowledge(key(a_promise(order)), "ann")
        actions.acknowledge_alert(acknowledge, desk_of(store), NOW)
    pages = [
        [entry.number for entry in store.audit.find(wanted)]
        for wanted in (Wanted(), Wanted(limit=2), Wanted(before=2), Wanted(before=3, limit=1))
    ]
    assert pages == [[1, 2, 3], [2, 3], [1], [2]]


def test_what_is_so_already_is_no_act(store: AnyStore) -> None:
    hear(store)
    for actor in ("ann", "ann", "bob"):
        actions.acknowledge_alert(Acknowledge(key(), actor), desk_of(store), NOW)
    assert [act.actor for act in acts(store)] == ["ann"]


def test_what_is_done_elsewhere_is_recorded_once_a_request(store: AnyStore) -> None:
    act = Act("ann", Action.REDRIVE, "letter/0/7", NOW, "mended", request="k")
    for _ in range(2):
        store.audit.record(act)
    store.audit.record(replace(act, about="letter/0/8"))
    assert [each.about for each in acts(store)] == ["letter/0/7", "letter/0/8"]
    assert verify(entries(store)) is None
    with pytest.raises(Refused, match="idempotency_key"):
        store.audit.record(replace(act, actor="bob"))


def test_what_is_refused_is_no_act(store: AnyStore) -> None:
    with pytest.raises(Refused):
        actions.acknowledge_alert(Acknowledge("al-none", "ann"), desk_of(store), NOW)
    assert acts(store) == []


def test_every_action_has_its_entry_in_one_chain(store: AnyStore) -> None:
    hear(store)
    desk, ledger = desk_of(store), MemoryLedger()
    ledger.say(breached())
    actions.snooze_alert(SnoozeUntil(key(), "ann", at("16:00"), "lunch"), desk, NOW)
    wanted = Matcher(owed_by=frozenset({"operations", "finance"}))
    actions.begin_silence(Silence("s1", wanted, NOW, at("18:00"), "bob", "moving"), desk, NOW)
    actions.end_silence("s1", "cid", desk, at("15:30"))
    release = Release(a_promise().promise_id, "dan", "gone", "release-1")
    for _ in range(2):
        event = actions.release_promise(release, desk, ledger, at("15:31"))
    snoozed, begun, ended, released = acts(store)
    assert (snoozed.action, snoozed.reason) == (Action.SNOOZE, "lunch")
    assert snoozed.after == {"state": "snoozed", "snoozed_until": "2026-11-02T16:00:00Z"}
    assert (begun.actor, begun.about, begun.reason) == ("bob", "s1", "moving")
    assert begun.after == {
        "owed_by": "finance, operations",
        "starts_at": "2026-11-02T15:25:00Z",
        "ends_at": "2026-11-02T18:00:00Z",
    }
    assert (ended.actor, ended.before) == ("cid", {"ends_at": "2026-11-02T18:00:00Z"})
    assert ended.after == {"ends_at": "2026-11-02T15:30:00Z"}
    assert (released.about, released.reason) == (a_promise().promise_id, "gone")
    assert (released.subject, released.after) == ("order/4711", {"event": event.hex()})
    assert verify(entries(store), [store.audit.head()]) is None


def test_those_who_act_at_once_have_one_chain_without_gaps(store: AnyStore) -> None:
    keys = [hear(store, str(order)) for order in range(8)]
    barrier, desk = threading.Barrier(8), desk_of(store)

    def act(of: str) -> None:
        barrier.wait()
        actions.acknowledge_alert(Acknowledge(of, "ann"), desk, NOW)

    threads = [threading.Thread(target=act, args=(each,)) for each in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.number for entry in entries(store)] == list(range(1, 9))
    assert sorted(act.about for act in acts(store)) == sorted(keys)
    assert verify(entries(store), [store.audit.head()]) is None


def test_processes_that_act_at_once_have_one_chain(
    mongo_store: MongoAlertStore, client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    name = fresh_database.mongo.database
    keys = [hear(mongo_store, str(order)) for order in range(3)]
    barrier = threading.Barrier(3)

    def act(of: str) -> None:
        another = MongoAlertStore(client, name, Outbox(client, name, SOURCE))
        barrier.wait()
        actions.acknowledge_alert(Acknowledge(of, "ann"), desk_of(another), NOW)

    threads = [threading.Thread(target=act, args=(each,)) for each in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.number for entry in entries(mongo_store)] == [1, 2, 3]
    assert verify(entries(mongo_store), [mongo_store.audit.head()]) is None


def test_a_request_has_one_effect_and_one_meaning(store: AnyStore) -> None:
    hear(store)
    wish = Act("ann", Action.SNOOZE, key(), NOW, "lunch", request="k")

    def decide(history: History) -> Decision:
        alert = history.alerts[0]
        changed = replace(alert, revision=alert.revision + 1)
        return Decision(history.having(changed), Reason.SNOOZED, act=wish)

    change = partial(store.change, a_promise().promise_id, decide)
    assert change(wish).reason is Reason.SNOOZED
    assert change(replace(wish, at=NOW + 1)).reason is Reason.REPEATED
    with pytest.raises(Refused) as refused:
        change(replace(wish, actor="bob"))
    assert (refused.value.code, refused.value.field) == (RefusalCode.CONFLICT, "idempotency_key")
    assert change(replace(wish, about="al-other")).reason is Reason.SNOOZED
    assert len(acts(store)) == 2


def test_an_action_that_cannot_be_recorded_does_not_happen(
    mongo_store: MongoAlertStore, client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    hear(mongo_store)
    database = client[fresh_database.mongo.database]
    database.command("collMod", ENTRIES, validator={"never": {"$exists": True}})
    before = mongo_store.get(key())
    with pytest.raises(Exception, match="failed validation"):
        actions.acknowledge_alert(Acknowledge(key(), "ann"), desk_of(mongo_store), NOW)
    assert mongo_store.get(key()) == before
    assert mongo_store.audit.head() == START


def test_an_action_that_cannot_be_saved_is_not_recorded(
    mongo_store: MongoAlertStore, client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    hear(mongo_store)
    database = client[fresh_database.mongo.database]
    database.command("collMod", "alerts.alerts", validator={"never": {"$exists": True}})
    with pytest.raises(Exception, match="failed validation"):
        actions.acknowledge_alert(Acknowledge(key(), "ann"), desk_of(mongo_store), NOW)
    assert (acts(mongo_store), mongo_store.audit.head()) == ([], START)


@pytest.fixture
def five(mongo_store: MongoAlertStore) -> MongoAudit:
    """Five acts of ann and bob, in turn."""
    for number, actor in enumerate(("ann", "bob", "ann", "bob", "ann")):
        acknowledged = Acknowledge(hear(mongo_store, str(number)), actor)
        actions.acknowledge_alert(acknowledged, desk_of(mongo_store), NOW + number)
    return mongo_store.audit


def test_what_is_asked_for_is_listed_in_order(five: MongoAudit) -> None:
    def numbers(wanted: Wanted) -> list[int]:
        return [entry.number for entry in five.find(wanted)]

    assert numbers(Wanted()) == [1, 2, 3, 4, 5]
    assert numbers(Wanted(actor="bob")) == [2, 4]
    assert numbers(Wanted(key="order/2")) == numbers(Wanted(key=key(a_promise("2")))) == [3]
    assert numbers(Wanted(since=NOW + 3)) == [4, 5]
    assert numbers(Wanted(actor="bob", since=NOW + 3)) == [4]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("act.actor", "eve"),
        ("act.at", 1.0),
        ("act.reason", None),
        ("act.extra", "x"),
        ("number", "3"),
        ("hash", "0" * 64),
    ],
)
def test_whatever_is_edited_in_mongo_is_found(
    five: MongoAudit,
    client: "MongoClient[Row]",
    fresh_database: Settings,
    field: str,
    value: object,
) -> None:
    rows = client[fresh_database.mongo.database][ENTRIES]
    rows.update_one({"_id": 3}, {"$set": {field: value}})
    wrong = verify(five.entries(), [five.head()])
    assert wrong is not None
    assert wrong.number == 3


def test_a_field_that_is_taken_away_in_mongo_is_found(
    five: MongoAudit, client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    client[fresh_database.mongo.database][ENTRIES].update_one({"_id": 2}, {"$unset": {"act": ""}})
    assert verify(five.entries()) == Wrong(2, Tampering.EDITED)


def test_deletions_swaps_and_truncations_in_mongo_are_found(
    five: MongoAudit, client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    rows = client[fresh_database.mongo.database][ENTRIES]
    anchor = five.head()
    second, fourth = rows.find_one({"_id": 2}), rows.find_one({"_id": 4})
    assert second is not None
    assert fourth is not None
    rows.replace_one({"_id": 2}, {**fourth, "_id": 2})
    rows.replace_one({"_id": 4}, {**second, "_id": 4})
    assert verify(five.entries()) == Wrong(2, Tampering.SWAPPED)
    rows.delete_one({"_id": 2})
    assert verify(five.entries()) == Wrong(2, Tampering.SWAPPED), "its content still lies elsewhere"
    rows.delete_one({"_id": 4})
    assert verify(five.entries()) == Wrong(2, Tampering.DELETED)
    rows.replace_one({"_id": 2}, second, upsert=True)
    rows.delete_many({"_id": {"$gte": 3}})
    assert verify(five.entries(), [five.head()]) == Wrong(3, Tampering.TRUNCATED)
    head = {"number": 2, "hash": second["hash"]}
    client[fresh_database.mongo.database][HEADS].update_one({}, {"$set": head})
    assert verify(five.entries(), [five.head()]) is None, "who owns the database owns the head"
    assert verify(five.entries(), [anchor]) == Wrong(3, Tampering.TRUNCATED)


def test_a_head_that_was_taken_away_is_made_again_from_the_entries(
    five: MongoAudit, client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    head = five.head()
    client[fresh_database.mongo.database][HEADS].delete_many({})
    five.prepare()
    assert five.head() == head
