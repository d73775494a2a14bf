"""What was concluded of a subject before, as the record of verdicts has it.

A subject that was folded again from its events knows everything but history: what people were told,
which breach stands, which warnings were given, and what followed from verdicts. Revisions go on
from beyond all that were told, since whoever was told ignores a lower one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from services.shared.clock import Instant
from services.tracker.core.findings import Found
from services.tracker.core.promises import Promise, State, settled_state, warning_moments
from services.tracker.core.sets import AgreementSets
from services.tracker.core.settling import accept_silence
from services.tracker.core.subject import Subject
from services.tracker.core.table import Table
from services.tracker.core.telling import verdict_events
from services.tracker.core.verdicts import ANNOUNCES, Kind, Reason, Verdict

Records = Mapping[str, Sequence[Verdict]]
"""By promise or finding, in order of their revisions."""

_ENDS = frozenset({Kind.KEPT, Kind.KEPT_LATE, Kind.CANCELLED, Kind.RELEASED})
_TAKES_BREACHES_BACK = frozenset({Kind.WITHDRAWN})
_PAUSES = frozenset({Kind.PAUSED, Kind.RETURNED})
_RESUMES = frozenset({Kind.RESUMED, Kind.CLEARED})
_TAKES_WARNINGS_BACK = _ENDS | _PAUSES | {Kind.WITHDRAWN, Kind.AMENDED}


def in_order(verdicts: Iterable[Verdict]) -> Records:
    ordered = sorted(verdicts, key=lambda each: (each.promise_id, each.revision))
    return {id: tuple(each) for id, each in groupby(ordered, lambda each: each.promise_id)}


def recall(subject: Subject, records: Records, sets: AgreementSets) -> None:
    """Give a subject that was folded from its events the history that its records tell of."""
    _follow_verdicts(subject, records, sets)
    for promise in subject.promises.values():
        _recall_promise(promise, records.get(promise.id, ()))
    for id in {*subject.current, *subject.found}:
        _recall_finding(subject, id, records.get(id, ()))


def is_behind(subject: Subject, records: Records) -> bool:
    """Whether the records tell of more than the subject knows."""
    known = {each.id: each.revision for each in subject.promises.values()}
    known |= {id: each.revision for id, each in subject.found.items()}
    return any(told[-1].revision > known.get(id, told[-1].revision) for id, told in records.items())


def _follow_verdicts(subject: Subject, records: Records, sets: AgreementSets) -> None:
    """What verdicts opened: these are events of our own, which no topic has."""
    table = Table(sets)
    table.put(subject)
    told = (each for verdicts in records.values() for each in verdicts)
    for verdict in sorted(told, key=lambda each: (each.decided_at, each.revision)):
        for event in verdict_events(subject, verdict, sets):
            table.apply(subject.id, event, verdict.decided_at)


def _recall_promise(promise: Promise, told: Sequence[Verdict]) -> None:
    aloud = [each for each in told if each.publish]
    promise.announced = ANNOUNCES.get(aloud[-1].kind) if aloud else None
    if not told:
        return
    promise.revision += told[-1].revision
    promise.withdrawals = max(promise.withdrawals, _withdrawals(told))
    if any(each.reason is Reason.DEEMED_ACCEPTED for each in told):
        _accept(promise)
    _mention_missed(promise, told)
    _mention_pauses(promise, told)
    breach = _stands(told, Kind.BREACHED, _taken_back_by(promise), promise.due_by)
    if breach and settled_state(promise) is not State.KEPT:
        promise.breached_at = breach.due_by
    if warned := _stands(told, Kind.WARNED, _TAKES_WARNINGS_BACK):
        labels = [label for _, label in warning_moments(promise)]
        if warned.cause in labels:
            promise.rungs = labels.index(warned.cause) + 1


def _accept(promise: Promise) -> None:
    """Its report was taken as accepted when nobody had answered it in time."""
    if settled_state(promise) is None and accept_silence(promise, promise.course.accepted_by or 0):
        promise.concluded = settled_state(promise)


def _withdrawals(told: Sequence[Verdict]) -> int:
    """As many as are surely enough: no verdict to come has the id of one that was told."""
    last = told[-1]
    return last.again + (last.kind in _TAKES_WARNINGS_BACK)


def _mention_missed(promise: Promise, told: Sequence[Verdict]) -> None:
    breaches = {each.due_by for each in told if each.kind is Kind.BREACHED}
    known = promise.mentioned.missed
    new = [each for each in promise.course.missed if each in breaches and each not in known]
    if new:
        promise.mentioned = replace(promise.mentioned, missed=(*known, *new))


def _mention_pauses(promise: Promise, told: Sequence[Verdict]) -> None:
    """Which pause was told last, and which ones are over."""
    changes = [each for each in told if each.kind in _PAUSES | _RESUMES]
    if not changes:
        return
    last = bytes.fromhex(changes[-1].cause) if changes[-1].kind in _PAUSES else b""
    events = dict.fromkeys(bytes.fromhex(each.cause) for each in changes)
    resumed = tuple(each for each in events if each != last)
    promise.mentioned = replace(promise.mentioned, pause=last, resumed=resumed)


def _taken_back_by(promise: Promise) -> frozenset[Kind]:
    """An open promise whose end was told has been opened again since."""
    return _TAKES_BREACHES_BACK if settled_state(promise) else _TAKES_BREACHES_BACK | _ENDS


def _stands(
    told: Sequence[Verdict], kind: Kind, over: frozenset[Kind], since: Instant = 0
) -> Verdict | None:
    """The last verdict of the kind, unless one came that ends it; of a deadline before `since` it
    is over, for that was moved. What is withdrawn unheard was not told aloud.
    """
    unheard = False
    for verdict in reversed(told):
        if verdict.kind is kind and verdict.due_by >= since:
            return None if unheard and not verdict.publish else verdict
        if verdict.kind in over:
            if verdict.publish or verdict.kind is not Kind.WITHDRAWN:
                return None
            unheard = True
    return None


def _recall_finding(subject: Subject, id: str, told: Sequence[Verdict]) -> None:
    """What was found is told again only where it was told to be over."""
    if not told:
        return
    known, last = subject.found.get(id), told[-1]
    if known is not None:
        known.revision += last.revision
    elif last.kind is not Kind.CLEARED:
        subject.found = {**subject.found, id: Found(subject.current[id], last.revision)}
