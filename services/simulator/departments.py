"""The four departments as the simulated company reaches them: its commands, over gRPC.

A command is sent until it is answered, under the same key: a service that is started again has one
effect of it. What a department refuses for good is the caller's to hear.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
from google.protobuf import message_factory
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from tenacity import Retrying, retry_if_exception, sleep_using_event, stop_after_delay
from tenacity.stop import stop_any, stop_when_event_set
from tenacity.wait import wait_exponential

import services.finance.api as finance
import services.operations.api as operations
import services.sales.api as sales
import services.support.api as support
from services.shared import rpc
from services.shared.converting import to_message
from services.shared.errors import HandoffError
from services.shared.rpc_failures import DETAILS_KEY
from services.shared.settings import Endpoints
from services.simulator.acts import Command

PATIENCE_S = 60.0
"""Several times what a service needs that was killed and is started again."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.5
_PASSING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


class NotDone(HandoffError):
    """A department refused a command, or did not answer for long."""


@dataclass(frozen=True, slots=True)
class Call:
    """How one command is sent: to which department, and what is called."""

    party: str
    path: str
    request: type[Message]


def _calls() -> Mapping[type[Any], Call]:
    apis = {"sales": sales, "operations": operations, "finance": finance, "support": support}
    return {
        command: Call(
            party,
            f"/{api.SERVICE.full_name}/{method}",
            message_factory.GetMessageClass(api.SERVICE.methods_by_name[method].input_type),
        )
        for party, api in apis.items()
        for method, command in api.COMMANDS.items()
    }


CALLS = _calls()


class Departments:
    """Sends commands; may be used by several threads."""

    def __init__(self, channels: Mapping[str, grpc.Channel], stop: threading.Event) -> None:
        self._channels = channels
        self._retrying = partial(
            Retrying,
            retry=retry_if_exception(_passes),
            wait=wait_exponential(multiplier=FIRST_PAUSE_S, max=LONGEST_PAUSE_S),
            stop=stop_any(stop_after_delay(PATIENCE_S), stop_when_event_set(stop)),
            sleep=sleep_using_event(stop),
            reraise=True,
        )

    def tell(self, command: Command) -> None:
        """Returns when it is carried out; raises NotDone."""
        call = CALLS[type(command)]
        request = to_message(command, call.request())
        send = self._channels[call.party].unary_unary(
            call.path, request_serializer=_serialized, response_deserializer=_unread
        )
        try:
            self._retrying()(send, request)
        except grpc.RpcError as error:
            raise NotDone(f"{call.party} did not {call.path}: {_details(error)}") from error


@contextmanager
def departments(endpoints: Endpoints) -> Iterator[Departments]:
    """Connected until the end, which does not wait for what is still being tried."""
    stop = threading.Event()
    with ExitStack() as closing:
        channels = {
            party: closing.enter_context(rpc.sync_channel(getattr(endpoints, party).grpc_address))
            for party in {call.party for call in CALLS.values()}
        }
        closing.callback(stop.set)
        yield Departments(channels, stop)


def _passes(error: BaseException) -> bool:
    """Whether the same command may be carried out a little later."""
    if not isinstance(error, grpc.RpcError):
        return False
    return error.code() in _PASSING or _is_retryable(error)


def _is_retryable(error: grpc.RpcError) -> bool:
    """The department said so itself: a fact that it needs is still on its way."""
    for entry in error.trailing_metadata() or ():
        if entry.key == DETAILS_KEY:
            details = Status.FromString(entry.value).details
            return any(detail.Is(RetryInfo.DESCRIPTOR) for detail in details)
    return False


def _details(error: grpc.RpcError) -> str:
    return f"{error.code().name}, {error.details()}"


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()


def _unread(answer: bytes) -> bytes:
    return answer
