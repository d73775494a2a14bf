"""`handoff silence`: nobody hears of some alerts for a while, because it is known why they come."""

from typing import Annotated

import typer
from handoff.v1 import alerts_pb2

from services.cli.calling import TIMEOUT_S, Actor, alerts_service
from services.cli.moments import For, Until, end_of, moment
from services.cli.printing import AsJson, as_dict, print_json, utc
from services.shared.clock import Instant
from services.shared.codec import stamp

app = typer.Typer(no_args_is_help=True)

_NAMED = {
    "owed_by": "owed_by",
    "owed_to": "owed_to",
    "agreement": "agreements",
    "condition": "conditions",
    "subject": "subjects",
}
_WHICH = (
    f"What they have: {', '.join(_NAMED)}. A name that is given twice may be either; an alert has"
    " to have one of each name."
)


@app.command()
def add(  # noqa: PLR0913, PLR0917 - what people type, each by its name
    which: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help=_WHICH)],
    reason: Annotated[str, typer.Option(help="Why nobody needs to hear of them.")],
    actor: Actor,
    begins: Annotated[
        Instant | None,
        typer.Option("--from", parser=moment, metavar="TIME", help="Without it, now."),
    ] = None,
    until: Until = None,
    for_: For = None,
    as_json: AsJson = False,
) -> None:
    """Silence alerts for a while, for example all of operations that are at risk:

    handoff silence add owed_by=operations condition=at_risk --for 4h --reason stocktaking

    One that begins later is a maintenance window. What still stands when it ends is told then.
    """
    silence = alerts_pb2.Silence(
        starts_at=stamp(begins), ends_at=end_of(until, for_), actor=actor, reason=reason
    )
    for name, value in map(_named_value, which):
        getattr(silence, _NAMED[name]).append(value)
    with alerts_service() as alerts:
        request = alerts_pb2.BeginSilenceRequest(silence=silence)
        kept = alerts.BeginSilence(request, timeout=TIMEOUT_S).silence
    _say(kept, f"{kept.id} holds until {utc(kept.ends_at)}.", as_json)


@app.command("list")
def list_silences(as_json: AsJson = False) -> None:
    """List the silences that hold or are planned, the first to end on top."""
    with alerts_service() as alerts:
        request = alerts_pb2.ListSilencesRequest()
        found = alerts.ListSilences(request, timeout=TIMEOUT_S).silences
    if as_json:
        print_json([as_dict(each) for each in found])
    elif not found:
        print("Nothing is silenced.")
    for each in () if as_json else found:
        named = " ".join(_named(each))
        times = f"{utc(each.starts_at)} to {utc(each.ends_at)}"
        print(f"{each.id}  {times}  {named}  ({each.actor}: {each.reason})")


@app.command()
def end(
    id: Annotated[str, typer.Argument(help="As `handoff silence list` shows it.")],
    actor: Actor,
    as_json: AsJson = False,
) -> None:
    """End a silence now: what it took and still stands is told."""
    with alerts_service() as alerts:
        request = alerts_pb2.EndSilenceRequest(id=id, actor=actor)
        ended = alerts.EndSilence(request, timeout=TIMEOUT_S).silence
    _say(ended, f"{id} has ended.", as_json)


def _named_value(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if name not in _NAMED or not value:
        raise typer.BadParameter(
            f"{text!r} is not NAME=VALUE; give one like owed_by=finance, with a name of"
            f" {', '.join(_NAMED)}."
        )
    return name, value


def _named(silence: alerts_pb2.Silence) -> list[str]:
    named = ((name, getattr(silence, field)) for name, field in _NAMED.items())
    return [f"{name}={value}" for name, values in named for value in values]


def _say(silence: alerts_pb2.Silence, text: str, as_json: bool) -> None:
    if as_json:
        print_json(as_dict(silence))
    else:
        print(text)
