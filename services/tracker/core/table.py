"""The open promises of one partition: fold events in, let time pass, get verdicts out.

Pure but mutable: the hot path. It knows no clock; `now` and the marks of completeness come in.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from services.shared.clock import Instant
from services.tracker.core.agenda import Agenda, Look, Parties
from services.tracker.core.concluding import of_events, of_time, opened
from services.tracker.core.continuing import end_companions
from services.tracker.core.folding import asks_to_refold, fold, fold_together, refold
from services.tracker.core.promises import Promise, Watermark, settled_state
from services.tracker.core.roles import role_of
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import FOLDED, Counted, Event, Subject
from services.tracker.core.telling import cleared, found, verdict_events
from services.tracker.core.usual import begin, go_on
from services.tracker.core.verdicts import Verdict

LOOKS_LIMIT = 750
"""Promises and findings that a partition looks at before it reads on, and between two commits: each
may be a verdict with a document, a row for the lists and one for the record, and what comes in
waits for these."""

MANY_TOGETHER = 20
"""From so many events of one subject on it is cheaper to fold all of it once, in any order."""

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


class Table:
    """Subjects with their promises and findings, and when to look at each again."""

    def __init__(self, sets: AgreementSets) -> None:
        self.sets = sets
        self.subjects: dict[str, Subject] = {}
        self.agenda = Agenda()
        self._looks: deque[Look] = deque()

    def put(self, subject: Subject) -> None:
        """Take over a subject as it was stored."""
        self._hold(subject)
        for promise in subject.promises.values():
            promise.queued_at = None  # wherever it was to be looked at, it is not here
            self.agenda.put(promise)
        self.agenda.await_findings(subject)

    def apply(self, subject_id: str, event: Event, now: Instant) -> tuple[Counted, list[Verdict]]:
        """Fold one event: how it was counted, and the verdicts that follow from it at once.

        `now` is when these are decided.
        """
        sets = self.sets
        role = sets.roles.get(event.type) or role_of(sets, event.type)
        subject = self.subjects.get(subject_id)
        if subject is None:
            if role.begins and not role.touches and (begun := begin(subject_id, event, role)):
                return FOLDED, self._take_on(begun, now)
            subject = Subject(subject_id)
        elif role.only_keeps and (verdicts := go_on(subject, event, role, now)):
            self.agenda.follow(subject, verdicts)
            return FOLDED, verdicts
        counted, changed = self._fold(subject, event)
        if counted is not FOLDED:
            return counted, []
        self.subjects[subject_id] = subject
        return FOLDED, self._conclude(subject, changed, now)

    def apply_together(
        self, subject_id: str, events: Sequence[Event], now: Instant
    ) -> tuple[list[Counted], list[Verdict]]:
        """Fold events of one subject that are committed together: how each was counted, and the
        verdicts.

        A few in order are folded one after the other. Where there are many, or from the first one
        on that comes out of order, the subject is folded again once, or n events would fold or
        compare it n times. What only some of them would have said was never so, and is told by
        nobody: verdicts go out with the commit.
        """
        counted: list[Counted] = []
        verdicts: list[Verdict] = []
        for place, event in enumerate(events):
            subject = self.subjects.get(subject_id)
            many = len(events) - place >= MANY_TOGETHER
            if subject and (many or asks_to_refold(subject, event, self.sets)):
                before = subject.promises
                rest, changed = fold_together(subject, events[place:], self.sets)
                self.agenda.replace(before, subject.promises)
                return counted + rest, verdicts + self._conclude(subject, changed, now)
            one, told = self.apply(subject_id, event, now)
            counted.append(one)
            verdicts += told
        return counted, verdicts

    def take_up(self, subject: Subject, now: Instant) -> list[Concluded]:
        """Fold a subject again for agreements that were not known before."""
        self._hold(subject)
        refold(subject, self.sets)
        verdicts = self._conclude(subject, subject.promises.values(), now)
        return [(subject, verdict) for verdict in verdicts]

    def advance(self, now: Instant, marks: Marks, limit: int | None = None) -> list[Concluded]:
        """Everything that became true by time alone, up to each promise's own watermark.

        No watermark is later than `now` or than what we caught up with. After `limit` looks the
        rest is left for the next time, which with a limit is for the rest alone: promises of silent
        parties are due again at once. `more_is_due` says whether there is a rest.
        """
        concluded: list[Concluded] = []
        looked_at: list[tuple[Subject, str]] = []
        watermark_of = cache(marks.watermark)
        anew = limit is None or not self._looks
        for look in islice(self._due(now, marks.caught_up_at, watermark_of, anew), limit):
            subject = self.subjects.get(look.subject_id)
            if subject is None:
                continue  # it was dropped since
            if look.finds:
                verdicts = self._find(subject, look, now)
            else:
                verdicts = self._pass_time(subject, look, now, watermark_of(look.parties))
                looked_at.append((subject, look.id))
            concluded += [(subject, verdict) for verdict in verdicts]
        for subject, id in looked_at:  # once each, so that no promise can hold up the others
            if promise := subject.promises.get(id):
                self.agenda.put(promise)
        return concluded

    @property
    def more_is_due(self) -> bool:
        """Whether the last `advance` left something that was due."""
        return bool(self._looks)

    def drop(self, subject_id: str) -> None:
        """Forget a subject that is stored and settled."""
        self.agenda.forget(self.subjects.pop(subject_id))

    def _hold(self, subject: Subject) -> None:
        """Have it in place of what was known of it."""
        if known := self.subjects.get(subject.id):
            self.agenda.forget(known)
        self.subjects[subject.id] = subject

    def _due(
        self,
        now: Instant,
        caught_up_at: Instant,
        watermark_of: Callable[[Parties], Watermark],
        anew: bool,
    ) -> Iterator[Look]:
        """What was left the last time; `anew` also all that is due, and what becomes so by it."""
        looks, latest = self._looks, max(now, caught_up_at)
        while True:
            if not looks and anew:
                looks.extend(self.agenda.due(now, latest, watermark_of))
            if not looks:
                return
            yield looks.popleft()

    def _pass_time(
        self, subject: Subject, look: Look, now: Instant, watermark: Watermark
    ) -> list[Verdict]:
        promise = subject.promises.get(look.id)
        if promise is None or promise.queued_at != look.at:
            return []  # it settled or moved since it was due
        if promise.agreement.evidence_parties != look.parties:
            return []  # it waits for others now
        self.agenda.cancel(promise)
        return self._after(subject, promise, [*of_time(promise, now, watermark)], now)

    def _find(self, subject: Subject, look: Look, now: Instant) -> list[Verdict]:
        """A finding that was still to come, once everybody who could tell otherwise has spoken."""
        finding = subject.current.get(look.id)
        if finding is None or finding.true_from != look.at or finding.awaits != look.parties:
            return []
        verdict = found(subject, look.id, finding, now)
        self.agenda.await_findings(subject)
        return [verdict] if verdict else []

    def _fold(self, subject: Subject, event: Event) -> tuple[Counted, list[Promise]]:
        before = subject.promises
        counted, changed = fold(subject, event, self.sets)
        self.agenda.replace(before, subject.promises)
        return counted, changed

    def _take_on(self, subject: Subject, now: Instant) -> list[Verdict]:
        """A subject that begun as usual: its promises are opened, and looked at in their time."""
        self.subjects[subject.id] = subject
        self.agenda.begin(subject)
        return [opened(promise, now) for promise in subject.promises.values()]

    def _conclude(
        self, subject: Subject, changed: Iterable[Promise], now: Instant
    ) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for promise in changed:
            if not self.sets.draw_along:
                verdicts += of_events(promise, now)
                self.agenda.put(promise)
                continue
            newest = subject.promises[promise.id]  # a verdict before may have folded it again
            verdicts += self._after(subject, newest, of_events(newest, now), now)
            self.agenda.put(newest)
        if subject.current or subject.found or self.agenda.awaits_findings(subject):
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
                verdicts += self._conclude(subject, self._fold(subject, event)[1], now)
        return verdicts

    def _compare(self, subject: Subject, now: Instant) -> Iterator[Verdict]:
        """What is found at once, and what was found and is no longer so."""
        yield from cleared(subject, now)
        for id, finding in subject.current.items():
            if not finding.awaits and (verdict := found(subject, id, finding, now)):
                yield verdict
        self.agenda.await_findings(subject)
