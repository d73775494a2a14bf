"""What Faust hands over and what it logs, as the rest of the project knows them."""

import logging
from types import SimpleNamespace

from services.alerts.stream import SAY_AGAIN_S, LogBridge, received
from services.shared.bus import Received


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
