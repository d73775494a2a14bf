"""Moments and durations as people give them to commands."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from services.shared.clock import Instant, to_instant

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> Instant:
    """The instant of ISO 8601 text, UTC without a zone; raises BadParameter for anything else."""
    try:
        written = datetime.fromisoformat(text)
        return to_instant(written if written.tzinfo else written.replace(tzinfo=UTC))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time; write it like 2026-11-02T16:00+01:00, in UTC without a zone."
        ) from None


def duration(text: str) -> timedelta:
    """Raises BadParameter where it is none."""
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if not match:
        raise typer.BadParameter(f"{text!r} is no duration; write it like 90m, 4h or 2d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def end_of(until: Instant | None, for_: timedelta | None) -> Timestamp:
    """Raises BadParameter unless exactly one of them is given."""
    if (until is None) is (for_ is None):
        raise typer.BadParameter("Give either --until TIME or --for DURATION.")
    stamp = Timestamp()
    if for_ is not None:
        stamp.FromDatetime(datetime.now(UTC) + for_)
    else:
        stamp.FromMicroseconds(until or 0)
    return stamp


Until = Annotated[
    Instant | None,
    typer.Option(parser=moment, metavar="TIME", help="2026-11-02T16:00+01:00; or else UTC."),
]
For = Annotated[
    timedelta | None,
    typer.Option("--for", parser=duration, metavar="DURATION", help="From now: 90m, 4h or 2d."),
]
