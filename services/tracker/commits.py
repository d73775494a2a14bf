"""What a partition has yet to write: what changed since the last commit, and the one on its way.

A commit is encoded at once and stored beside the folding of what comes next.
"""

from services.shared.clock import Instant
from services.tracker.core.outcomes import Outcomes, count
from services.tracker.core.subject import Subject
from services.tracker.exchange import (
    Changes,
    Commit,
    Entry,
    Ownership,
    PartitionStore,
    Row,
    Rules,
)
from services.tracker.listing import Listing
from services.tracker.memory import Memory
from services.tracker.packing import pack
from services.tracker.rows import Day, subject_document
from services.tracker.young import Young


class Commits:
    """`changes` are not in any commit yet; `on_its_way` is encoded and not known to be stored."""

    def __init__(
        self, owner: Ownership, store: PartitionStore, memory: Memory, rules: Rules
    ) -> None:
        self.owner = owner
        self.changes = Changes()
        self.on_its_way: Commit | None = None
        self._store = store
        self._memory = memory
        self._rules = rules
        self._young = Young()
        self._listing = Listing(owner.partition)

    def loaded_young(self, id: str, wall: Instant) -> None:
        """It lies in the segments of some commit of an owner before."""
        self._young.add(id, wall, 0)

    def born(self, id: str, wall: Instant) -> None:
        """A subject that has no document until the next commit at least."""
        self._young.add(id, wall, self.owner.seq + 1)

    def begin(self, progress: Row, today: Day, wall: Instant) -> Commit:
        """Encode all changes since the last commit; `progress` goes with them."""
        assert self.on_its_way is None, "one commit after the other"
        changes, self.changes = self.changes, Changes()
        subjects = self._memory.table.subjects
        grown_up = list(self._young.born_by(wall - self._rules.young_for))
        self.on_its_way = self._encoded(
            changes, {id: subjects[id] for id in grown_up}, progress, today
        )
        return self.on_its_way

    def store(self) -> None:
        """Write what is on its way; may be tried again. Raises Fenced."""
        assert self.on_its_way, "only what was encoded can be stored"
        self.owner = self._store.commit(self.owner, self.on_its_way)

    def end(self, now: Instant, wall: Instant) -> None:
        """Forget what is stored and settled, unless it changed again meanwhile."""
        assert self.on_its_way, "only what was stored is over"
        commit, self.on_its_way = self.on_its_way, None
        table = self._memory.table
        settled = [row["_id"] for row in commit.documents if not row["open"]]
        promised = [table.subjects[id] for id in settled if table.subjects[id].promises]
        self._rules.learn(promised, table.sets)
        still_open = [row["_id"] for row in commit.documents if row["open"]]
        left = self._memory.stored(settled, still_open, self.changes.subjects.keys(), now, wall)
        self._listing.forget(left)

    def _encoded(
        self, changes: Changes, grown_up: dict[str, Subject], progress: Row, today: Day
    ) -> Commit:
        """Whoever gets a document in it is young no more; `grown_up` are to get one in any case.

        Others get one early when they settle, when people are told of them, or when they are
        parked.
        """
        early = {subject.id for subject, verdict in changes.verdicts if verdict.publish}
        early |= grown_up.keys()
        entries: list[Entry] = []
        documents: list[Row] = []
        listed: list[Row] = []
        unlisted: list[str] = []
        outcomes: Outcomes = {}
        active_from = self._memory.table.sets.historic_before
        for id, subject in (changes.subjects | grown_up).items():
            count(subject.promises.values(), active_from, outcomes)
            settled, is_new = subject.settled, id in self._young
            if is_new and not (settled or id in early or subject.rare.parked):
                entries.append((id, pack(subject)))
                continue
            if is_new:
                self._young.remove(id)
            documents.append(
                subject_document(subject, self.owner.partition, today, settled=settled)
            )
            rows, gone = self._listing.more(subject, is_new=is_new)
            listed += rows
            unlisted += gone
        return Commit(
            progress,
            entries,
            self._young.needs_from(self.owner.seq + 2),
            documents,
            listed,
            unlisted,
            [verdict for _, verdict in changes.verdicts],
            changes.outgoing,
            changes.tallies,
            outcomes,
        )
