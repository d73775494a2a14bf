"""When to look at each promise again, and at each finding that is still to come.

Exactly one entry stands for each of them, and none for anything else: what settles, moves, waits
for other parties or is forgotten takes its entry along.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from services.shared.clock import Instant
from services.tracker.core.findings import Finding
from services.tracker.core.promises import Promise, Watermark, look_again_at
from services.tracker.core.subject import NOTHING, Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.core.wheel import Wheel

Parties = frozenset[str]


class Look(NamedTuple):
    """It is time to look at a promise, or at a finding, that waited for these parties."""

    finds: bool
    parties: Parties
    at: Instant
    id: str

    @property
    def subject_id(self) -> str:
        """What its id begins with: no subject has a `~` in its own."""
        return self.id.partition("~")[0]


class Agenda:
    """A wheel for each set of parties who could still tell otherwise.

    `queued_at` of a promise is the moment of its entry, which waits for the parties of its
    agreement's evidence. `_awaited` are the findings that have one, by subject and id.
    """

    def __init__(self) -> None:
        self._promises: defaultdict[Parties, Wheel] = defaultdict(Wheel)
        self._findings: defaultdict[Parties, Wheel] = defaultdict(Wheel)
        self._awaited: dict[str, Mapping[str, Finding]] = {}

    def begin(self, subject: Subject) -> None:
        """Put in promises that know already when they are looked at."""
        for promise in subject.promises.values():
            assert promise.queued_at is not None, "whatever begins is looked at"
            wheel = self._promises[promise.agreement.evidence_parties]
            wheel.put(promise.queued_at, promise.id)

    def follow(self, subject: Subject, verdicts: Iterable[Verdict]) -> None:
        """Look no more at the promises that these verdicts end; those that they open know already
        when they are looked at."""
        for verdict in verdicts:
            promise = subject.promises[verdict.promise_id]
            if promise.queued_at is None:
                continue
            wheel = self._promises[promise.agreement.evidence_parties]
            if promise.settled_at is None:
                wheel.put(promise.queued_at, promise.id)
            else:
                wheel.cancel(promise.queued_at, promise.id)
                promise.queued_at = None

    def put(self, promise: Promise) -> None:
        """Put it where it is looked at again; nowhere, if it is over."""
        at = look_again_at(promise)
        if at == promise.queued_at:
            return
        self.cancel(promise)
        if at is not None:
            promise.queued_at = at
            self._promises[promise.agreement.evidence_parties].put(at, promise.id)

    def cancel(self, promise: Promise) -> None:
        """Look at it no more."""
        if promise.queued_at is not None:
            wheel = self._promises[promise.agreement.evidence_parties]
            wheel.cancel(promise.queued_at, promise.id)
            promise.queued_at = None

    def replace(self, before: dict[str, Promise], after: dict[str, Promise]) -> None:
        """A subject that was folded again has other promises: look no more at those before."""
        if after is not before:
            for promise in before.values():
                self.cancel(promise)

    def await_findings(self, subject: Subject) -> None:
        """Look at what is found of it as it stands, and not yet told, when it becomes true."""
        before = self._awaited.pop(subject.id, NOTHING)
        awaited = {
            id: finding for id, finding in subject.current.items() if _awaits(subject, id, finding)
        }
        for id, finding in before.items():
            if awaited.get(id) != finding:
                self._findings[finding.awaits].cancel(finding.true_from, id)
        for id, finding in awaited.items():
            if before.get(id) != finding:
                self._findings[finding.awaits].put(finding.true_from, id)
        if awaited:
            self._awaited[subject.id] = awaited

    def awaits_findings(self, subject: Subject) -> bool:
        """Whether an entry stands for a finding of it."""
        return subject.id in self._awaited

    def forget(self, subject: Subject) -> None:
        """Look at nothing of it any more."""
        for promise in subject.promises.values():
            self.cancel(promise)
        for id, finding in self._awaited.pop(subject.id, NOTHING).items():
            self._findings[finding.awaits].cancel(finding.true_from, id)

    def due(
        self, now: Instant, latest: Instant, watermark_of: Callable[[Parties], Watermark]
    ) -> Iterator[Look]:
        """Take out what is due; no watermark is later than `latest`.

        Promises of silent parties are looked at by the clock, to tell that they are unknown; what
        is found has to be true for certain.
        """
        for parties, wheel in self._promises.items():
            if wheel.may_have(latest):
                known = watermark_of(parties)
                until = max(known.at, now) if known.silent else known.at
                for at, id in wheel.due(until):
                    yield Look(False, parties, at, id)
        for parties, wheel in self._findings.items():
            if wheel.may_have(latest):
                for at, id in wheel.due(watermark_of(parties).at):
                    yield Look(True, parties, at, id)


def next_look_at(subject: Subject) -> Instant | None:
    """When something of it may first change by itself; None when nothing will."""
    moments = [look_again_at(promise) for promise in subject.promises.values()]
    moments += [
        finding.true_from
        for id, finding in subject.current.items()
        if _awaits(subject, id, finding)
    ]
    return min((at for at in moments if at is not None), default=None)


def _awaits(subject: Subject, id: str, finding: Finding) -> bool:
    known = subject.found.get(id)
    told = known is not None and known.finding == finding and known.cleared_at is None
    return bool(finding.awaits) and not told
