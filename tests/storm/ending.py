"""After the last fault: wait until all is done, look, tell everything once more, and look again."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from services.shared.clock import Instant
from tests.storm.children import Child
from tests.storm.commits import Commits
from tests.storm.draining import Draining
from tests.storm.found import Found, Letter, Published, Recorded
from tests.storm.gathering import Tables, Topics, counted
from tests.storm.history import EVENT
from tests.storm.nemesis import Nemesis
from tests.storm.plan import Plan, Planned
from tests.storm.servers import Servers
from tests.storm.writers import Writers


@dataclass(frozen=True, slots=True)
class _Raised:
    """What there is of all that an event may raise."""

    recorded: tuple[Recorded, ...]
    published: tuple[Published, ...]
    letters: tuple[Letter, ...]
    waiting: int

    @property
    def counts(self) -> dict[str, int]:
        return {
            "verdicts recorded": len(self.recorded),
            "verdicts published": len(self.published),
            "letters": len(self.letters),
            "rows waiting": self.waiting,
        }


class Ending:
    """No more faults: wait, look, write all once more, and look again."""

    def __init__(
        self,
        servers: Servers,
        nemesis: Nemesis,
        writers: Writers,
        tables: Tables,
        commits: Commits,
    ) -> None:
        self._servers = servers
        self._writers = writers
        self._topics, self._tables, self._commits = Topics(servers.kafka), tables, commits
        self._draining = Draining(nemesis, servers.fleet, writers, self._topics, tables)

    def found(self, made: Plan, last_due: Instant, say: Callable[[str], None]) -> Found:
        say("the storm is over")
        waiting = self._draining.until_over(last_due)
        before, log = self._raised(), self._topics.log()
        told = [replace(each, at=0) for each in made.records if each.kind == EVENT]
        for writer in self._writers.all:
            writer.add([each for each in told if each.party == writer.party])
        say("everything is told once more")
        waiting += self._draining.until_over(0)
        say("what is left is read")
        after = self._raised()
        return Found(
            log,
            after.letters,
            after.published,
            after.recorded,
            counted(self._servers.fleet.grpc_addresses, _subjects(made.records)),
            self._tables.active_from(),
            tuple(self._commits.stored()),
            {name: count - before.counts[name] for name, count in after.counts.items()},
            self._counters(),
            self._servers.fleet.counts["ended"],
            tuple(waiting),
        )

    def _raised(self) -> _Raised:
        return _Raised(
            self._tables.recorded(),
            self._topics.published(),
            self._topics.letters(),
            self._tables.waiting(),
        )

    def _counters(self) -> dict[str, int]:
        partitions = self._tables.partitions()
        return {
            "kills": self._servers.fleet.counts["kills"],
            "fenced": sum(row["fenced"] for row in partitions),
            "takeovers": sum(row["epoch"] - 1 for row in partitions),
            "rebalances": _rebalances(self._servers.broker),
        }


def _rebalances(broker: Child) -> int:
    return len(re.findall(r"reparing to rebalance group handoff-tracker", broker.said()))


def _subjects(records: Iterable[Planned]) -> list[str]:
    """Those of poison too: they have to be unknown, or to have no more events than were told."""
    return sorted({planned.subject for planned in records if planned.subject})
