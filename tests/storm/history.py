"""What a storm meant to do and what it did: plain records, written to a file as they come.

Moments are microseconds since 1970 in UTC.
"""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from services.shared.clock import Instant

EVENT, DUPLICATE = "event", "duplicate"
UNDECODABLE, ID_CONFLICT, WRONG_PARTITION = "undecodable", "id_conflict", "wrong_partition"
POISON = frozenset({UNDECODABLE, ID_CONFLICT, WRONG_PARTITION})
"""Each is the reason that its dead letter has to give."""


@dataclass(frozen=True, slots=True)
class Item:
    """A record that was to be written; `digest` is that of its value, `id` and the like in hex.

    `partition` is -1 where the key decides it.
    """

    kind: str
    topic: str
    partition: int
    digest: str
    id: str = ""
    subject: str = ""
    type: str = ""
    occurred_at: Instant = 0


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise that follows from the events: opened by one, kept by another or by none."""

    agreement: str
    subject: str
    opening: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was done to the servers, the trackers or a writer."""

    kind: str
    target: str
    began_at: Instant
    ended_at: Instant


@dataclass(frozen=True, slots=True)
class History:
    """`within` is how long each version of each agreement gives, in microseconds."""

    seed: int
    began_at: Instant
    calm_until: Instant
    items: tuple[Item, ...]
    promises: tuple[Promised, ...]
    within: Mapping[tuple[str, int], int]
    faults: tuple[Fault, ...] = ()

    def write(self, file: Path) -> None:
        """A line a record, each with what it is."""
        lines = [_line("storm", self._head())]
        for name, records in (
            ("item", self.items),
            ("promise", self.promises),
            ("fault", self.faults),
        ):
            lines += [_line(name, dataclasses.asdict(each)) for each in records]
        file.write_text("".join(f"{line}\n" for line in lines))

    @classmethod
    def read(cls, file: Path) -> Self:
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        head = next(row for what, row in rows if what == "storm")
        head["within"] = {(name, version): span for name, version, span in head["within"]}
        return cls(
            items=tuple(Item(**each) for each in _of("item", rows)),
            promises=tuple(Promised(**each) for each in _of("promise", rows)),
            faults=tuple(Fault(**each) for each in _of("fault", rows)),
            **head,
        )

    def _head(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "began_at": self.began_at,
            "calm_until": self.calm_until,
            "within": [[*key, span] for key, span in self.within.items()],
        }


def _line(what: str, row: Mapping[str, Any]) -> str:
    return json.dumps([what, row])


def _of(name: str, rows: Iterable[list[Any]]) -> Iterable[dict[str, Any]]:
    return (row for what, row in rows if what == name)
