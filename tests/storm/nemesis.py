"""Does to the servers and the trackers what the schedule says, one thing after the other."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pymongo.errors import PyMongoError

from services.local.ports import is_open
from services.shared.clock import SECOND, WallClock
from tests.polling import until
from tests.storm.fleet import SESSION_S, TRACKERS, Fleet
from tests.storm.gathering import Tables
from tests.storm.grip import grip
from tests.storm.history import Fault
from tests.storm.schedule import Episode
from tests.storm.servers import Servers

LOOK_EVERY_S = 0.1
DEADLINE_S = 90.0
PILING_S = 4.0
"""So long a tracker folds and commits nothing: several promises come due in any such while."""
HANG_S = 2.5
"""Less than what the other members wait for before they elect another primary."""
FENCE_S = 8.0
"""A tracker that wakes up tries its commit again by then; without a guard nothing refuses it."""
RENEWED_S = 3.0
NEXT = Path(__file__).parent / "next"
CLOCK = WallClock()


@dataclass(slots=True)
class Nemesis:
    """`faults` are those that were done so far."""

    random: Random
    servers: Servers
    tables: Tables
    faults: list[Fault] = field(default_factory=list)

    @property
    def fleet(self) -> Fleet:
        return self.servers.fleet

    def wait(self, seconds: float) -> None:
        """Let the storm go on; whatever ended by itself is started again."""
        give_up_at = time.monotonic() + seconds
        while (left := give_up_at - time.monotonic()) > 0:
            self.fleet.tend()
            time.sleep(min(left, LOOK_EVERY_S))

    def settle(self) -> None:
        """Until all trackers are at work, so that what comes next is not the doing of the last."""
        self._until(self.fleet.ready, "the trackers are at work")

    def renew(self) -> None:
        """Until there are promises of the new agreement."""
        active_from = self.tables.active_from()[-1]
        self.wait((active_from - CLOCK.now()) / SECOND + RENEWED_S)

    def do(self, episode: Episode) -> None:
        """All but what a writer does by itself, and what comes with another."""
        {
            Episode.NEW_AGREEMENT: self._new_agreement,
            Episode.ZOMBIE: self._zombie,
            Episode.BROKER_KILLED: self._broker_killed,
            Episode.PRIMARY_KILLED: self._primary_killed,
            Episode.STEPDOWN: self._stepdown,
            Episode.ALL_KILLED: self._all_killed,
            Episode.KILLED_FOR_LONG: self._killed_for_long,
            Episode.KILLED: self._killed_for_a_moment,
        }[episode]()

    def _new_agreement(self) -> None:
        """Stored by the first tracker that starts with it, to be active half a minute later."""
        number = self._anyone()
        with self._noting(Episode.NEW_AGREEMENT, f"tracker-{number}"):
            for file in NEXT.glob("*.yaml"):
                shutil.copy(file, self.servers.agreements)
            self.fleet.restart(number)
            self._until(lambda: len(self.tables.active_from()) > 1, "the new agreement is stored")

    def _zombie(self) -> None:
        """Stopped with a whole batch in its hands, until others have told the same.

        Its commit is on its way, so it gets there or is refused when the tracker wakes up. Mongo's
        primary hangs meanwhile, for less than the tracker's session.
        """
        self.settle()
        mongo, number = self.servers.mongo, self._anyone()
        owner = self.fleet.trackers[number].name
        hanging = mongo.members[mongo.wait_for_primary()]
        with grip(self.tables.database) as held:
            self._until(lambda: held.take(owner, self._pile_up), f"{owner} has its hands full")
            with self._noting(Episode.ZOMBIE, owner):
                self.fleet.pause(number)
                held.let_go()
                stopped_at = CLOCK.now()
                with self._noting(Episode.PRIMARY_HANGS, hanging.name):
                    hanging.tell(signal.SIGSTOP)
                    self.wait(HANG_S)
                    hanging.tell(signal.SIGCONT)
                self._until(
                    lambda: held.passed_on(stopped_at + SECOND), f"others do {owner}'s work"
                )
                self.fleet.resume(number)
            with suppress(AssertionError):
                self._until(held.fenced, f"{owner} is fenced", FENCE_S)

    def _pile_up(self) -> None:
        self.wait(PILING_S)

    def _broker_killed(self) -> None:
        with self._noting(Episode.BROKER_KILLED, "kafka"):
            self.servers.broker.kill()
            self.wait(self._seconds(0.2, 1.5))
            self.servers.broker.start()
            self._until(lambda: is_open(self.servers.broker_port), "the broker is back")
        self.wait(1.0)

    def _primary_killed(self) -> None:
        """Once everybody is at work: until when there is a verdict again is a figure.

        Until then nothing else is done, so that nothing else is to blame.
        """
        self.settle()
        primary = self.servers.mongo.wait_for_primary()
        with self._noting(Episode.PRIMARY_KILLED, f"mongod-{primary}"):
            killed_at = CLOCK.now()
            self.servers.mongo.members[primary].kill()
            self.wait(self._seconds(2.0, 6.0))
            self.servers.mongo.members[primary].start()
            self._until(lambda: self.tables.decided_since(killed_at), "there is a verdict again")
            self.wait(1.0)

    def _stepdown(self) -> None:
        with self._noting(Episode.STEPDOWN, f"mongod-{self.servers.mongo.wait_for_primary()}"):
            until(self.servers.mongo.step_down, "a primary steps down")
        self.wait(1.0)

    def _all_killed(self) -> None:
        self._killed(Episode.ALL_KILLED, range(TRACKERS), self._seconds(2.5, 4.0), settle_s=1.0)

    def _killed_for_long(self) -> None:
        """Longer than its session: the others share what it had."""
        self._killed(Episode.KILLED_FOR_LONG, [self._anyone()], SESSION_S + 1.5, settle_s=1.0)

    def _killed_for_a_moment(self) -> None:
        """It keeps its partitions."""
        self._killed(Episode.KILLED, [self._anyone()], self._seconds(0.0, 0.5), settle_s=1.0)

    def _killed(
        self, kind: Episode, numbers: Sequence[int], down_s: float, settle_s: float
    ) -> None:
        names = " ".join(f"tracker-{number}" for number in numbers)
        with self._noting(kind, names):
            for number in numbers:
                self.fleet.kill(number)
            self.wait(down_s)
            for number in numbers:
                self.fleet.start(number)
        self.wait(settle_s)

    @contextmanager
    def _noting(self, kind: Episode, target: str) -> Iterator[None]:
        began_at = CLOCK.now()
        yield
        self.faults.append(Fault(kind, target, began_at, CLOCK.now()))

    def _until(
        self, question: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S
    ) -> None:
        """Who cannot be asked has not said yes."""

        def look() -> bool:
            self.fleet.tend()
            with suppress(PyMongoError):
                return question()
            return False

        until(look, what, deadline_s, LOOK_EVERY_S)

    def _anyone(self) -> int:
        return self.random.randrange(TRACKERS)

    def _seconds(self, least: float, most: float) -> float:
        return self.random.uniform(least, most)
