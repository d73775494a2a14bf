"""Dead letters are sent again by who may, with a reason, and the audit has it."""

from collections.abc import Sequence

import grpc
import pytest
from handoff.v1 import alerts_pb2, alerts_pb2_grpc

from services.alerts import redriving
from services.alerts.domain.audit.chain import Act, Action
from services.alerts.domain.requests import KEYS_LIMIT, TEXT_LENGTH_LIMIT, Redrive
from services.alerts.redriving import redrive_letters
from services.shared.bus import Received
from services.shared.clock import iso
from services.shared.consuming import dead_letter
from services.shared.errors import RefusalCode, Refused
from tests.component.alerts.harness import InMemoryAlerts

SALES, FINANCE = "handoff.sales.v1", "handoff.finance.v1"
Stub = alerts_pb2_grpc.AlertsServiceStub


def die(alerts: InMemoryAlerts, reason: str, count: int = 1, topic: str = SALES) -> Sequence[str]:
    """The ids of as many new dead letters, each of an order of its own."""
    bus = alerts.bus
    before = set(ids(alerts))
    for number in range(count):
        record = Received(topic, 2, number, f"order/{number}".encode(), b"v", (), 0)
        bus.append([dead_letter(record, reason, "tracker", alerts.clock.now())])
    return [id for id in ids(alerts) if id not in before]


def ids(alerts: InMemoryAlerts) -> list[str]:
    return [f"{each.partition}/{each.offset}" for each in alerts.letters.read()]


def redrive(alerts: InMemoryAlerts, *ids: str, reason: str = "", request: str = "k") -> list[str]:
    wanted = Redrive(ids, reason, "ann", "the codec is mended", request)
    audit, now = alerts.store.audit, alerts.clock.now()
    return list(redrive_letters(wanted, alerts.post, audit, now))


def acts(alerts: InMemoryAlerts) -> list[Act]:
    return [entry.act for entry in alerts.store.audit.entries()]


def test_all_of_a_reason_go_back_and_no_others(alerts: InMemoryAlerts) -> None:
    wrong = die(alerts, "wrong_key", 3)
    die(alerts, "too_large", topic=FINANCE)
    assert sorted(redrive(alerts, reason="wrong_key")) == sorted(wrong)
    assert sorted(each.key for each in alerts.bus.records(SALES)) == [
        b"order/0",
        b"order/1",
        b"order/2",
    ]
    assert alerts.bus.records(FINANCE) == []


def test_the_audit_says_who_sent_what_where_and_why(alerts: InMemoryAlerts) -> None:
    die(alerts, "wrong_key", 2)
    die(alerts, "wrong_key", topic=FINANCE)
    redrive(alerts, reason="wrong_key")
    now = alerts.clock.now()
    assert acts(alerts) == [
        Act(
            actor="ann",
            action=Action.REDRIVE,
            about="letters/wrong_key",
            at=now,
            reason="the codec is mended",
            before={"reason": "wrong_key", "dead_letters": "3", "failed_at": iso(now)},
            after={"sent_again": "3", "sent_to": f"{FINANCE}, {SALES}"},
            request="k",
        )
    ]


def test_each_letter_that_was_named_has_an_entry_of_its_own(alerts: InMemoryAlerts) -> None:
    named = die(alerts, "wrong_key", 3)[:2]
    assert sorted(redrive(alerts, *named)) == sorted(named)
    assert sorted(act.about for act in acts(alerts)) == sorted(f"letter/{id}" for id in named)
    assert len(alerts.bus.records(SALES)) == 2


def test_the_same_request_again_is_in_the_audit_once(alerts: InMemoryAlerts) -> None:
    die(alerts, "wrong_key")
    for _ in range(2):
        redrive(alerts, reason="wrong_key")
    assert len(acts(alerts)) == 1
    redrive(alerts, reason="wrong_key", request="another")
    assert len(acts(alerts)) == 2


def test_a_reason_has_as_many_letters_as_the_limit_and_no_more(
    alerts: InMemoryAlerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redriving, "LETTERS_LIMIT", 3)
    die(alerts, "wrong_key", 3)
    assert len(redrive(alerts, reason="wrong_key")) == 3
    die(alerts, "wrong_key")
    with pytest.raises(Refused, match="More than 3 dead letters") as refused:
        redrive(alerts, reason="wrong_key", request="another")
    assert refused.value.code is RefusalCode.FULL
    assert (len(acts(alerts)), len(alerts.bus.records(SALES))) == (1, 3)


