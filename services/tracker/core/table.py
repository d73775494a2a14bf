"""The open promises of one partition: fold events in, let time pass, get verdicts out.

Pure but mutable: the hot path. It knows no clock; `now` and the marks of completeness come in.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from services.shared.clock import Instant
from services.tracker.core.concluding import of_events, of_time, opened
from services.tracker.core.continuing import end_companions
from services.tracker.core.folding import fold, refold
from services.tracker.core.promises import Promise, Watermark, look_again_at, settled_state
from services.tracker.core.roles import role_of
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import FOLDED, Counted, Event, Subject
from services.tracker.core.telling import cleared, found, verdict_events
from services.tracker.core.usual import begin, keep
from services.tracker.core.verdicts import Verdict

Parties = frozenset[str]
Concluded = tuple[Subject, Verdict]


@dataclass(slots=True)
class Marks:
    """How far a partition is known: `caught_up_at` by us, the others for each party."""

    caught_up_at: Instant = 0
    complete_through: dict[str, Instant] = field(default_factory=dict)
    heard_at: dict[str, Instant] = field(default_factory=dict)

    def watermark(self, parties: Parties) -> Watermark:
        """The earlier of what we caught up with and what each of the parties completed."""
        complete = (self.complete_through.get(party, 0) for party in parties)
        heard = (self.heard_at.get(party, 0) for party in parties)
        return Watermark(
            min(self.caught_up_at, *complete),
            min(heard, default=self.caught_up_at),
            self.caught_up_at,
        )


Queue = list[tuple[Instant, str, str]]


class Table:
    """Subjects with their promises and findings, and when to look at each again."""

    def __init__(self, sets: AgreementSets) -> None:
        self.sets = sets
        self.subjects: dict[str, Subject] = {}
        self._due: defaultdict[Parties, Queue] = defaultdict(list)
        self._to_find: defaultdict[Parties, Queue] = defaultdict(list)

    def put(self, subject: Subject) -> None:
        """Take over a subject as it was stored."""
        self.subjects[subject.id] = subject
        for promise in subject.promises.values():
            promise.queued_at = None  # whatever queue it was in, it is not ours
            self._schedule(subject, promise)
        self._await(subject)

    def apply(self, subject_id: str, event: Event, now: Instant) -> tuple[Counted, list[Verdict]]:
        """Fold one event: how it was counted, and the verdicts that follow from it at once.

        `now` is when these are decided.
        """
        sets = self.sets
        role = sets.roles.get(event.type) or role_of(sets, event.type)
        subject = self.subjects.get(subject_id)
        if subject is None:
            if role.begins and (begun := begin(subject_id, event, role)):
                return FOLDED, self._take_on(begun, now)
            subject = Subject(subject_id)
        elif role.only_keeps and (verdicts := keep(subject, event, now)):
            return FOLDED, verdicts
        counted, changed = fold(subject, event, sets)
        if counted is not FOLDED:
            return counted, []
        self.subjects[subject_id] = subject
        return FOLDED, self._conclude(subject, changed, now)

    def take_up(self, subject: Subject, now: Instant) -> list[Concluded]:
        """Fold a subject again for agreements that were not known before."""
        self.subjects[subject.id] = subject
        refold(subject, self.sets)
        verdicts = self._conclude(subject, subject.promises.values(), now)
        return [(subject, verdict) for verdict in verdicts]

    def advance(self, now: Instant, marks: Marks) -> list[Concluded]:
        """Everything that became true by time alone, up to each promise's own watermark.

        No watermark is later than `now` or than what we caught up with.
        """
        concluded: list[Concluded] = []
        latest = max(now, marks.caught_up_at)
        for parties in _with_entries(self._due, latest):
            concluded += self._pass_deadlines(parties, now, marks.watermark(parties))
        for parties in _with_entries(self._to_find, latest):
            concluded += self._find(parties, now, marks.watermark(parties))
        return concluded

    def drop(self, subject_id: str) -> None:
        """Forget a subject that is stored and settled; its entries in the queue become void."""
        del self.subjects[subject_id]

    def _pass_deadlines(
        self, parties: Parties, now: Instant, watermark: Watermark
    ) -> Iterator[Concluded]:
        queue = self._due[parties]
        looked_at: list[tuple[Subject, str]] = []
        until = max(watermark.at, now) if watermark.silent else watermark.at
        while queue and queue[0][0] <= until:
            at, promise_id, subject_id = heapq.heappop(queue)
            subject = self.subjects.get(subject_id)
            promise = subject.promises.get(promise_id) if subject else None
            if not subject or not promise or promise.queued_at != at:
                continue  # settled, dropped or moved since: another entry stands for it
            if promise.agreement.evidence_parties != parties:
                continue  # it waits for others now, and is in their queue
            promise.queued_at = None
            if settled_state(promise):
                continue
            verdicts = self._after(subject, promise, [*of_time(promise, now, watermark)], now)
            yield from ((subject, verdict) for verdict in verdicts)
            looked_at.append((subject, promise.id))
        for subject, id in looked_at:  # once each, so that no promise can hold up the others
            self._schedule(subject, subject.promises[id])

    def _find(self, parties: Parties, now: Instant, watermark: Watermark) -> Iterator[Concluded]:
        """Findings that were still to come, once everybody who could tell otherwise has spoken."""
        queue = self._to_find[parties]
        while queue and queue[0][0] <= watermark.at:
            at, id, subject_id = heapq.heappop(queue)
            subject = self.subjects.get(subject_id)
            finding = subject.current.get(id) if subject else None
            if not subject or not finding or finding.true_from != at:
                continue
            if verdict := found(subject, id, finding, now):
                yield subject, verdict

    def _take_on(self, subject: Subject, now: Instant) -> list[Verdict]:
        """A subject that begun as usual: its promises are opened, and looked at in their time."""
        self.subjects[subject.id] = subject
        verdicts: list[Verdict] = []
        for promise in subject.promises.values():
            verdicts.append(opened(promise, now))
            assert promise.queued_at is not None, "whatever begins is looked at"
            entry = promise.queued_at, promise.id, subject.id
            heapq.heappush(self._due[promise.agreement.evidence_parties], entry)
        return verdicts

    def _conclude(
        self, subject: Subject, changed: Iterable[Promise], now: Instant
    ) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for promise in changed:
            if not self.sets.draw_along:
                verdicts += of_events(promise, now)
                if promise.settled_at is None:
                    self._schedule(subject, promise)
                continue
            newest = subject.promises[promise.id]  # a verdict before may have folded it again
            verdicts += self._after(subject, newest, of_events(newest, now), now)
            self._schedule(subject, newest)
        if subject.current or subject.found:
            verdicts += self._compare(subject, now)
        return verdicts

    def _after(
        self, subject: Subject, promise: Promise, verdicts: list[Verdict], now: Instant
    ) -> list[Verdict]:
        """What follows from verdicts: companions that end with it, and promises that they open."""
        if not promise.agreement.simple and settled_state(promise):
            verdicts += self._conclude(subject, end_companions(subject, promise), now)
        for verdict in [*verdicts] if self.sets.opens_on_verdicts else ():
            for event in verdict_events(subject, verdict, self.sets):
                verdicts += self._conclude(subject, fold(subject, event, self.sets)[1], now)
        return verdicts

    def _compare(self, subject: Subject, now: Instant) -> Iterator[Verdict]:
        """What is found at once, and what was found and is no longer so."""
        yield from cleared(subject, now)
        for id, finding in subject.current.items():
            if not finding.awaits and (verdict := found(subject, id, finding, now)):
                yield verdict
        self._await(subject)

    def _await(self, subject: Subject) -> None:
        for id, finding in subject.current.items():
            known = subject.found.get(id)
            if finding.awaits and (known is None or known.finding != finding or known.cleared_at):
                queue = self._to_find[finding.awaits]
                heapq.heappush(queue, (finding.true_from, id, subject.id))

    def _schedule(self, subject: Subject, promise: Promise) -> None:
        at = look_again_at(promise)
        if at is not None and at != promise.queued_at:
            promise.queued_at = at
            queue = self._due[promise.agreement.evidence_parties]
            heapq.heappush(queue, (at, promise.id, subject.id))


def _with_entries(queues: Mapping[Parties, Queue], until: Instant) -> list[Parties]:
    """Whose queue has something to look at by then."""
    return [parties for parties, queue in queues.items() if queue and queue[0][0] <= until]
