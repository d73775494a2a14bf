"""The alerts service as commands ask it, and what their options have in common."""

import getpass
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import grpc
import typer
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1.alerts_pb2_grpc import AlertsServiceStub

from services.cli import surroundings
from services.cli.errors import CommandFailed
from services.shared.rpc import sync_channel

TIMEOUT_S = 5.0
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Actor = Annotated[str, typer.Option("--as", help="Who does it.", default_factory=getpass.getuser)]


@contextmanager
def alerts_service() -> Iterator[AlertsServiceStub]:
    """A refusal is said as it is; raises CommandFailed where there is nobody to refuse."""
    address = surroundings.settings().endpoints.alerts.grpc_address
    channel = sync_channel(address)
    try:
        yield AlertsServiceStub(channel)
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.INVALID_ARGUMENT:
            raise typer.BadParameter(str(error.details())) from error
        if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
            raise CommandFailed(
                f"The alerts service at {address} does not answer. Is `handoff up` running?"
                " If it runs elsewhere, set HANDOFF_ENDPOINTS__ALERTS__HOST and __GRPC."
            ) from error
        raise CommandFailed(str(error.details())) from error
    finally:
        channel.close()


def moment_of(until: str, for_: str) -> Timestamp:
    """Raises BadParameter unless exactly one of them is given, and can be read."""
    if bool(until) == bool(for_):
        raise typer.BadParameter("Give either --until MOMENT or --for DURATION.")
    stamp = Timestamp()
    stamp.FromDatetime(moment(until) if until else datetime.now(UTC) + _duration(for_))
    return stamp


def moment(text: str, option: str = "--until") -> datetime:
    """Raises BadParameter where it is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise typer.BadParameter(
            f"{option} {text!r} is not a moment; give one like 2026-11-02T16:00+01:00."
        ) from None


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if not match:
        raise typer.BadParameter(f"--for {text!r} is not a duration; give one like 90m, 4h or 2d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def utc(stamp: Timestamp) -> str:
    """`2026-11-02 15:00 UTC`."""
    return f"{stamp.ToDatetime(tzinfo=UTC):%Y-%m-%d %H:%M UTC}"


def print_json(content: object) -> None:
    print(json.dumps(content, indent=2, ensure_ascii=False))
