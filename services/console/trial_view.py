"""What became of an agreement that was tried, as its page shows it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.console.times import Moment, moment
from services.console.trials import Trial

BROKEN = ("breached", "kept_late")
OUTCOME_WORDS = {
    None: "No promise",
    "kept": "Kept",
    "kept_late": "Kept late",
    "breached": "Breached",
    "open": "Open",
    "cancelled": "Cancelled",
}
WOULD = (
    "would be kept",
    "would be broken",
    "would be opened",
    "would not be opened",
    "would end otherwise",
    "would be due at another time",
)


@dataclass(frozen=True, slots=True)
class SideView:
    """A promise under one of the two: where it stands, in a word, and when it is due."""

    state: str
    word: str
    due: Moment | None


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One promise that would be another."""

    subject: str
    agreement: str
    opened: Moment
    before: SideView
    after: SideView


@dataclass(frozen=True, slots=True)
class EndView:
    """So many promises of one agreement that come to one thing, and would come to another."""

    agreement: str
    before: SideView
    after: SideView
    promises: int


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What would be different, and what that rests on."""

    different: int
    would: tuple[tuple[str, int], ...]
    ends: tuple[EndView, ...]
    first: tuple[DifferenceView, ...]
    events: int
    refused: int
    since: Moment
    until: Moment
    partitions: int
    of_partitions: int
    remarks: tuple[str, ...]


def answer_view(trial: Trial) -> AnswerView | None:
    """None where it is not done, or where it found faults or a problem instead."""
    told = trial.answer
    if told is None or "counts" not in told:
        return None
    until = datetime.fromisoformat(told["until"])
    ends = [_end(each) for each in told["ends"]]
    return AnswerView(
        different=sum(each.promises for each in ends),
        would=tuple(_would(told["ends"])),
        ends=tuple(ends),
        first=tuple(_difference(each, until) for each in told["first"]),
        events=told["events"],
        refused=told["refused"],
        since=_at(told["since"], until),
        until=_at(told["until"], until),
        partitions=told["partitions"],
        of_partitions=told["of_partitions"],
        remarks=tuple(told["remarks"]),
    )


def faults_of(trial: Trial) -> list[Mapping[str, Any]]:
    """File, line, key and remedy of each."""
    faults: list[Mapping[str, Any]] = (trial.answer or {}).get("faults", [])
    return faults


def would(before: str | None, after: str | None) -> str:
    """What would be different about a promise that comes to `before`, and would to `after`."""
    kept, broken, opened, unopened, otherwise, due = WOULD
    if before == after:
        return due
    if before is None:
        return opened
    if after is None:
        return unopened
    if (before in BROKEN) == (after in BROKEN):
        return otherwise
    return broken if after in BROKEN else kept if after == "kept" else otherwise


def _would(ends: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    sums = dict.fromkeys(WOULD, 0)
    for each in ends:
        sums[would(each["before"], each["after"])] += each["promises"]
    return ((words, count) for words, count in sums.items() if count)


def _end(told: Mapping[str, Any]) -> EndView:
    return EndView(told["agreement"], _side(told["before"]), _side(told["after"]), told["promises"])


def _difference(told: Mapping[str, Any], now: datetime) -> DifferenceView:
    return DifferenceView(
        told["subject"],
        told["agreement"],
        _at(told["opened_at"], now),
        *(_promise(told[each], now) for each in ("before", "after")),
    )


def _promise(told: Mapping[str, Any] | None, now: datetime) -> SideView:
    return _side(told["outcome"], _at(told["due_by"], now)) if told else _side(None)


def _side(outcome: str | None, due: Moment | None = None) -> SideView:
    state = {None: "none", "open": "on_track"}.get(outcome, outcome or "")
    return SideView(state, OUTCOME_WORDS.get(outcome, outcome or ""), due)


def _at(text: str, now: datetime) -> Moment:
    return moment(datetime.fromisoformat(text), now)
