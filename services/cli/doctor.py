"""`handoff doctor`: what runs, what is wrong, and what to do about it."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import chain
from typing import Annotated

import typer
from rich.console import Console

from services.cli import surroundings
from services.local import state
from services.local.doctor import Finding, examine
from services.local.ladders import ladder_findings


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False,
) -> None:
    """Look at the broker, the topics, Mongo, the clocks and each service, and say what is wrong.

    Looks where the settings say, or else at what runs in HANDOFF_HOME; and whether the agreements
    of HANDOFF_AGREEMENTS name ladders that the file of HANDOFF_ALERTS__ESCALATION has, and those
    whom there is. Ends with 1 if something is wrong.
    """
    settings = surroundings.settings()
    findings = chain(examine(settings, state.running(settings.home)), ladder_findings())
    if as_json:
        found = list(findings)
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        found = _print_as_they_come(findings)
    if not all(finding.well for finding in found):
        raise typer.Exit(1)


def _print_as_they_come(findings: Iterable[Finding]) -> list[Finding]:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    found = []
    for finding in findings:
        found.append(finding)
        mark, style = ("ok   ", "green") if finding.well else ("wrong", "red")
        console.print(mark, style=style, end=" ")
        console.print(f"{finding.part:<10} {finding.says}")
        if finding.remedy:
            console.print(f"{'':<16} {finding.remedy}")
    return found
