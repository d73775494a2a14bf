"""What was told of each promise, in order: I4, I5 and I8 are about nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.shared.clock import Instant
from services.tracker.core.findings import FindingKind
from services.tracker.core.verdicts import Kind, Verdict
from tests.simulation.violations import Violation

ANNOUNCEMENTS = frozenset({Kind.WARNED, Kind.UNKNOWN, Kind.BREACHED})
SILENT = frozenset({Kind.OPENED, Kind.ACKNOWLEDGED, Kind.RESUMED})
"""They neither announce anything nor end it."""
RESOLVES = frozenset({Kind.WITHDRAWN, Kind.KEPT, Kind.KEPT_LATE, Kind.CANCELLED, Kind.RELEASED})


@dataclass(slots=True)
class Telling:
    """By promise: what people were told that has no end yet, and breaches.

    `breaches` are open, with their due dates; `broken` is every promise of which a breach is on
    record and was not taken back.
    """

    announced: set[str] = field(default_factory=set)
    breaches: dict[str, Instant] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    _revisions: dict[str, int] = field(default_factory=dict)
    _meanings: dict[bytes, tuple[object, ...]] = field(default_factory=dict)

    def tell(self, verdict: Verdict) -> Iterator[Violation]:
        yield from self._named_once(verdict)
        yield from self._in_turn(verdict)
        id = verdict.promise_id
        if id.split("~")[1] in FindingKind.__members__.values():
            return
        yield from self._announce(verdict)
        if verdict.kind is Kind.BREACHED:
            if id in self.breaches:
                yield Violation("I4", f"a second breach while one is open: {verdict}")
            self.breaches[id] = verdict.due_by
            self.broken.add(id)
        elif verdict.kind in RESOLVES or verdict.kind is Kind.OPENED:
            self.breaches.pop(id, None)
        if verdict.kind in {Kind.WITHDRAWN, Kind.OPENED}:
            self.broken.discard(id)

    def _named_once(self, verdict: Verdict) -> Iterator[Violation]:
        meaning = (verdict.promise_id, verdict.kind, verdict.due_by, verdict.cause, verdict.again)
        if verdict.id in self._meanings:
            yield Violation("I8", f"one key for {self._meanings[verdict.id]} and for {meaning}")
        self._meanings[verdict.id] = meaning

    def _in_turn(self, verdict: Verdict) -> Iterator[Violation]:
        last = self._revisions.get(verdict.promise_id, 0)
        if verdict.revision != last + 1:
            yield Violation("I5", f"revision {verdict.revision} came after {last}: {verdict}")
        self._revisions[verdict.promise_id] = verdict.revision

    def _announce(self, verdict: Verdict) -> Iterator[Violation]:
        """What was announced ends exactly once; what was not has no end to be told."""
        id, waited = verdict.promise_id, verdict.promise_id in self.announced
        if verdict.kind in ANNOUNCEMENTS:
            self.announced.add(id)
            waited = True
        elif verdict.kind not in SILENT:
            self.announced.discard(id)
        else:
            return
        if verdict.publish is not waited:
            yield Violation("I5", f"published is {verdict.publish}, and should be {waited}")
