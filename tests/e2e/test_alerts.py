"""The alerts service as a process, on a real Kafka and mongod, with a webhook to talk to."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import grpc
import httpx
import pytest
from handoff.v1 import alerts_pb2, alerts_pb2_grpc

from services.local.ports import Ports
from services.shared.bus import Received, Record
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.codec import decode_envelope
from services.shared.settings import Settings
from services.shared.subjects import DEAD_LETTERS_TOPIC, VERDICTS_TOPIC
from tests import asking
from tests.alerting import a_promise, breached, key, warned
from tests.component.alerts.harness import verdict
from tests.e2e.webhook import Hook
from tests.polling import until

LOADED_S = 180.0
"""A killed member leaves its group when its session ends; a loaded machine takes its time."""
TRACE = "0af7651916cd43dd8448eb211c80319c"
STOP_DEADLINE_S = 10.0


class Service:
    """`python -m services.alerts`, to be started, killed and asked."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        ports = Ports(prefer_usual=False)
        self.grpc, self.http = ports.take(7106), ports.take(7206)
        ports.release()
        self.environment = {
            **os.environ,
            "HANDOFF_KAFKA__BOOTSTRAP": settings.kafka.bootstrap,
            "HANDOFF_MONGO__URI": settings.mongo.uri,
            "HANDOFF_MONGO__DATABASE": settings.mongo.database,
            "HANDOFF_ENDPOINTS__ALERTS__GRPC": str(self.grpc),
            "HANDOFF_ENDPOINTS__ALERTS__HTTP": str(self.http),
            "HANDOFF_ENDPOINTS__TRACKER__GRPC": "1",
            "HANDOFF_LOG": "json",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "services.alerts"], env=self.environment
        )

    def wait_until_ready(self) -> None:
        until(lambda: self.readiness() == {}, "alerts are ready", 60)

    def readiness(self) -> dict[str, str] | None:
        """What stands in its way; None while it does not answer."""
        try:
            answer = asking.get(f"http://127.0.0.1:{self.http}/readyz")
        except httpx.HTTPError:
            return None
        problems: dict[str, str] = answer.json()["problems"]
        return problems

    def sent(self, receiver: str, result: str) -> float:
        """What the metrics say of tries to deliver."""
        name = f'handoff_alerts_sent_total{{receiver="{receiver}",result="{result}"}} '
        page = asking.get(f"http://127.0.0.1:{self.http}/metrics").text
        found = [line.removeprefix(name) for line in page.splitlines() if line.startswith(name)]
        return float(found[0]) if found else 0.0

    def kill(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> int | None:
        """The exit code after SIGTERM, or None where it did not run."""
        if self._process is None:
            return None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._process = None

    def command(self, *arguments: str) -> str:
        """What `handoff alerts ...` prints, pointed at this service."""
        program = "from services.cli.main import main; main()"
        return subprocess.run(
            [sys.executable, "-P", "-c", program, "alerts", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=60,
        ).stdout


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.close()


Start = Callable[..., Service]


@pytest.fixture
def service(
    fresh_topics: Settings,
    hook: Hook,
    tmp_path: Any,  # noqa: ANN401 - pytest's own path
) -> Iterator[Service]:
    service = Service(
        fresh_topics,
        {
            "HANDOFF_ALERTS__WEBHOOK_URL": hook.url,
            "HANDOFF_HOME": str(tmp_path),
            "HANDOFF_SPANS_FILE": str(tmp_path / "spans"),
        },
    )
    yield service
    service.stop()


@pytest.fixture
def publish(fresh_topics: Settings) -> Iterator[Callable[..., None]]:
    publisher = KafkaPublisher(fresh_topics.kafka, "test")

    def publish(*values: bytes) -> None:
        headers = (("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode()),)
        records = [Record(VERDICTS_TOPIC, b"order/4711", value, headers) for value in values]
        publisher.publish(records)

    yield publish
    publisher.close()


def first_of(settings: Settings, topic: str) -> Received:
    """The first record of a topic, as soon as there is one."""
    subscriber = KafkaSubscriber(settings.kafka, None, [topic], from_start=True)
    try:
        return until(lambda: subscriber.poll(0.5), f"a record in {topic}")[0]
    finally:
        subscriber.close()


def test_a_verdict_becomes_a_post_and_people_answer_it(
    service: Service, hook: Hook, publish: Callable[..., None], fresh_topics: Settings
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
    envelope = decode_envelope(first_of(fresh_topics, "handoff.oncall.v1").value)
    assert (envelope.type, envelope.actor) == ("oncall.PromiseReleased", "ann")

    _spans_are_linked(service)
    began = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - began < 5


def _the_receiver_is_away_and_comes_back(
    service: Service, hook: Hook, publish: Callable[..., None]
) -> None:
    hook.answer = 503
    publish(b"\xff poison", verdict(warned()), verdict(warned()), verdict(breached()))
    until(lambda: service.sent("webhook", "failed"), "a try has failed")
    until(lambda: service.sent("log", "delivered") == 2, "the log does not wait for the webhook")
    assert service.sent("webhook", "delivered") == 0
    hook.answer = 204
    until(lambda: service.sent("webhook", "delivered") == 2, "both notices are posted", 60)


def _people_answer(service: Service) -> None:
    (alert,) = json.loads(service.command("list", "--json"))
    assert (alert["key"], alert["state"], alert["condition"]) == (key(), "open", "breached")
    with grpc.insecure_channel(f"127.0.0.1:{service.grpc}") as channel:
        stub = alerts_pb2_grpc.AlertsServiceStub(channel)
        acknowledge = alerts_pb2.AcknowledgeAlertRequest(key=key(), actor="ann")
        assert stub.AcknowledgeAlert(acknowledge).alert.acknowledged_by == "ann"
        stub.ReleasePromise(
            alerts_pb2.ReleasePromiseRequest(
                promise_id=a_promise().promise_id, actor="ann", reason="gone", idempotency_key="k"
            )
        )


def _spans_are_linked(service: Service) -> None:
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
    service: Service, hook: Hook, publish: Callable[..., None]
) -> None:
    promises = [a_promise(str(order)) for order in range(60)]
    service.start()
    service.wait_until_ready()
    publish(*(verdict(warned(2, promise)) for promise in promises))
    until(lambda: len(hook.posts) >= 10, "some are posted")
    service.kill()
    publish(*(verdict(breached(3, promise)) for promise in promises))
    service.start()
    until(lambda: len(hook.posts) >= 70, "some more are posted", LOADED_S)
    service.kill()
    service.start()
    expected = sorted(
        (key(promise), reason) for promise in promises for reason in ("first_notice", "worsened")
    )
    until(lambda: len(hook.alerts()) >= len(expected), "all are posted", LOADED_S)
    assert hook.alerts() == expected
    extra = len(hook.posts) - len(expected)
    assert extra <= 2, "no more posts than kills can have cut off"
    assert max(Counter(id for id, _ in hook.posts).values()) <= 2


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HANDOFF_KAFKA__BOOTSTRAP", "127.0.0.1:1", "Cannot reach Kafka at 127.0.0.1:1"),
        ("HANDOFF_MONGO__URI", "mongodb://127.0.0.1:1/?replicaSet=none", "Cannot reach Mongo at"),
    ],
)
def test_without_a_server_it_says_which_address_it_cannot_reach(
    service: Service, name: str, value: str, says: str
) -> None:
    service.environment[name] = value
    service.start()
    until(lambda: says in str(service.readiness()), "it says what it cannot reach", 60)
    assert service.stop() == 0
