"""How a demonstration looks: a few calm lines, one block an alert, and a summary at the end.

On a terminal the simulated time runs along at the bottom; elsewhere the same lines are plain.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from handoff.v1 import alerts_pb2
from rich.console import Console, Group
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from services.alerts.domain.words import duration
from services.cli.demo_summary import Fate, Summary
from services.cli.demo_watch import instant
from services.shared.clock import Instant, to_datetime

WIDEST, WIDTH_OF_FILES = 110, 100
LEFT = 16
WAITING_LIMIT = 8
"""Alerts that wait to be shown one after another; what comes beyond is counted."""
BAR, NUMBER, NAME = 32, 12, 11
LOOKS = {
    "at_risk": ("▲ at risk", "yellow"),
    "breached": ("✖ broken", "red"),
    "unknown": ("? nobody knows", "magenta"),
    "returned": ("↩ returned", "yellow"),
    "disputed": ("≠ disputed", "red"),
    "bounced": ("⇄ bounced", "yellow"),
    "found": ("◆ found", "yellow"),
}
COLOURS = {
    Fate.KEPT: "green",
    Fate.ON_TRACK: "cyan",
    Fate.AT_RISK: "yellow",
    Fate.BREACHED: "red",
    Fate.UNKNOWN: "magenta",
    Fate.CANCELLED: "bright_black",
}


class Screen:
    """Everything that the demonstration prints; alerts are shown one at a time."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or _console()
        self.shown = 0
        self._waiting: deque[alerts_pb2.Alert] = deque()
        self._bar = Progress(
            TextColumn("{task.description}", style="dim"),
            BarColumn(BAR, complete_style="cyan", finished_style="cyan"),
            TextColumn("{task.fields[count]}", style="dim"),
            console=self.console,
            transient=True,
            refresh_per_second=4,
            disable=not self.console.is_terminal,
        )
        self._task = self._bar.add_task("", total=1.0, count="")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def title(self, name: str, what: str) -> None:
        title = Text.assemble(("handoff demo", "bold"), f"  {name}", (f"  {what}", "dim"))
        self.console.print()
        self.console.print(title, soft_wrap=True)
        self.console.print()

    def say(self, line: str) -> None:
        self.write(line, "dim")

    def write(self, line: str, style: str = "") -> None:
        self.console.print(Text(line, style), soft_wrap=True)

    def facts(self, **values: str) -> None:
        """Names and values, one a line."""
        for name, value in values.items():
            text = Text.assemble((f"  {name:<10}", "dim"), value)
            self.console.print(text, soft_wrap=True)
        self.console.print()

    def time(self, at: Instant, share: float) -> None:
        """The simulated time, at the bottom of a terminal."""
        self._bar.start()
        count = f"{self.shown} alerts" if self.shown else "watching"
        self._bar.update(self._task, description=_moment(at), completed=share, count=count)

    def still(self) -> None:
        """No time runs along any more."""
        self._bar.stop()

    def alerts(self, news: Iterable[alerts_pb2.Alert], at_once: int) -> None:
        """Shows the next ones; those that would have to wait for long are counted only."""
        self._waiting.extend(news)
        for _ in range(min(at_once, len(self._waiting))):
            self._alert(self._waiting.popleft())
        over = [self._waiting.popleft() for _ in range(len(self._waiting) - WAITING_LIMIT)]
        if over:
            self.shown += len(over)
            self.say(f"{_counted(over)}, on the console.\n")

    def flush(self) -> None:
        """Shows all that still wait."""
        self.alerts((), len(self._waiting))

    def summary(self, title: str, found: Summary, events: int) -> None:
        self.still()
        self.console.rule(Text(title, "bold"), style="dim")
        self.console.print()
        told = Text(f"  {found.promises:,} promises, from {events:,} events", "bold")
        early = Text("  Found before the customer's date", "bold")
        for line in (told, "", *_bars(found), "", early, *_early(found), ""):
            self.console.print(line)

    def _alert(self, alert: alerts_pb2.Alert) -> None:
        self.shown += 1
        block = Table.grid(padding=(0, 1))
        block.add_column(width=LEFT, no_wrap=True)
        block.add_column(ratio=1)
        block.add_row(_left(alert), _right(alert))
        self.console.print(block)
        self.console.print()


def _console() -> Console:
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST) if console.is_terminal else WIDTH_OF_FILES
    return console


def _left(alert: alerts_pb2.Alert) -> Group:
    """What it is, when it was told, and why now, or how it ended since."""
    look, colour = LOOKS[alert.condition]
    told = _moment(instant(alert.notified_at))
    reason = (alert.resolution or alert.reason).replace("_", " ")
    return Group(Text(look, f"bold {colour}"), Text(told, "dim"), Text(reason, "dim"))


def _right(alert: alerts_pb2.Alert) -> Group:
    """Who owes what to whom by when, who would notice, what to do, and where to look."""
    lead, _, rest = alert.summary.partition(": ")
    said_left = lead and not alert.resolution
    step = [Text.assemble(("Next: ", "bold"), alert.next_step)] if alert.next_step else []
    return Group(
        Text(rest if said_left else alert.summary),
        *step,
        Text(alert.url, "dim cyan", overflow="fold"),
    )


def _counted(alerts: Iterable[alerts_pb2.Alert]) -> str:
    counts = Counter(LOOKS[alert.condition][0][2:] for alert in alerts)
    return "and " + ", ".join(f"{count} more {word}" for word, count in counts.items())


def _bars(found: Summary) -> Iterator[Text]:
    most = max((*found.fates.values(), 1))
    for fate in Fate:
        count = found.fates.get(fate, 0)
        if count or fate in (Fate.KEPT, Fate.AT_RISK, Fate.BREACHED):
            bar = "█" * round(BAR * count / most) or "▏" * bool(count)
            late = found.kept_late if fate is Fate.BREACHED else 0
            note = f"  {late} of them kept later" if late else ""
            name = f"{count:>{NUMBER},}  {fate:<{NAME}}"
            yield Text.assemble(name, (bar, COLOURS[fate]), (note, "dim"))


def _early(found: Summary) -> Iterator[Text]:
    """How many were found before the customer's date, and how long before."""
    for name, early in (("at risk or broken", found.troubles), ("broken", found.breaches)):
        counts = f"{early.ahead} of {early.all}"
        lead = early.median_lead
        median = f"a median of {duration(lead)} ahead" if lead is not None else ""
        yield Text.assemble((f"{counts:>{NUMBER}}", "bold green"), f"  {name:<{NAME + 8}}", median)


def _moment(at: Instant) -> str:
    moment = to_datetime(at)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"
