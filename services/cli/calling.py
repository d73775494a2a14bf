"""Services as commands call them, and what the options of those who act have in common."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, TypeVar

import grpc
import typer
from handoff.v1.alerts_pb2_grpc import AlertsServiceStub
from handoff.v1.tracker_pb2_grpc import TrackerServiceStub

from services.cli import surroundings
from services.cli.errors import CommandFailed
from services.shared.rpc import sync_channel
from services.shared.settings import Endpoint

TIMEOUT_S = 5.0
MANY_TIMEOUT_S = 30.0
"""For what may name a hundred alerts, each with a transaction of its own."""
_S = TypeVar("_S")

Actor = Annotated[str, typer.Option("--as", help="Who does it.", default_factory=getpass.getuser)]


def alerts_service() -> AbstractContextManager[AlertsServiceStub]:
    return _service("alerts", surroundings.settings().endpoints.alerts, AlertsServiceStub)


def tracker_service() -> AbstractContextManager[TrackerServiceStub]:
    return _service("tracker", surroundings.settings().endpoints.tracker, TrackerServiceStub)


@contextmanager
def _service(name: str, endpoint: Endpoint, stub: Callable[[grpc.Channel], _S]) -> Iterator[_S]:
    """A refusal is said as it is; raises CommandFailed where there is nobody to refuse."""
    address = endpoint.grpc_address
    channel = sync_channel(address)
    try:
        yield stub(channel)
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.INVALID_ARGUMENT:
            raise typer.BadParameter(str(error.details())) from error
        if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
            raise CommandFailed(
                f"The {name} service at {address} does not answer. Is `handoff up` running?"
                f" If it runs elsewhere, set HANDOFF_ENDPOINTS__{name.upper()}__HOST and __GRPC."
            ) from error
        raise CommandFailed(str(error.details())) from error
    finally:
        channel.close()