@pytest.mark.parametrize("topic", ["handoff.dead-letters.v1", "__consumer_offsets", ""])
def test_a_letter_goes_to_no_topic_but_ours(alerts: InMemoryAlerts, topic: str) -> None:
    (forged,) = die(alerts, "wrong_key", topic=topic)
    lying = len(ids(alerts))
    with pytest.raises(Refused, match=f"came from '{topic}', which is no topic of events"):
        redrive(alerts, forged)
    assert (acts(alerts), len(ids(alerts))) == ([], lying)


def test_a_verdict_goes_back_to_the_verdicts(alerts: InMemoryAlerts) -> None:
    (letter,) = die(alerts, "undecodable", topic="handoff.verdicts.v1")
    redrive(alerts, letter)
    assert len(alerts.bus.records("handoff.verdicts.v1")) == 1


def test_what_is_not_there_is_not_found(alerts: InMemoryAlerts) -> None:
    (there,) = die(alerts, "wrong_key")
    for wanted in ({"reason": "none"}, {"request": "k"}):
        names = () if "reason" in wanted else (there, "3/99")
        with pytest.raises(Refused) as refused:
            redrive(alerts, *names, **wanted)
        assert refused.value.code is RefusalCode.NOT_FOUND
    assert (acts(alerts), alerts.bus.records(SALES)) == ([], [])


def test_without_kafka_nothing_is_done_and_may_be_asked_again(alerts: InMemoryAlerts) -> None:
    die(alerts, "wrong_key")
    alerts.letters.readable = False
    with pytest.raises(Refused, match="Try again in a moment") as refused:
        redrive(alerts, reason="wrong_key")
    assert (refused.value.retryable, acts(alerts)) == (True, [])


def test_what_kafka_did_not_take_is_in_the_audit_and_sent_when_asked_again(
    alerts: InMemoryAlerts,
) -> None:
    die(alerts, "wrong_key")
    alerts.letters.writable = False
    with pytest.raises(Refused, match="Cannot publish") as refused:
        redrive(alerts, reason="wrong_key")
    assert (refused.value.retryable, len(acts(alerts))) == (True, 1)
    alerts.letters.writable = True
    redrive(alerts, reason="wrong_key")
    assert (len(acts(alerts)), len(alerts.bus.records(SALES))) == (1, 1)


def asked(**fields: object) -> alerts_pb2.RedriveLettersRequest:
    usual = {"actor": "ann", "words": "mended", "idempotency_key": "k"} | fields
    return alerts_pb2.RedriveLettersRequest(**usual)  # type: ignore[arg-type]


def test_a_request_names_as_many_letters_as_the_limit_and_no_more(
    alerts: InMemoryAlerts, service: Stub
) -> None:
    letters = die(alerts, "wrong_key", KEYS_LIMIT + 1)
    sent = service.RedriveLetters(asked(ids=letters[:KEYS_LIMIT])).ids
    assert sorted(sent) == sorted(letters[:KEYS_LIMIT])
    with pytest.raises(grpc.RpcError) as refused:
        service.RedriveLetters(asked(ids=letters, idempotency_key="l"))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert len(alerts.bus.records(SALES)) == KEYS_LIMIT


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"ids": ["0/0"], "reason": "wrong_key"},
        {"reason": "wrong_key", "actor": " "},
        {"reason": "wrong_key", "words": ""},
        {"reason": "wrong_key", "words": "x" * (TEXT_LENGTH_LIMIT + 1)},
        {"reason": "wrong_key", "idempotency_key": ""},
        {"ids": [""]},
    ],
)
def test_a_wrong_request_sends_nothing(
    alerts: InMemoryAlerts, service: Stub, wrong: dict[str, object]
) -> None:
    die(alerts, "wrong_key")
    with pytest.raises(grpc.RpcError) as refused:
        service.RedriveLetters(asked(**wrong))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (acts(alerts), alerts.bus.records(SALES)) == ([], [])
