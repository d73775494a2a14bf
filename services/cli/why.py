"""`handoff why`: how a promise's due date came about, step by step, and what it still awaits."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from handoff.v1 import tracker_pb2
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from services.cli.calling import TIMEOUT_S, tracker_service
from services.cli.printing import AsJson, print_json, slug, utc

UNBROKEN = 10_000
"""Columns of what goes into a pipe: every line stays whole."""


def command(
    promise: Annotated[
        str, typer.Argument(help="Its id, for example order/4711~ship-paid-order~payment_id=7.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say why a promise is due when it is, what was concluded of it, and what it waits for."""
    request = tracker_pb2.ExplainPromiseRequest(promise_id=promise)
    with tracker_service() as tracker:
        told = tracker.ExplainPromise(request, timeout=TIMEOUT_S)
    if as_json:
        print_json(_as_dict(told))
        return
    width = None if sys.stdout.isatty() else UNBROKEN
    Console(file=sys.stdout, highlight=False, width=width).print(_tree(told))


def _as_dict(told: tracker_pb2.ExplainPromiseResponse) -> dict[str, Any]:
    found: dict[str, Any] = MessageToDict(told, preserving_proto_field_name=True)
    for step, message in zip(found.get("steps", ()), told.steps, strict=False):
        if "event" in step:
            step["event"]["id"] = message.event.id.hex()
    return found


def _tree(told: tracker_pb2.ExplainPromiseResponse) -> Tree:
    promise = told.promise
    state = _words(tracker_pb2.PromiseState.Name(promise.state), "PROMISE_STATE_")
    tree = Tree(
        f"[bold]{escape(promise.promise_id)}[/bold]: {promise.owed_by} owes {promise.owed_to},"
        f" {state}, due {utc(promise.due_by)}"
    )
    tree.add(
        f"by {promise.agreement} version {promise.agreement_version}: {told.deadline.key}:"
        f" {escape(told.deadline.words)} (clock: {told.calendar})"
    )
    _add(tree, "What moved its clock", map(_step, told.steps))
    _add(tree, "What was concluded", map(_conclusion, told.conclusions))
    _add(tree, "What it waits for", map(_wait, told.waits))
    return tree


def _add(tree: Tree, heading: str, lines: Iterator[str]) -> None:
    """Nothing where there is no line."""
    if told := list(lines):
        branch = tree.add(f"[bold]{heading}[/bold]")
        for line in told:
            branch.add(line)


def _step(step: tracker_pb2.ClockStep) -> str:
    moves = ", ".join(change.move.replace("_", " ") for change in step.changes)
    by = f" by {step.event.type}" if step.HasField("event") else ""
    clauses = "; ".join(
        f"{change.clause.key}: {change.clause.words}" if change.clause.key else change.clause.words
        for change in step.changes
    )
    moved = step.HasField("due_before") and step.due_before != step.due_after
    due = f", due {utc(step.due_before)} -> {utc(step.due_after)}" if moved else ""
    worked = f", {_span(step.worked_s)} of working time since" if step.worked_s else ""
    return f"{utc(step.at)}  {moves}{by}{worked}{due} ({escape(clauses)})"


def _conclusion(told: tracker_pb2.Conclusion) -> str:
    kind = _words(tracker_pb2.VerdictKind.Name(told.kind), "VERDICT_KIND_")
    why = f"the rule {told.rule}" if told.rule else told.reason.replace("_", " ")
    known = ""
    if told.HasField("needed_through"):
        known = f", once all was known until {utc(told.needed_through)}"
    return f"{utc(told.decided_at)}  {kind}: {escape(why)}{known}"


def _wait(wait: tracker_pb2.Wait) -> str:
    by = f", {utc(wait.by)}" if wait.HasField("by") else ""
    return f"{f'{wait.party} ' if wait.party else ''}{escape(wait.words)}{by}"


def _words(name: str, prefix: str) -> str:
    return slug(name, prefix).replace("_", " ")


def _span(seconds: int) -> str:
    return str(timedelta(seconds=seconds))
