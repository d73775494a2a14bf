"""Does to the servers and the trackers what the schedule says, one thing after the other."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from services.local.ports import is_open
from services.shared.clock import WallClock
from tests.polling import until
from tests.storm.fleet import DATABASE, SESSION_S, TRACKERS, Fleet
from tests.storm.history import Fault
from tests.storm.schedule import Episode
from tests.storm.servers import Servers

LOOK_EVERY_S = 0.1
DEADLINE_S = 90.0
UNDISTURBED_S = 13.0
"""After the loss of Mongo's primary: so long nothing else is to blame for a late verdict."""
PILING_S = 5.0
"""Less than what the other members wait for before they elect another primary."""
NEXT = Path(__file__).parent / "next"
CLOCK = WallClock()


@dataclass(slots=True)
class Nemesis:
    """`faults` are those that were done so far."""

    random: Random
    servers: Servers
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
        number = self._anyone()
        with self._noting(Episode.NEW_AGREEMENT, f"tracker-{number}"):
            for file in NEXT.glob("*.yaml"):
                shutil.copy(file, self.servers.agreements)
            self.fleet.restart(number)
            self.wait(2.0)

    def _zombie(self) -> None:
        """Stopped with a whole batch in its hands, for longer than its session.

        The batch piles up while Mongo's primary hangs for a moment. As soon as the tracker's next
        commit gets through, it reads all of it, and is stopped. Others have told the same when it
        wakes up.
        """
        self.settle()
        mongo, number = self.servers.mongo, self._anyone()
        owner = self.fleet.trackers[number].name
        hanging = mongo.members[mongo.wait_for_primary()]
        with mongo.commits(DATABASE, owner) as commits:
            with self._noting(Episode.PRIMARY_HANGS, hanging.name):
                hanging.tell(signal.SIGSTOP)
                self.wait(PILING_S)
                before = commits()
                hanging.tell(signal.SIGCONT)
            self._until(lambda: commits() != before, f"{owner} commits")
        with self._noting(Episode.ZOMBIE, owner):
            self.fleet.pause(number)
            self.wait(SESSION_S + 1.5)
            self.fleet.resume(number)
        self.wait(2.0)

    def _broker_killed(self) -> None:
        with self._noting(Episode.BROKER_KILLED, "kafka"):
            self.servers.broker.kill()
            self.wait(self._seconds(0.2, 1.5))
            self.servers.broker.start()
            self._until(lambda: is_open(self.servers.broker_port), "the broker is back")
        self.wait(2.0)

    def _primary_killed(self) -> None:
        """Once everybody is at work: until when there is a verdict again is a figure."""
        self.settle()
        primary = self.servers.mongo.wait_for_primary()
        with self._noting(Episode.PRIMARY_KILLED, f"mongod-{primary}"):
            self.servers.mongo.members[primary].kill()
            down_s = self._seconds(2.0, 6.0)
            self.wait(down_s)
            self.servers.mongo.members[primary].start()
            self.wait(UNDISTURBED_S - down_s)

    def _stepdown(self) -> None:
        with self._noting(Episode.STEPDOWN, f"mongod-{self.servers.mongo.wait_for_primary()}"):
            until(self.servers.mongo.step_down, "a primary steps down")
        self.wait(2.0)

    def _all_killed(self) -> None:
        self._killed(Episode.ALL_KILLED, range(TRACKERS), self._seconds(2.5, 4.0), settle_s=2.5)

    def _killed_for_long(self) -> None:
        """Longer than its session: the others share what it had."""
        self._killed(Episode.KILLED_FOR_LONG, [self._anyone()], SESSION_S + 1.5, settle_s=1.0)

    def _killed_for_a_moment(self) -> None:
        """It keeps its partitions."""
        self._killed(Episode.KILLED, [self._anyone()], self._seconds(0.0, 0.5), settle_s=2.0)

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

    def _until(self, question: Callable[[], bool], what: str) -> None:
        def look() -> bool:
            self.fleet.tend()
            return question()

        until(look, what, DEADLINE_S)

    def _anyone(self) -> int:
        return self.random.randrange(TRACKERS)

    def _seconds(self, least: float, most: float) -> float:
        return self.random.uniform(least, most)
