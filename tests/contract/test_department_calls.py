"""Every call means one command with the same fields, and says which field is missing."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from google.protobuf import message_factory
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.shared.clock import to_instant
from services.shared.department.serving import AHEAD_LIMIT, read_command
from services.shared.errors import RefusalCode
from tests.builders import SECOND, at
from tests.departments import ALL, SALES, Department
from tests.refusals import refused

Call = tuple[Department, str]
CALLS: list[Call] = [(department, name) for department in ALL for name in department.commands]
MAY_BE_ABSENT = {"lines[0].price", "ship_by", "expected_by", "date_told"}
MUST_ALWAYS_BE = {"AcceptOrder": {"ship_by"}}


class Nine:
    """A clock that stands at 09:00."""

    def now(self) -> int:
        return to_instant(at("09:00"))


def request_of(call: Call) -> Any:  # noqa: ANN401 - any request
    department, name = call
    method = department.service.methods_by_name[name]
    return full(message_factory.GetMessageClass(method.input_type)())


def full(message: Message) -> Message:
    """The message with something in every field."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is None:
            value: Any = {field.TYPE_STRING: "x", field.TYPE_BYTES: bytes(16)}.get(field.type, 1)
            if field.is_repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)
        elif field.is_repeated:
            full(getattr(message, field.name).add())
        elif field.message_type.full_name == Timestamp.DESCRIPTOR.full_name:
            getattr(message, field.name).FromDatetime(at("09:00"))
        else:
            full(getattr(message, field.name))
    return message


def nested(message: Any, at: str = "") -> Iterator[tuple[str, Any, str]]:  # noqa: ANN401
    """Each field that holds a message: its path, its owner, its name."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is None or field.name == "context":
            continue
        path, value = f"{at}{field.name}", getattr(message, field.name)
        if field.is_repeated:
            yield from nested(value[0], f"{path}[0].")
        else:
            yield path, message, field.name
            if not isinstance(value, Timestamp):
                yield from nested(value, f"{path}.")


@pytest.mark.parametrize("department", ALL, ids=lambda department: department.name)
def test_every_call_of_a_service_has_a_command(department: Department) -> None:
    assert set(department.commands) == set(department.service.methods_by_name)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[1])
def test_a_command_has_the_fields_of_its_request(call: Call) -> None:
    department, name = call
    command = department.commands[name]
    asked = {field.name for field in request_of(call).DESCRIPTOR.fields}
    assert {field.name for field in fields(command)} == asked
    assert command.__name__ == name


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[1])
def test_a_request_with_every_field_becomes_its_command(call: Call) -> None:
    department, name = call
    command = read_command(department.commands[name], request_of(call), Nine())
    assert isinstance(command, department.commands[name])
    assert command.context.now == at("09:00")


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[1])
def test_a_missing_field_is_refused_by_its_name(call: Call) -> None:
    department, name = call
    optional = MAY_BE_ABSENT - MUST_ALWAYS_BE.get(name, set())
    for path, _, _ in list(nested(request_of(call))):
        request = request_of(call)
        owner, field = next((o, f) for p, o, f in nested(request) if p == path)
        owner.ClearField(field)
        if path in optional:
            read_command(department.commands[name], request, Nine())
            continue
        with refused(RefusalCode.INVALID, path, "missing; give a"):
            read_command(department.commands[name], request, Nine())


def place_order() -> Any:  # noqa: ANN401 - any request
    return request_of((SALES, "PlaceOrder"))


def test_a_moment_that_no_calendar_has_is_refused_by_its_name() -> None:
    request = place_order()
    request.promised_by.seconds = 1 << 60
    with refused(RefusalCode.INVALID, "promised_by", "years 1 and 9999"):
        read_command(SALES.commands["PlaceOrder"], request, Nine())


def test_a_command_without_a_moment_happens_now() -> None:
    request = place_order()
    request.context.ClearField("now")
    assert read_command(SALES.commands["PlaceOrder"], request, Nine()).context.now == at("09:00")


def test_a_command_may_tell_of_earlier_but_not_of_later_than_clocks_differ() -> None:
    request = place_order()
    for moment in (at("09:00", days=-30), at("09:00") + AHEAD_LIMIT):
        request.context.now.FromDatetime(moment)
        command = read_command(SALES.commands["PlaceOrder"], request, Nine())
        assert command.context.now == moment
    request.context.now.FromDatetime(at("09:00") + AHEAD_LIMIT + SECOND)
    with refused(RefusalCode.INVALID, "context.now", "has come"):
        read_command(SALES.commands["PlaceOrder"], request, Nine())


def test_on_a_simulated_clock_a_command_says_when_it_happens() -> None:
    request = place_order()
    assert read_command(SALES.commands["PlaceOrder"], request, None)
    request.context.ClearField("now")
    with refused(RefusalCode.INVALID, "context.now", "simulated"):
        read_command(SALES.commands["PlaceOrder"], request, None)
