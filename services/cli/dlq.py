"""`handoff dlq`: what could not be handled, why, and sending it again once the cause is mended."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer
from msgspec import structs
from rich.console import Console
from rich.table import Table

from services.cli import surroundings
from services.cli.errors import CommandFailed
from services.shared.bus import PublishError, Received, SubscribeError
from services.shared.clock import iso
from services.shared.codec import decode_envelope, decode_event
from services.shared.dead_letters import Letter, NoSuchLetter, letter_of, named, of_reason
from services.shared.dead_letters_kafka import KafkaDeadLetters
from services.shared.errors import InvalidEvent
from services.shared.settings import Settings

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Reason = Annotated[str, typer.Option(help="Only those with this reason, as `list` shows it.")]


@app.command("list")
def list_letters(reason: Reason = "", as_json: AsJson = False) -> None:
    """List what could not be handled, the newest last."""
    records = sorted(all_letters(surroundings.settings()), key=lambda each: each.arrived_at)
    letters = [each for each in map(letter_of, records) if reason in ("", each.reason)]
    if as_json:
        print(json.dumps([asdict(letter) for letter in letters], indent=2))
    elif letters:
        _print_table(letters)
    else:
        print("There is no dead letter." if not reason else f"None with reason {reason!r}.")


@app.command()
def show(
    id: Annotated[str, typer.Argument(help="The letter, as <partition>/<offset>.")],
    as_json: AsJson = False,
) -> None:
    """Show one letter: its headers, and what its event says as far as that can be read."""
    (record,) = _named([id])
    content = asdict(letter_of(record)) | {
        "headers": {name: value.decode(errors="replace") for name, value in record.headers},
        "event": _readable(record.value),
    }
    print(json.dumps(content, indent=None if as_json else 2, default=str))


@app.command()
def redrive(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Letters as <partition>/<offset>.")
    ] = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Send letters again to the topic that they came from, by ids or by reason.

    An event counts once however often it is sent, so doing this twice does no harm. The partition
    is chosen anew from the key, which mends `wrong_partition`; a letter whose cause is not mended
    comes back as a new one.
    """
    if bool(ids) == bool(reason):
        raise typer.BadParameter("Give letters, or --reason; `handoff dlq list` shows both.")
    letters = _named(ids) if ids else of_reason(all_letters(surroundings.settings()), reason)
    try:
        _dead_letters(surroundings.settings()).send_again(letters)
    except PublishError as error:
        raise CommandFailed(str(error)) from error
    if as_json:
        print(json.dumps({"redriven": [letter_of(letter).id for letter in letters]}))
    else:
        print(f"{len(letters)} sent again; `handoff dlq list` shows whether one came back.")


def _named(ids: list[str]) -> list[Received]:
    """Raises BadParameter where one of them is not there."""
    try:
        return named(all_letters(surroundings.settings()), ids)
    except NoSuchLetter as error:
        raise typer.BadParameter(str(error)) from error


def all_letters(settings: Settings) -> Iterator[Received]:
    """Every dead letter that Kafka holds. Raises CommandFailed."""
    try:
        yield from _dead_letters(settings).read()
    except SubscribeError as error:
        raise CommandFailed(str(error)) from error


def _dead_letters(settings: Settings) -> KafkaDeadLetters:
    return KafkaDeadLetters(settings.kafka, "handoff-dlq")


def _readable(value: bytes) -> dict[str, Any]:
    """The envelope and its body as plain data, or what stands in the way."""
    try:
        envelope = decode_envelope(value)
        content = structs.asdict(envelope) | {
            "id": envelope.id.hex(),
            "cause": envelope.cause.hex(),
            "occurred_at": iso(envelope.occurred_at),
        }
        content["body"] = asdict(decode_event(envelope.type, envelope.body))
    except (InvalidEvent, OverflowError) as error:
        return {"unreadable": str(error), "bytes": len(value), "starts": value[:64].hex()}
    return content


def _print_table(letters: list[Letter]) -> None:
    table = Table("letter", "reason", "failed at", "event", "key", "from", box=None)
    for letter in letters:
        place = f"{letter.topic} {letter.partition}/{letter.offset}"
        table.add_row(
            letter.id, letter.reason, letter.failed_at, letter.event_type, letter.key, place
        )
    Console(file=sys.stdout, markup=False).print(table)
