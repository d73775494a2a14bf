"""`handoff demo`: a company at work on a clock that runs fast, and what is found before its
customers notice; with `--from`, real orders of the past instead.
"""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from services.local.interrupts import interruptible
from services.simulator.stories.names import ALL, LIST, NOT_TOLD, TOLD

DURATION_S = 60.0
SHORTEST_S, LONGEST_S = 5.0, 3_600.0

Seed = Annotated[
    int, typer.Option(help="Another number is another week of the same company.", min=0)
]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar="DIR", help="A folder of Olist files: real orders instead."),
]
Duration = Annotated[
    float,
    typer.Option(metavar="SECONDS", help="Until the summary.", min=SHORTEST_S, max=LONGEST_S),
]
Once = Annotated[
    bool,
    typer.Option(
        "--once", envvar="HANDOFF_DEMO_ONCE", help="End after the summary instead of going on."
    ),
]
Story = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=f"Play one story, judge the alerts that it brings, and end: {', '.join(TOLD)};"
        f" {ALL} for all of them, {LIST} to read what they are about.",
    ),
]


def demo(
    seed: Seed = 1,
    source: From = None,
    duration: Duration = DURATION_S,
    once: Once = False,
    story: Story = None,
) -> None:
    """Watch a small company work for a week in a minute: who fails whom, found in time.

    Everything that handoff consists of is started: a Kafka and a Mongo of the
    demo's own, empty and under HANDOFF_HOME/demo, the four departments,
    tracker, alerts and console. After the summary the company goes on in
    real time, until Ctrl-C ends all of it.

    With --from the last month of orders in a folder of Olist files is played
    instead, thinned out to what can be watched; see `handoff replay` for all.

    With --story a story of departments that fail each other is played on the
    same stack. It ends with 0 where people heard exactly what they had to,
    at the right moment and with the right next step, and with 1 where not.
    """
    if story is not None and source is not None:
        raise typer.BadParameter("A story has a company of its own; leave --from out.")
    if story == LIST:
        _list()
        return
    with interruptible(), suppress(KeyboardInterrupt):
        # Ctrl-C ends it in peace from here on, also while the rest is imported.
        if story is not None:
            from services.cli import story_run  # noqa: PLC0415

            story_run.run(story_run.chosen(story))
            return
        from services.cli.demo_run import Choice, run  # noqa: PLC0415

        run(Choice(seed, source, duration, once))


def _list() -> None:
    for name, about in TOLD.items():
        typer.echo(f"{name:<28}{about}")
    typer.echo("\nNot told yet:")
    for name, why in NOT_TOLD.items():
        typer.echo(f"{name:<28}{why}")
