"""What Faust hands over and what it logs, as the rest of the project knows them."""

import logging
import ssl
from pathlib import Path
from types import SimpleNamespace

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth
from pydantic import SecretStr

from services.alerts.settings import AlertsSettings
from services.alerts.stream import SAY_AGAIN_S, LogBridge, build, received
from services.shared.bus import Received
from services.shared.kafka_access import client_arguments
from services.shared.settings import KafkaSettings


def a_message(**changes: object) -> SimpleNamespace:
    message = SimpleNamespace(
        topic="handoff.verdicts.v1",
        partition=2,
        offset=7,
        key=b"order/4711",
        value=b"verdict",
        headers=(("traceparent", b"00-1"),),
        timestamp=1_795_450_156.263,
    )
    vars(message).update(changes)
    return message


def test_a_record_keeps_everything_and_its_time_to_the_millisecond() -> None:
    assert received(a_message()) == Received(
        topic="handoff.verdicts.v1",
        partition=2,
        offset=7,
        key=b"order/4711",
        value=b"verdict",
        headers=(("traceparent", b"00-1"),),
        arrived_at=1_795_450_156_263_000,
    )


def test_what_is_absent_is_empty() -> None:
    record = received(a_message(key=None, value=None, headers=None))
    assert (record.key, record.value, record.headers) == (b"", b"", ())
    assert received(a_message(headers=(("odd", None),))).headers == (("odd", b""),)


def test_what_a_library_repeats_is_said_now_and_then() -> None:
    seconds = 0.0
    said: list[str] = []
    log = SimpleNamespace(log=lambda _level, event, logger: said.append(f"{logger}: {event}"))
    logger = logging.Logger("aiokafka")
    logger.addHandler(LogBridge(log, lambda: seconds))
    for seconds in (0.0, 0.1, SAY_AGAIN_S - 0.1, SAY_AGAIN_S):  # noqa: B007 - the clock reads it
        logger.error("Unable connect to node with id %s", 1)
        logger.info("Discovered coordinator")
    logger.error("Unable to update metadata")
    assert said == [
        "aiokafka: Unable connect to node with id 1",
        "aiokafka: Unable connect to node with id 1",
        "aiokafka: Unable to update metadata",
    ]


@pytest.mark.parametrize(
    ("kafka", "protocol"),
    [
        (KafkaSettings(tls=True), "SSL"),
        (KafkaSettings(tls=True, username="alerts", password=SecretStr("secret")), "SASL_SSL"),
    ],
)
def test_faust_signs_in_to_kafka_as_our_other_clients_do(
    tmp_path: Path, kafka: KafkaSettings, protocol: str
) -> None:
    app = build(AlertsSettings(home=tmp_path, kafka=kafka), lambda _: None)
    access = credentials_to_aiokafka_auth(app.conf.broker_credentials)
    assert access["security_protocol"] == protocol
    assert access["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    ours = {**client_arguments(kafka), "ssl_context": access["ssl_context"]}
    assert access.items() <= ours.items()


def test_faust_asks_for_nothing_where_anyone_may_come(tmp_path: Path) -> None:
    app = build(AlertsSettings(home=tmp_path), lambda _: None)
    assert app.conf.broker_credentials is None
