"""The storm's checker finds each fault in a small history, and none in the same without it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.shared.clock import SECOND
from tests.storm.checker import check
from tests.storm.found import (
    PARTITIONS,
    SUBJECTS,
    Found,
    Letter,
    Logged,
    Published,
    Recorded,
    Stored,
)
from tests.storm.history import (
    DUPLICATE,
    EVENT,
    ID_CONFLICT,
    UNDECODABLE,
    WRONG_PARTITION,
    Fault,
    History,
    Item,
    Promised,
)
from tests.storm.report import Report
from tests.storm.schedule import Episode

TOPIC = "handoff.support.v1"
AT = 1_000 * SECOND
DUE = AT + 4 * SECOND
LATE = DUE + SECOND


def item(id: str, subject: str, occurred_at: int, kind: str = EVENT) -> Item:
    return Item(kind, TOPIC, -1, f"digest of {id}", id, subject, "support.Something", occurred_at)


def poison(kind: str) -> Item:
    return Item(kind, TOPIC, 0, f"digest of {kind}")


HISTORY = History(
    seed=7,
    began_at=AT,
    calm_until=AT + 100 * SECOND,
    items=(
        item("opened-1", "case/1", AT),
        item("answered-1", "case/1", DUE),
        item("opened-2", "case/2", AT),
        item("answered-2", "case/2", LATE),
        item("opened-2", "case/2", AT, DUPLICATE),
        poison(UNDECODABLE),
        poison(ID_CONFLICT),
        poison(WRONG_PARTITION),
    ),
    promises=(
        Promised("answer-case", "case/1", "opened-1", "answered-1"),
        Promised("answer-case", "case/2", "opened-2", "answered-2"),
    ),
    within={("answer-case", version): 4 * SECOND for version in (1, 2)},
    faults=tuple(
        Fault(episode, "somebody", LATE - SECOND // 2, LATE + SECOND) for episode in Episode
    ),
)
LOG = tuple(
    Logged(TOPIC, 0, offset, arrived_at, f"digest of {what}")
    for offset, (what, arrived_at) in enumerate(
        [
            ("opened-2", AT + 3 * SECOND),
            ("answered-1", DUE),
            ("opened-1", DUE),
            ("opened-2", DUE),
            (ID_CONFLICT, DUE),
            (WRONG_PARTITION, DUE),
            (UNDECODABLE, LATE),
            ("answered-2", LATE),
        ]
    )
)
BREACHED = Recorded("b", "breached", "answer-case", "case/2", DUE, LATE)
KEPT_LATE = Recorded("k", "kept_late", "answer-case", "case/2", DUE, LATE)


def published(verdict: Recorded, arrived_at: int = LATE + SECOND) -> Published:
    return Published(
        verdict.id,
        verdict.kind,
        verdict.agreement,
        verdict.subject,
        verdict.due_by,
        verdict.decided_at,
        arrived_at,
    )


FOUND = Found(
    log=LOG,
    letters=(
        Letter(TOPIC, 0, 4, ID_CONFLICT),
        Letter(TOPIC, 0, 5, WRONG_PARTITION),
        Letter(TOPIC, 0, 6, UNDECODABLE),
    ),
    published=(published(BREACHED), published(KEPT_LATE)),
    recorded=(BREACHED, KEPT_LATE),
    counted={"case/1": ("opened-1", "answered-1"), "case/2": ("opened-2", "answered-2")},
    active_from=(0, AT + 3 * SECOND + 1),
    stored=(
        Stored(PARTITIONS, "0", {TOPIC: 5, "handoff.sales.v1": 3}),
        Stored(SUBJECTS, "case/2", {"events": 1}),
        Stored(PARTITIONS, "1", {TOPIC: 4}),
        Stored(PARTITIONS, "0", {TOPIC: 8, "handoff.sales.v1": 3}),
        Stored(SUBJECTS, "case/2", {"events": 2}),
    ),
    raised_by_replay={"verdicts": 0},
    counters={"fenced": 1},
)


def changed(**found: Any) -> Report:  # noqa: ANN401 - of Found
    return check(HISTORY, replace(FOUND, **found))


def test_a_storm_without_a_fault_is_well() -> None:
    assert changed().violations() == []


FALSE = Recorded("f", "breached", "answer-case", "case/1", DUE, LATE)
SECOND_ONE = replace(BREACHED, id="b2")
WITHDRAWN = Recorded("w", "withdrawn", "answer-case", "case/2", DUE, LATE)
FAULTS: Mapping[str, Mapping[str, Any]] = {
    "events never written is 1": {"log": LOG[:-1]},
    "records of nobody is 1": {"log": (*LOG, Logged(TOPIC, 0, 8, LATE, "of nobody"))},
    "events lost is 1": {"counted": {**FOUND.counted, "case/1": ("opened-1",)}},
    "events counted twice is 1": {"counted": {**FOUND.counted, "case/1": ("opened-1",) * 2}},
    "events made up is 1": {"counted": {**FOUND.counted, "case/1-astray": ("other",)}},
    "partitions set back is 1": {
        "stored": (*FOUND.stored, Stored(PARTITIONS, "0", {TOPIC: 7, "handoff.sales.v1": 4}))
    },
    "partitions set back is 2": {
        "stored": (
            *FOUND.stored,
            Stored(PARTITIONS, "0", {TOPIC: 7}),
            Stored(PARTITIONS, "1", {}),
        )
    },
    "subjects set back is 1": {
        "stored": (*FOUND.stored, Stored(SUBJECTS, "case/2", {"events": 1}))
    },
    "breaches missed is 1": {"recorded": (KEPT_LATE,), "published": (published(KEPT_LATE),)},
    "breaches doubled is 1": {"recorded": (*FOUND.recorded, SECOND_ONE)},
    "false breaches is 1": {"recorded": (*FOUND.recorded, FALSE)},
    "breaches of another date is 1": {"recorded": (replace(BREACHED, due_by=DUE + 1), KEPT_LATE)},
    "breaches withdrawn is 1": {"recorded": (*FOUND.recorded, WITHDRAWN)},
    "promises unknown is 1": {"recorded": (*FOUND.recorded, replace(WITHDRAWN, kind="unknown"))},
    "verdicts not published is 1": {"published": (published(KEPT_LATE),)},
    "verdicts not recorded is 1": {"recorded": (BREACHED,)},
    "verdicts decided twice is 1": {
        "published": (*FOUND.published, published(replace(BREACHED, decided_at=LATE + 1)))
    },
    "poison lost is 1": {"letters": FOUND.letters[1:]},
    "letters of no poison is 1": {"letters": (*FOUND.letters, Letter(TOPIC, 0, 7, UNDECODABLE))},
    "letters of another reason is 1": {
        "letters": (Letter(TOPIC, 0, 4, UNDECODABLE), *FOUND.letters[1:])
    },
    "verdicts raised by the replay is 1": {"raised_by_replay": {"verdicts": 1}},
    "subjects stored never happened": {"stored": FOUND.stored[:1]},
    "fenced never happened": {"counters": {"fenced": 0}},
    "new_sets never happened": {"active_from": (0,)},
    "promises of a new version never happened": {"active_from": (0, 10 * AT)},
    "still waiting for the end": {"waiting": ("the end",)},
}


@pytest.mark.parametrize("says", FAULTS)
def test_each_fault_is_found(says: str) -> None:
    assert says in changed(**FAULTS[says]).violations()


def test_a_verdict_that_is_published_twice_as_it_was_decided_is_no_fault() -> None:
    assert changed(published=(*FOUND.published, published(BREACHED))).violations() == []


@pytest.mark.parametrize(
    ("active_from", "missed"), [(AT + 3 * SECOND, 0), (AT + 3 * SECOND + 1, 1)]
)
def test_a_promise_is_of_the_version_that_was_active_when_it_reached_the_broker(
    active_from: int, missed: int
) -> None:
    longer = replace(
        HISTORY, within={("answer-case", 1): 4 * SECOND, ("answer-case", 2): 9 * SECOND}
    )
    found = replace(FOUND, recorded=(KEPT_LATE,), active_from=(0, active_from))
    assert check(longer, found).figures["breaches missed"] == missed


@pytest.mark.parametrize(("waited_s", "broken"), [(15, False), (16, True)])
def test_a_verdict_may_take_fifteen_seconds_after_a_primary_is_lost(
    waited_s: int, *, broken: bool
) -> None:
    lost_at = HISTORY.faults[0].began_at
    arrived_at = lost_at + waited_s * SECOND
    report = changed(published=(published(BREACHED, arrived_at), published(KEPT_LATE, arrived_at)))
    assert any("failover" in each for each in report.violations()) is broken
    assert not any("failover" in each for each in report.violations(timed=False))


@pytest.mark.parametrize(("waited_s", "broken"), [(1, False), (2, True)])
def test_an_answer_behind_poison_waits_a_second_at_most(waited_s: int, *, broken: bool) -> None:
    slow = replace(KEPT_LATE, decided_at=LATE + waited_s * SECOND)
    report = changed(published=(published(BREACHED), published(slow)), recorded=(BREACHED, slow))
    assert any("behind poison is" in each for each in report.violations()) is broken


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    HISTORY.write(tmp_path / "history.jsonl")
    assert History.read(tmp_path / "history.jsonl") == HISTORY
