"""The alerts service as a process, on a real Kafka and mongod, with a webhook to talk to."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from handoff.v1 import alerts_pb2, alerts_pb2_grpc

from services.alerts.domain.posts import ALERTS_A_POST
from services.shared.bus import Received
from services.shared.bus_kafka import KafkaSubscriber
from services.shared.codec import decode_envelope
from services.shared.settings import Settings
from services.shared.subjects import DEAD_LETTERS_TOPIC, VERDICTS_TOPIC
from tests.alerting import a_promise, breached, key, warned
from tests.component.alerts.harness import verdict
from tests.e2e.alerts_process import TRACE, AlertsProcess
from tests.e2e.webhook import Hook
from tests.polling import until

LOADED_S = 180.0
"""A killed member leaves its group when its session ends; a loaded machine takes its time."""


@pytest.fixture
def service(
    fresh_topics: Settings,
    hook: Hook,
    tmp_path: Any,  # noqa: ANN401 - pytest's own path
) -> Iterator[AlertsProcess]:
    service = AlertsProcess(
        fresh_topics,
        {
            "HANDOFF_ALERTS__WEBHOOK_URL": hook.url,
            "HANDOFF_HOME": str(tmp_path),
            "HANDOFF_SPANS_FILE": str(tmp_path / "spans"),
            "HANDOFF_ALERTS__AUDIT_ANCHOR": str(tmp_path / "anchors"),
        },
    )
    yield service
    service.stop()


def first_of(settings: Settings, topic: str) -> Received:
    """The first record of a topic, as soon as there is one."""
    subscriber = KafkaSubscriber(settings.kafka, None, [topic], from_start=True)
    try:
        return until(lambda: subscriber.poll(0.5), f"a record in {topic}")[0]
    finally:
        subscriber.close()


def test_a_verdict_becomes_a_post_and_people_answer_it(
    service: AlertsProcess, hook: Hook, publish: Callable[..., None], fresh_topics: Settings
) -> None:
    service.start()
    service.wait_until_ready()
    _the_receiver_is_away_and_comes_back(service, hook, publish)
    assert hook.alerts() == [(key(), "first_notice"), (key(), "worsened")]
    assert len(hook.posts) == 2
    assert "operations owes sales “parcel handed over” for order 4711" in hook.posts[0][1]["text"]

    letter = first_of(fresh_topics, DEAD_LETTERS_TOPIC)
    assert dict(letter.headers)["reason"] == b"undecodable"
    assert (letter.value, dict(letter.headers)["handler"]) == (b"\xff poison", b"alerts")

    _people_answer(service)
    acts = json.loads(service.command("audit", "list", "--json"))
    assert [entry["act"]["action"] for entry in acts] == ["acknowledge", "release"]
    envelope = decode_envelope(first_of(fresh_topics, "handoff.oncall.v1").value)
    assert (envelope.type, envelope.actor) == ("oncall.PromiseReleased", "ann")

    _spans_are_linked(service)
    began = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - began < 5
    assert "of which 2 are anchored" in service.command("audit", "verify")


def _the_receiver_is_away_and_comes_back(
    service: AlertsProcess, hook: Hook, publish: Callable[..., None]
) -> None:
    hook.answer = 503
    publish(b"\xff poison", verdict(warned()), verdict(warned()), verdict(breached()))
    until(lambda: service.sent("webhook", "failed"), "a try has failed")
    until(lambda: service.sent("log", "delivered") == 2, "the log does not wait for the webhook")
    assert service.sent("webhook", "delivered") == 0
    hook.answer = 204
    until(lambda: service.sent("webhook", "delivered") == 2, "both notices are posted", 60)


def _people_answer(service: AlertsProcess) -> None:
    inbox = {each["key"]: each for each in json.loads(service.command("inbox", "--json", code=1))}
    assert (inbox[key()]["state"], inbox[key()]["condition"]) == ("open", "breached")
    with grpc.insecure_channel(f"127.0.0.1:{service.grpc}") as channel:
        stub = alerts_pb2_grpc.AlertsServiceStub(channel)
        acknowledge = alerts_pb2.AcknowledgeAlertRequest(key=key(), actor="ann")
        assert stub.AcknowledgeAlert(acknowledge).alert.acknowledged_by == "ann"
        stub.ReleasePromise(
            alerts_pb2.ReleasePromiseRequest(
                promise_id=a_promise().promise_id, actor="ann", reason="gone", idempotency_key="k"
            )
        )


def _spans_are_linked(service: AlertsProcess) -> None:
    with open(service.environment["HANDOFF_SPANS_FILE"]) as file:
        spans = [json.loads(line) for line in file]
    processed = [span for span in spans if span["name"] == f"process {VERDICTS_TOPIC}"]
    notified = [span for span in spans if span["name"] == "notify webhook" and not span["failed"]]
    assert {link["trace_id"] for span in processed for link in span["links"]} == {TRACE}
    assert {link["span_id"] for span in notified for link in span["links"]} <= {
        span["span_id"] for span in processed
    }
    assert len(notified) == 2


def test_killed_twice_on_the_way_it_loses_nothing_and_tells_nothing_twice(
    service: AlertsProcess, hook: Hook, publish: Callable[..., None]
) -> None:
    promises = [a_promise(str(order)) for order in range(60)]
    service.start()
    service.wait_until_ready()
    publish(*(verdict(warned(2, promise)) for promise in promises))
    until(lambda: len(hook.posts) >= 1, "some are posted")
    service.kill()
    publish(*(verdict(breached(3, promise)) for promise in promises))
    service.start()
    until(lambda: len(hook.alerts()) >= 70, "some more are posted", LOADED_S)
    service.kill()
    service.start()
    expected = sorted(
        (key(promise), reason) for promise in promises for reason in ("first_notice", "worsened")
    )
    until(lambda: len(hook.alerts()) >= len(expected), "all are posted", LOADED_S)
    assert hook.alerts() == expected
    extra = len(hook.posts) - len({id for id, _ in hook.posts})
    assert extra <= 2, "no more posts than kills can have cut off"
    told = Counter(each["id"] for _, post in hook.posts for each in post["alerts"])
    assert sum(told.values()) - len(told) <= 2 * ALERTS_A_POST, "only what those posts held"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HANDOFF_KAFKA__BOOTSTRAP", "127.0.0.1:1", "Cannot reach Kafka at 127.0.0.1:1"),
        ("HANDOFF_MONGO__URI", "mongodb://127.0.0.1:1/?replicaSet=none", "Cannot reach Mongo at"),
    ],
)
def test_without_a_server_it_says_which_address_it_cannot_reach(
    service: AlertsProcess, name: str, value: str, says: str
) -> None:
    service.environment[name] = value
    service.start()
    until(lambda: says in str(service.readiness()), "it says what it cannot reach", 60)
    assert service.stop() == 0
