"""Moments as people give them to commands."""

from datetime import UTC, datetime

import typer

from services.shared.clock import Instant, to_instant


def moment(text: str) -> Instant:
    """The instant of ISO 8601 text, UTC without a zone; raises BadParameter for anything else."""
    try:
        written = datetime.fromisoformat(text)
        return to_instant(written if written.tzinfo else written.replace(tzinfo=UTC))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time; write it like 2018-03-01T00:00:00Z."
        ) from None
