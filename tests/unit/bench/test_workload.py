"""The benchmark's events: what follows from them is what the tracker's own core concludes."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from services.shared.clock import SECOND
from services.tracker.agreement_files import load_folder
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event
from services.tracker.core.table import Marks, Table
from tests.bench.peers.java_peers import SOURCES
from tests.bench.peers.records import records
from tests.bench.peers.steps import DAY, LASTING, STEPS
from tests.bench.peers.tracker import AGREEMENTS
from tests.bench.peers.workload import (
    COMMIT_WITHIN,
    EVENTS_AN_ORDER,
    Beat,
    Happening,
    Told,
    Workload,
    orders_of,
    subject_of,
)

PARTIES = ("sales", "operations", "finance", "support")
START = 1_800_000_000 * SECOND
SOME = Workload(orders=2_000, seed=7)
LONG = Workload(orders=300, seed=7, lasting=2_500)
JAVA = SOURCES / "Promises.java"


@pytest.fixture(scope="module")
def told() -> list[Happening | Beat]:
    return list(SOME.happenings())


def test_the_same_seed_gives_the_same_events_and_another_seed_others() -> None:
    few = list(Workload(50, seed=1).happenings())
    assert few == list(Workload(50, seed=1).happenings())
    assert few != list(Workload(50, seed=2).happenings())


def test_events_come_in_the_order_of_their_commits_none_later_than_allowed(
    told: list[Happening | Beat],
) -> None:
    events = [each for each in told if isinstance(each, Happening)]
    assert events == sorted(events, key=lambda each: each.committed_at)
    assert all(0 <= each.committed_at - each.occurred_at < COMMIT_WITHIN for each in events)


def test_a_heartbeat_follows_everything_that_was_committed_before_it(
    told: list[Happening | Beat],
) -> None:
    committed_at = 0
    for each in told:
        if isinstance(each, Beat):
            assert committed_at < each.at
        else:
            committed_at = each.committed_at


def test_heartbeats_come_each_second_and_the_last_one_passes_every_deadline(
    told: list[Happening | Beat],
) -> None:
    beats = [each.at for each in told if isinstance(each, Beat)]
    assert {after - before for before, after in pairwise(beats)} == {SECOND}
    events = [each for each in told if isinstance(each, Happening)]
    last_due = max(each.occurred_at + STEPS[each.step].within for each in events)
    assert beats[-1] == SOME.lasts > last_due + 2 * SECOND


def test_about_ten_of_a_hundred_events_lead_to_a_breach(told: list[Happening | Beat]) -> None:
    events = sum(isinstance(each, Happening) for each in told)
    breached = sum(each.kind == "breached" for each in SOME.verdicts())
    assert 0.09 < breached / events < 0.12
    assert events / SOME.orders == pytest.approx(EVENTS_AN_ORDER, rel=0.02)


def test_so_many_orders_make_about_so_many_events() -> None:
    workload = Workload(orders_of(10_000))
    events = sum(isinstance(each, Happening) for each in workload.happenings())
    assert events == pytest.approx(10_000, rel=0.03)


def test_some_promises_are_kept_at_their_very_deadline(told: list[Happening | Beat]) -> None:
    at = {(each.order, each.step): each.occurred_at for each in told if isinstance(each, Happening)}
    on_the_dot = [
        place
        for place, opened_at in at.items()
        if at.get((place[0], place[1] + 1)) == opened_at + STEPS[place[1]].within
    ]
    assert on_the_dot
    breached = {each for each in SOME.verdicts() if each.kind == "breached"}
    first = on_the_dot[0]
    assert Told(subject_of(first[0]), STEPS[first[1]].agreement, "breached") not in breached


def test_the_core_of_the_tracker_concludes_the_same_verdicts(
    told: list[Happening | Beat],
) -> None:
    folder = load_folder(AGREEMENTS)
    table = Table(AgreementSets((folder.active(0),)))
    concluded = []
    for each in told:
        if isinstance(each, Beat):
            marks = Marks(START + each.at, dict.fromkeys(PARTIES, START + each.at))
            marks.heard_at = dict(marks.complete_through)
            concluded += [verdict for _, verdict in table.advance(START + each.at, marks)]
        else:
            concluded += table.apply(subject_of(each.order), _event(each), START)[1]
    came = Counter(
        Told(subject, agreement, verdict.kind)
        for verdict in concluded
        if verdict.publish
        for subject, agreement, *_ in [verdict.promise_id.split("~")]
    )
    assert came == Counter(SOME.verdicts())


def test_what_stays_open_for_days_is_in_kafka_before_the_first_order() -> None:
    told = [each for each in LONG.happenings() if isinstance(each, Happening)]
    assert [each.step in LASTING for each in told] == sorted(
        (each.step in LASTING for each in told), reverse=True
    )
    assert max(each.committed_at for each in told[:2_500]) < LONG.places_from
    assert told[2_500].occurred_at >= LONG.places_from


def test_it_changes_no_verdict_and_is_due_only_after_the_last_heartbeat() -> None:
    assert list(LONG.verdicts()) == list(Workload(orders=300, seed=7).verdicts())
    told = [each for each in LONG.happenings() if isinstance(each, Happening)]
    due = [each.occurred_at + STEPS[each.step].within for each in told if each.step in LASTING]
    assert len(due) == 2_500
    assert min(due) > LONG.lasts


def test_every_topic_has_as_many_of_what_stays_open_each_of_another_order() -> None:
    told = [each for each in LONG.happenings() if isinstance(each, Happening)]
    lasting = [each for each in told if each.step in LASTING]
    parties = Counter(STEPS[each.step].type.partition(".")[0] for each in lasting)
    assert parties == dict.fromkeys(PARTIES, 625)
    orders = {each.order for each in told if each.step not in LASTING}
    assert len({each.order for each in lasting} - orders) == 2_500


def test_the_core_of_the_tracker_holds_each_of_them_open_without_a_verdict() -> None:
    folder = load_folder(AGREEMENTS)
    table = Table(AgreementSets((folder.active(0),)))
    for each in LONG.happenings():
        if isinstance(each, Happening) and each.step in LASTING:
            told = table.apply(subject_of(each.order), _event(each), START)[1]
            assert [verdict.kind for verdict in told] == ["opened"]
    promises = [each for one in table.subjects.values() for each in one.promises.values()]
    assert len(promises) == 2_500
    assert {each.due_by - each.opened_at for each in promises} == {
        STEPS[number].within for number in LASTING
    }


def test_the_table_of_the_peers_in_java_is_the_same() -> None:
    java = JAVA.read_text()
    types = re.findall(r'"(\w+\.\w+)"', java)
    assert types == [step.type for step in STEPS]
    units = {"SECOND": SECOND, "DAY": DAY}
    promises = re.findall(r'promise\((\d+), "(.+)", (\d+) \* (\w+), (\d+)\);', java)
    assert {
        int(number): (agreement, int(count) * units[unit], int(kept_by))
        for number, agreement, count, unit, kept_by in promises
    } == {number: step[1:] for number, step in enumerate(STEPS) if step.agreement}


def test_an_order_s_records_lie_in_one_partition_and_beats_in_all() -> None:
    homes: dict[bytes, set[int]] = {}
    for each in records(Workload(100), START, partitions=4):
        homes.setdefault(each.key, set()).add(each.partition)
    assert homes.pop(b"heartbeat") == {0, 1, 2, 3}
    assert len(homes) == 100
    assert all(len(partitions) == 1 for partitions in homes.values())


def test_every_record_s_event_has_an_id_of_its_own() -> None:
    ids = [
        dict(each.headers)["ce_id"]
        for each in records(Workload(200), START, partitions=1)
        if each.key != b"heartbeat"
    ]
    assert len(ids) == len(set(ids))
    assert all(chr(id[12]) == "7" and chr(id[16]) in "89ab" for id in ids)


def _event(happening: Happening) -> Event:
    type = STEPS[happening.step].type
    return Event(
        id=f"{happening.order:012}{happening.step:04}".encode(),
        type=type,
        party=type.partition(".")[0],
        occurred_at=START + happening.occurred_at,
        arrived_at=START + happening.committed_at,
        order=str(happening.order),
        customer="c-1",
        content=b"same",
        key=(),
    )
