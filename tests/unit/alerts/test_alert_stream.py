"""A record as Faust has it, as the rest of the project knows it."""

from types import SimpleNamespace

from services.alerts.stream import received
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
