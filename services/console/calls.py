"""One call to another service: its answer, or Unreachable or Refusal with a sentence."""

from collections.abc import Awaitable
from typing import TypeVar

from grpc import StatusCode
from grpc.aio import AioRpcError

from services.console.desk import Refusal, Unreachable

DEADLINE_S = 3.0
MANY_DEADLINE_S = 30.0
"""For what is done to many alerts one after the other, and for reading all dead letters."""
_T = TypeVar("_T")

_HTTP_STATUS = {
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.FAILED_PRECONDITION: 409,
    StatusCode.RESOURCE_EXHAUSTED: 429,
}
_AWAY = (StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, StatusCode.CANCELLED)


async def answered(call: Awaitable[_T], who: str, within_s: float = DEADLINE_S) -> _T:
    """`within_s` is the deadline that the call was given, in seconds."""
    try:
        return await call
    except AioRpcError as error:
        code, details = error.code(), error.details() or ""
        if code is StatusCode.DEADLINE_EXCEEDED:
            raise Unreachable(f"{who} did not answer within {within_s:g} s.") from error
        if code in _AWAY:
            raise Unreachable(f"{who} does not answer.") from error
        raise Refusal(_HTTP_STATUS.get(code, 502), details or f"{who} said {code.name}.") from error
