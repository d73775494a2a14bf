"""Everything in one process, with a clock that the steps move: parties, log, trackers, store."""

from collections import Counter
from dataclasses import dataclass, field
from typing import assert_never

from services.shared.clock import SECOND, Instant
from tests.simulation.company import ALL_PARTITIONS, Company
from tests.simulation.events import MINUTE, PARTIES, PARTITIONS
from tests.simulation.log import Log
from tests.simulation.steps import (
    TRACKERS,
    Activate,
    Answer,
    Crash,
    Land,
    Meanwhile,
    Poison,
    Rebalance,
    Relay,
    Stall,
    Step,
    Tell,
    TellAgain,
    Work,
)
from tests.simulation.store import CrashableStore
from tests.simulation.trackers import Crashed, Group, Tracker
from tests.tracking import START

ROUNDS_LIMIT = 400
A_TURN = 1 + PARTITIONS


@dataclass(frozen=True)
class Parts:
    """What a run is put together from; a planted fault is another class in place of one of them."""

    store: type[CrashableStore] = CrashableStore
    tracker: type[Tracker] = Tracker
    beats: range = ALL_PARTITIONS


@dataclass
class World:
    """One run. After the steps, all relays and one tracker come to the end, and read it again."""

    parts: Parts = field(default_factory=Parts)
    now: Instant = START
    counts: Counter[str] = field(default_factory=Counter)
    replayed_from: int = 0

    def __post_init__(self) -> None:
        self.log = Log(self._clock)
        self.company = Company(self.log, self._clock, lambda: self.parts.beats, self.counts)
        self.store = self.parts.store(self._clock, self._effect)
        self.group = Group()
        self.trackers = [
            self.parts.tracker(number, self.log, self.store, self.group, self._clock, self.counts)
            for number in range(TRACKERS)
        ]
        self._meanwhile: Meanwhile | None = None
        self._effects = 0

    def run(self, steps: list[Step]) -> "World":
        for step in steps:
            self.now += step.after
            self._do(step)
        self._settle()
        self.replayed_from = len(self.store.commits)
        for row in self.store.partitions.values():
            row["positions"] = {}
        self._restart()
        return self

    def _clock(self) -> Instant:
        return self.now

    def _do(self, step: Step) -> None:
        match step:
            case Tell() | TellAgain() | Poison() | Relay() | Stall():
                self._of_a_party(step)
            case Work():
                self._work(step)
            case Crash():
                self.counts["crash"] += self.trackers[step.tracker].alive
                self.trackers[step.tracker].die()
            case Rebalance():
                self.group.rebalance(step.members)
                self.counts["rebalance"] += 1
            case Land():
                self.counts["landed too late"] += self.store.land()
            case Activate():
                self.counts["set activated"] += self.store.activate()
            case _:
                assert_never(step)

    def _of_a_party(self, step: Tell | TellAgain | Poison | Relay | Stall) -> None:
        match step:
            case Tell():
                self.company.tell(step)
            case TellAgain():
                self.company.tell_again(step)
            case Poison():
                self.company.poison(step)
            case Relay():
                self.company.relay(step)
            case Stall():
                self.counts["stall"] += 1
                self.company.stall(step)
            case _:
                assert_never(step)

    def _work(self, step: Work) -> None:
        tracker = self.trackers[step.tracker]
        if step.asks:
            tracker.ask()
        self.store.answer = step.answer
        self._meanwhile, self._effects = step.meanwhile, 0
        tracker.work(step.effects, deaf=step.deaf)
        self._meanwhile = None

    def _effect(self) -> None:
        """Between two effects: the tracker may die here, or another one goes on."""
        planned = self._meanwhile
        if planned and self._effects == planned.at:
            self._meanwhile = None
            if planned.tracker is None:
                raise Crashed
            others = [each for each in self.trackers if each.could_go_on]
            if others:
                others[planned.tracker % len(others)].work(planned.effects, deaf=True)
        self._effects += 1

    def _settle(self) -> None:
        """All parties publish everything, time passes all deadlines, one tracker reads it all."""
        self.store.land()
        self.store.answer = Answer.DONE
        for party in self.company.parties.values():
            party.stalled_until = 0
        self._restart()
        self._read_all()
        self.now += 30 * MINUTE
        self._read_all()

    def _restart(self) -> None:
        for tracker in self.trackers:
            tracker.die()
        self.group.rebalance((0,))
        self._catch_up()

    def _read_all(self) -> None:
        for party in PARTIES:
            self.company.relay(Relay(0, party, len(self.company.parties[party].rows), dies=False))
        self._catch_up()

    def _catch_up(self) -> None:
        tracker, self.now = self.trackers[0], self.now + SECOND
        for _ in range(ROUNDS_LIMIT):
            tracker.work(A_TURN)
            tracker.ask()
            held = tracker.held.values()
            if len(held) == PARTITIONS and all(each.caught_up_at == self.now for each in held):
                break
        else:
            self.counts["never caught up"] += 1
        self.now += SECOND  # even positions alone are committed by then
        for _ in ("encoded", "stored"):
            tracker.work(A_TURN)
