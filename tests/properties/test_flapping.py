"""A promise that is broken, withdrawn and broken again, however often and whenever: whoever is told
knows in the end how it is, and is not told each time.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.alerts.domain.alert import Decision, History, Notice
from services.alerts.domain.climbing import Rules, climbing
from services.alerts.domain.decisions import decide, wake
from services.alerts.domain.flapping import RENOTIFY_AFTER
from services.alerts.domain.ladders import everybody_at_once
from services.alerts.domain.promise import Condition, Promise, Resolution, Word
from services.shared.clock import SECOND, Instant
from tests.alerting import a_promise, at, key

RULES = Rules(everybody_at_once(("log",)))
DUE = ("16:00", "18:00")
SAYS = st.sampled_from(
    [Condition.AT_RISK, Condition.BREACHED, Resolution.WITHDRAWN, Resolution.KEPT]
)
FLAPPING = st.sampled_from([Condition.BREACHED, Resolution.WITHDRAWN])
START = at("15:00")
PAUSES = st.integers(0, 2 * RENOTIFY_AFTER // SECOND).map(lambda seconds: seconds * SECOND)


@dataclass
class Told:
    """What goes out while words come in; what sleeps is woken each time."""

    history: History = field(default_factory=History)
    now: Instant = START
    notices: list[Notice] = field(default_factory=list)
    revision: int = 1

    def hear(self, says: Condition | Resolution, promise: Promise) -> None:
        self.revision += 1
        word = Word(promise, self.revision, says)
        self.change(decide(self.history, word, self.now))

    def wait(self, pause: Instant) -> None:
        until = self.now + pause
        for alert in self.history.alerts:
            if alert.look_at is not None and alert.look_at <= until:
                self.now = max(self.now, alert.look_at)
                self.change(wake(self.history, alert.key, self.now))
        self.now = until

    def change(self, decision: Decision) -> None:
        told = climbing(self.history, decision, RULES, self.now)
        self.history = told.history
        self.notices += told.notices


def flapped(words: list[tuple[Condition | Resolution, Instant]], promise: Promise) -> Told:
    told = Told()
    for says, pause in words:
        told.hear(says, promise)
        told.wait(pause)
    return told


@given(st.lists(st.tuples(FLAPPING, PAUSES), max_size=30))
def test_a_beginning_is_never_told_soon_after_an_end(
    words: list[tuple[Condition | Resolution, Instant]],
) -> None:
    notices = flapped(words, a_promise()).notices
    for before, after in pairwise(notices):
        if before.alert.end and not after.alert.end:
            assert after.at - before.at >= RENOTIFY_AFTER
    assert {notice.alert.key for notice in notices} <= {key()}


@given(st.lists(st.tuples(SAYS, PAUSES), max_size=30))
def test_when_it_rests_whoever_is_told_knows_how_it_is(
    words: list[tuple[Condition | Resolution, Instant]],
) -> None:
    told = flapped(words, a_promise())
    told.wait(RENOTIFY_AFTER)
    standing = [alert for alert in told.history.alerts if alert.end is None]
    if not told.notices:
        assert not standing
        return
    last = told.notices[-1].alert
    assert (last.end is None) == bool(standing)
    if standing:
        assert last.condition is standing[0].condition


@given(st.lists(st.tuples(SAYS, PAUSES), max_size=30))
def test_no_end_is_told_twice_and_none_without_a_beginning(
    words: list[tuple[Condition | Resolution, Instant]],
) -> None:
    over = True
    for notice in flapped(words, a_promise()).notices:
        assert not (over and notice.alert.end)
        over = notice.alert.end is not None


@given(st.lists(st.tuples(SAYS, st.sampled_from(DUE), PAUSES), max_size=30))
def test_each_version_of_a_promise_has_one_key(
    words: list[tuple[Condition | Resolution, str, Instant]],
) -> None:
    told = Told()
    for says, due, pause in words:
        told.hear(says, a_promise(due_by=due))
        told.wait(pause)
    keys = {notice.alert.promise.due_by: notice.alert.key for notice in told.notices}
    assert keys.items() <= {(at(due), key(a_promise(due_by=due))) for due in DUE}
    assert {notice.alert.key for notice in told.notices} == set(keys.values())
    assert len({notice.id for notice in told.notices}) == len(told.notices)


def back_after(pause: Instant) -> Told:
    told = Told()
    told.hear(Condition.BREACHED, a_promise())
    told.hear(Resolution.WITHDRAWN, a_promise())
    told.wait(pause)
    told.hear(Condition.BREACHED, a_promise())
    return told


def test_it_is_told_at_once_from_the_interval_on_and_not_a_moment_before() -> None:
    assert len(back_after(RENOTIFY_AFTER - 1).notices) == 2
    assert len(back_after(RENOTIFY_AFTER).notices) == 3


def test_what_is_held_is_told_when_the_interval_is_over() -> None:
    told = back_after(RENOTIFY_AFTER // 2)
    told.wait(RENOTIFY_AFTER // 2 - 1)
    assert len(told.notices) == 2
    told.wait(1)
    assert [notice.reason for notice in told.notices] == ["first_notice", "resolved", "reopened"]


def test_what_is_graver_than_before_is_told_at_once() -> None:
    told = Told()
    for says in (Condition.AT_RISK, Resolution.WITHDRAWN, Condition.BREACHED):
        told.hear(says, a_promise())
    assert [notice.reason for notice in told.notices] == ["first_notice", "resolved", "reopened"]


def test_an_end_that_nobody_hears_of_does_not_begin_the_interval_again() -> None:
    told = back_after(RENOTIFY_AFTER // 2)
    told.hear(Resolution.WITHDRAWN, a_promise())
    told.wait(RENOTIFY_AFTER - RENOTIFY_AFTER // 2)
    told.hear(Condition.BREACHED, a_promise())
    assert [notice.reason for notice in told.notices] == ["first_notice", "resolved", "reopened"]
