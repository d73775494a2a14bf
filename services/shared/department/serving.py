"""gRPC to commands and back, the same for every call: a table says which command a method means.

It checks that what must be there is there; whether the values are possible, the rules say.
"""

import dataclasses
import hashlib
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import common_pb2
from opentelemetry import trace

from services.shared import telemetry as names
from services.shared.clock import Clock, to_datetime
from services.shared.converting import from_message
from services.shared.department.handling import Answer
from services.shared.department.rules import invalid
from services.shared.rpc import Register

AHEAD_LIMIT = timedelta(minutes=5)
"""How far a caller's clock may be ahead of ours."""
Handle = Callable[[Any, bytes], Answer]
Commands = Mapping[str, type[Any]]


def registration(
    service: ServiceDescriptor,
    commands: Commands,
    handle: Handle,
    clock: Clock | None,
) -> Mapping[str, Register]:
    """For `rpc.serve`; without a clock each command has to say when it happens."""
    handlers = {
        method: grpc.unary_unary_rpc_method_handler(
            partial(_answer, service.methods_by_name[method], command, handle, clock),
            request_deserializer=_class(service.methods_by_name[method].input_type).FromString,
            response_serializer=_serialized,
        )
        for method, command in commands.items()
    }
    generic = grpc.method_handlers_generic_handler(service.full_name, handlers)
    return {service.full_name: lambda server: server.add_generic_rpc_handlers((generic,))}


def _answer(
    method: MethodDescriptor,
    of: type[Any],
    handle: Handle,
    clock: Clock | None,
    request: Message,
    _context: object,
) -> Message:
    content = _content(method, request)
    command = read_command(of, request, clock)
    span = trace.get_current_span()
    span.set_attributes({names.HANDOFF_COMMAND: of.__name__, **_ids(command)})
    answer = handle(command, content)
    span.set_attribute(names.HANDOFF_EVENTS, len(answer.event_ids))
    result = common_pb2.CommandResult(
        event_ids=answer.event_ids, version=answer.version, repeated=answer.repeated
    )
    return _class(method.output_type)(result=result)


def read_command(of: type[Any], request: Message, clock: Clock | None) -> Any:  # noqa: ANN401
    """The command in `request`; raises Refused that names the first field that is missing."""
    context: common_pb2.CommandContext = getattr(request, "context")  # noqa: B009 - any request
    if not context.HasField("now"):
        if clock is None:
            raise invalid("context.now", "is missing; the clock is simulated, so say when it is")
        context.now.FromDatetime(to_datetime(clock.now()))
    _check(of, request)
    command = from_message(of, request)
    if clock and command.context.now > to_datetime(clock.now()) + AHEAD_LIMIT:
        raise invalid(
            "context.now", f"is {command.context.now.isoformat()}; give a moment that has come"
        )
    return command


def _check(of: Any, message: Message, at: str = "") -> None:  # noqa: ANN401 - any dataclass
    for name, hint, many, needed in _messages_in(of):
        field = f"{at}{name}"
        if many:
            for place, each in enumerate(getattr(message, name)):
                _check(hint, each, f"{field}[{place}].")
        elif not message.HasField(name):
            if needed:
                raise invalid(field, f"is missing; give a {_word(hint)}")
        elif hint is datetime:
            _check_moment(field, getattr(message, name))
        else:
            _check(hint, getattr(message, name), f"{field}.")


def _check_moment(field: str, stamp: Timestamp) -> None:
    try:
        stamp.ToDatetime()
    except (ValueError, OverflowError) as error:
        raise invalid(field, "is no moment between the years 1 and 9999") from error


@cache
def _messages_in(of: Any) -> tuple[tuple[str, Any, bool, bool], ...]:  # noqa: ANN401 - as above
    """The fields that hold messages: name, what they hold, whether many, whether they must be."""
    hints = typing.get_type_hints(of)
    found = []
    for field in dataclasses.fields(of):
        hint = hints[field.name]
        optional, many = isinstance(hint, types.UnionType), typing.get_origin(hint) is tuple
        inner = typing.get_args(hint)[0] if optional or many else hint
        if inner is datetime or dataclasses.is_dataclass(inner):
            found.append((field.name, inner, many, not optional))
    return tuple(found)


def _word(hint: type[Any]) -> str:
    return "timestamp" if hint is datetime else hint.__name__


def _content(method: MethodDescriptor, request: Message) -> bytes:
    """What the caller asks for, whoever asks and when: the same again has the same content."""
    asked = type(request)()
    asked.CopyFrom(request)
    asked.ClearField("context")
    said = method.full_name.encode() + b"\0" + asked.SerializeToString(deterministic=True)
    return hashlib.sha256(said).digest()


def _ids(command: Any) -> dict[str, str]:  # noqa: ANN401 - any command
    found = {
        names.HANDOFF_ORDER: getattr(command, "order", ""),
        names.HANDOFF_CASE: getattr(command, "case", ""),
    }
    return {name: id for name, id in found.items() if id}


def _class(descriptor: Any) -> type[Message]:  # noqa: ANN401 - untyped in protobuf's stubs
    return message_factory.GetMessageClass(descriptor)


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()
