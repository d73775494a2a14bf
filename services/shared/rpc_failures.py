"""How a call fails: exceptions as gRPC statuses with details that a program can read."""

from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from grpc import StatusCode
from pymongo.errors import PyMongoError

from services.shared.errors import InvalidEvent, RefusalCode, Refused
from services.shared.mongo import TransactionTooLong

RETRY_AFTER_S = 1
DETAILS_KEY = "grpc-status-details-bin"

STATUS_OF = {
    RefusalCode.INVALID: StatusCode.INVALID_ARGUMENT,
    RefusalCode.CONFLICT: StatusCode.FAILED_PRECONDITION,
    RefusalCode.NOT_FOUND: StatusCode.NOT_FOUND,
    RefusalCode.FULL: StatusCode.RESOURCE_EXHAUSTED,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call ended that has no answer."""

    code: StatusCode
    message: str
    details: tuple[Message, ...] = ()


def failure_of(error: Exception) -> Failure:
    match error:
        case Refused():
            return Failure(STATUS_OF[error.code], str(error), tuple(_refusal_details(error)))
        case InvalidEvent():
            return Failure(StatusCode.INVALID_ARGUMENT, str(error), (_bad_request("", str(error)),))
        case PyMongoError() | TransactionTooLong():
            message = "The store did not answer in time; send the same command again."
            return Failure(StatusCode.UNAVAILABLE, message, (_retry_info(),))
        case _:
            message = "Something is wrong on our side; the log has it under this call's trace."
            return Failure(StatusCode.INTERNAL, message)


def status_details(failure: Failure) -> tuple[str, bytes]:
    status = Status(code=failure.code.value[0], message=failure.message)
    for detail in failure.details:
        status.details.add().Pack(detail)
    return DETAILS_KEY, status.SerializeToString()


def _refusal_details(refused: Refused) -> Iterator[Message]:
    yield _bad_request(refused.field, str(refused))
    if refused.retryable:
        yield _retry_info()


def _bad_request(field: str, description: str) -> BadRequest:
    violation = BadRequest.FieldViolation(field=field, description=description)
    return BadRequest(field_violations=[violation])


def _retry_info() -> RetryInfo:
    return RetryInfo(retry_delay=Duration(seconds=RETRY_AFTER_S))
