"""Whatever the hops and whatever happens: a tree kept between events is the tree made anew, and
more delay is never good news.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from services.tracker.core.agreements import Agreement, Before
from services.tracker.core.calendars import ALWAYS
from services.tracker.core.durations import BusinessDays, Duration, WallTime
from services.tracker.core.facts import Fact
from services.tracker.core.history import Durations, Sample, last_leg
from services.tracker.core.plans import plan
from services.tracker.core.promises import Promise, State
from services.tracker.core.tree import CustomerTree, Tree, trees
from tests.planning import DELIVER, OFFICE, a_hop, hours, on, plans, promised
from tests.promising import HOUR, SHIP_BY

START, FACTS = on("mon 09:00"), {SHIP_BY: on("wed 12:00")}
NAMES = ("pick", "pack", "load", "carry")
SPANS: st.SearchStrategy[Duration] = st.sampled_from(
    [hours(1), hours(4), hours(20), WallTime(30 * HOUR), BusinessDays(1)]
)
CALENDARS = st.sampled_from([OFFICE, ALWAYS])
MOMENTS = st.integers(0, 14 * 24 * 4).map(lambda quarters: START + quarters * HOUR // 4)


def done(name: str) -> str:
    return f"operations.{name.title()}Done"


@st.composite
def hops(draw: st.DrawFn) -> tuple[Agreement, ...]:
    """Two to four hops: each opens with the order or after an earlier one."""
    names = NAMES[: draw(st.integers(2, len(NAMES)))]
    found: list[Agreement] = []
    for number, name in enumerate(names):
        openings = ["sales.OrderPlaced", *map(done, names[:number])]
        before = Before("deliver-order", draw(SPANS))
        due = draw(st.sampled_from(["within", "before", "by"]))
        found.append(
            a_hop(
                name,
                draw(st.sampled_from(openings)),
                done(name),
                within=draw(SPANS) if due == "within" else None,
                before=before if due == "before" else None,
                by=SHIP_BY if due == "by" else None,
                calendar=draw(CALENDARS),
            )
        )
    return tuple(found)


@st.composite
def histories(draw: st.DrawFn) -> Durations:
    """Of some of the hops and of the last leg, from hours to days."""
    known = draw(st.sets(st.sampled_from([*NAMES, "deliver-order", last_leg("deliver-order")])))
    return Durations().also(
        Sample(name, number, (least + number * step) * HOUR)
        for name in sorted(known)
        for least, step in [draw(st.tuples(st.integers(0, 20), st.integers(0, 2)))]
        for number in range(20)
    )


def due_by(agreement: Agreement, opened_at: int, root: Promise) -> int:
    if agreement.within:
        return agreement.clock.add(opened_at, agreement.within)
    if agreement.before:
        return agreement.calendar.subtract(root.due_by, agreement.before.slack)
    return FACTS[SHIP_BY]


@st.composite
def promises(draw: st.DrawFn, agreement: Agreement, root: Promise) -> Promise | None:
    """One hop as it may stand: to come, open, kept, cancelled, its deadline moved; under its own
    version of the agreement."""
    if draw(st.booleans()):
        return None
    version = replace(agreement, calendar=draw(CALENDARS))
    opened_at, moved = draw(MOMENTS), draw(st.sampled_from([0, 8 * HOUR]))
    due = due_by(version, opened_at, root) + moved
    it = Promise(f"order/4711~{version.name}", version, (), opened_at, b"o", due)
    kept = replace(it, settled_at=draw(MOMENTS))
    void = replace(it, ended_at=draw(MOMENTS), ended_as=State.CANCELLED, settled_by=b"c")
    return draw(st.sampled_from([it, kept, void]))


@given(hops(), histories(), st.data())
def test_a_tree_kept_between_events_is_the_tree_made_anew(
    agreements: tuple[Agreement, ...], durations: Durations, data: st.DataObject
) -> None:
    root = promised()
    kept = Tree(plan(DELIVER, agreements), durations)
    for _ in range(data.draw(st.integers(1, 6))):
        root = replace(root, due_by=data.draw(MOMENTS))
        drawn = [data.draw(promises(each, root)) for each in agreements]
        told = [root, *(each for each in drawn if each)]
        now, facts = data.draw(MOMENTS), data.draw(st.sampled_from([{}, FACTS]))
        assert (kept.look(root, told, now, facts),) == trees(
            told, plans(agreements), now, durations, facts
        )


@dataclass(frozen=True)
class Run:
    """How an order goes: each hop takes its microseconds as soon as it is opened."""

    agreements: tuple[Agreement, ...]
    takes: Mapping[str, int]

    def known(self, now: int, root: Promise) -> list[Promise]:
        """The promises as they stand at `now`."""
        ends, told = {"sales.OrderPlaced": START}, [root]
        for each in self.agreements:
            opened_at = ends[each.opens_on]
            ends[each.evidence[0]] = end = opened_at + self.takes[each.name]
            if opened_at <= now:
                told.append(
                    Promise(
                        f"order/4711~{each.name}",
                        each,
                        (),
                        opened_at,
                        b"o",
                        due_by(each, opened_at, root),
                        settled_at=end if end <= now else None,
                    )
                )
        return told


def look(run: Run, now: int, durations: Durations, facts: Mapping[Fact, object]) -> CustomerTree:
    root = promised()
    (tree,) = trees(run.known(now, root), plans(run.agreements), now, durations, facts)
    return tree


@given(hops(), histories(), st.data())
def test_more_delay_never_gives_an_earlier_prediction(
    agreements: tuple[Agreement, ...], durations: Durations, data: st.DataObject
) -> None:
    takes = {each.name: data.draw(st.integers(0, 40)) * HOUR for each in agreements}
    late = data.draw(st.sampled_from(agreements)).name
    delayed = takes | {late: takes[late] + data.draw(st.integers(1, 60)) * HOUR}
    now = data.draw(MOMENTS)
    before = look(Run(agreements, takes), now, durations, FACTS)
    after = look(Run(agreements, delayed), now, durations, FACTS)
    assert after.predicted_p50 >= before.predicted_p50
    assert after.predicted_p80 >= before.predicted_p80
    assert before.predicted_p80 >= before.predicted_p50


@given(hops(), histories(), MOMENTS, MOMENTS)
def test_time_alone_never_gives_an_earlier_prediction_than_now(
    agreements: tuple[Agreement, ...], durations: Durations, one: int, other: int
) -> None:
    run = Run(agreements, {each.name: 10_000 * HOUR for each in agreements})
    earlier, later = sorted((one, other))
    before, after = (look(run, now, durations, FACTS) for now in (earlier, later))
    assert later <= after.predicted_p50 >= before.predicted_p50
    assert {"normal": 0, "hazard": 1, "critical": 2}[after.jeopardy] >= (
        {"normal": 0, "hazard": 1, "critical": 2}[before.jeopardy]
    )


@given(
    st.lists(st.integers(4, 20), min_size=2, max_size=4),
    st.integers(0, 40),
    st.integers(0, 4),
    st.data(),
)
def test_slack_shrinks_by_exactly_the_working_time_that_is_lost_on_the_critical_path(
    given_hours: list[int], took: int, lost: int, data: st.DataObject
) -> None:
    chain, opens_on = [], "sales.OrderPlaced"
    for name, each in zip(NAMES, given_hours, strict=False):
        chain.append(a_hop(name, opens_on, done(name), within=hours(each)))
        opens_on = done(name)
    agreements = tuple(chain)
    root = promised("fri+1 17:00")

    def slacks(worked: int) -> list[int]:
        # the first hop has ended and the second is open; looked at when the later of the two ends
        end = OFFICE.add(START, hours(worked))
        first = Promise("a", chain[0], (), START, b"o", due_by(chain[0], START, root))
        second = Promise("b", chain[1], (), end, b"o", due_by(chain[1], end, root))
        told = [root, replace(first, settled_at=end), second]
        now = OFFICE.add(START, hours(took + lost))
        (tree,) = trees(told, plans(agreements), now, Durations())
        return [each.slack for each in tree.hops]

    assert slacks(took + lost) == [slack - lost * HOUR for slack in slacks(took)]
