"""What happens to a verdict, and to an alert as time passes, step by step.

Handlers load, decide and save; the Protocols here are what they need of store and ledger. What
people do is in `actions.py`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from services.alerts.domain import decisions
from services.alerts.domain.alert import Alert, Decision, History, Reason, State
from services.alerts.domain.audit.chain import Act, Entry, Head
from services.alerts.domain.audit.recording import recorded
from services.alerts.domain.audit.wanted import Wanted
from services.alerts.domain.calling_off import calling_off
from services.alerts.domain.climbing import Rules, climbing
from services.alerts.domain.decisions import decide
from services.alerts.domain.inhibition import is_beneath, look_again
from services.alerts.domain.ladders import Escalation
from services.alerts.domain.promise import Condition, Promise, Word
from services.alerts.domain.ratings import RatingCount
from services.alerts.domain.requests import PAGE_SIZE_LIMIT, Query, Release
from services.alerts.domain.schedules.schedule import Schedule
from services.alerts.domain.silences import Silence
from services.shared.clock import Instant
from services.shared.telemetry import trace_headers

AWAKENINGS_AT_ONCE = 500

Decide = Callable[[History], Decision]


class Audit(Protocol):
    """What people did, as a chain; what changes an alert is added by the store."""

    def record(self, act: Act) -> None:
        """Adds what is done elsewhere, once a request."""
        ...

    def find(self, wanted: Wanted) -> Sequence[Entry]:
        """The newest that are wanted, in order."""
        ...

    def head(self) -> Head: ...

    def entries(self) -> Iterator[Entry]: ...


class AlertStore(Protocol):
    """Where alerts lie, each change together with the notices that it causes."""

    @property
    def audit(self) -> Audit: ...

    def change(self, promise_id: str, decide: Decide, act: Act | None = None) -> Decision:
        """Runs `decide`, maybe several times, and saves its history, notices and act as one.

        Not where the request of `act` had its effect before; raises Refused where that meant
        something else.
        """
        ...

    def histories(self, promise_ids: Collection[str]) -> Mapping[str, History]: ...

    def get(self, key: str) -> Alert | None: ...

    def find(self, query: Query) -> Sequence[Alert]: ...

    def awakening(self, now: Instant, limit: int) -> Sequence[Alert]:
        """Alerts of which something changes by then, by time alone."""
        ...

    def standing(self) -> frozenset[str]:
        """The promises that have an alert without an end."""
        ...

    def ratings(self, now: Instant) -> Sequence[RatingCount]:
        """By agreement or finding and week, of the alerts that are kept and somebody rated."""
        ...

    def silences(self, now: Instant) -> Sequence[Silence]:
        """Those that have not ended by now, the first to end first."""
        ...

    def silence(self, id: str) -> Silence | None: ...

    def keep_silence(self, silence: Silence, act: Act) -> None:
        """As it is from now on, and what the audit says of it."""
        ...

    def released(self, request: Release) -> bytes | None:
        """The event of the same request before; raises Refused where its key meant another one."""
        ...

    def release(self, request: Release, promise: Promise, act: Act) -> bytes:
        """Puts the event where the relay finds it and the act into the audit, once a key.

        Returns the event's id.
        """
        ...


class Ledger(Protocol):
    """What the tracker keeps of promises; every method may raise LedgerUnreachable."""

    def announced(self) -> Iterator[Sequence[Word]]:
        """Page by page, every promise with an announcement that has no end."""
        ...

    def promise(self, promise_id: str) -> Word | None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Where alerts are decided: what they are kept in, the ladders that they climb, who is on call
    by the schedules of the moment, and the receivers that call people until it is called off."""

    store: AlertStore
    ladders: Escalation
    schedules: Callable[[], Mapping[str, Schedule]] = dict
    callers: Collection[str] = ()

    @property
    def escalation(self) -> Escalation:
        return replace(self.ladders, schedules=self.schedules())


def hear(word: Word, desk: Desk, now: Instant) -> Decision:
    """A verdict came, perhaps not for the first time."""
    decision = change(desk, word.promise.promise_id, partial(decide, word=word, now=now), now)
    _tell_what_was_beneath(word.promise, decision, desk, now)
    return decision


def _tell_what_was_beneath(outer: Promise, decision: Decision, desk: Desk, now: Instant) -> None:
    """Also where the verdict came before: whoever heard it may have died in between."""
    if not _was_broken_and_is_not(decision):
        return
    query = Query(frozenset({State.SNOOZED}), subject=outer.subject, limit=PAGE_SIZE_LIMIT)
    for alert in desk.store.find(query):
        if is_beneath(alert, outer.agreement):
            again = partial(look_again, key=alert.key, now=now)
            change(desk, alert.promise.promise_id, again, now)


def _was_broken_and_is_not(decision: Decision) -> bool:
    broken = [each for each in decision.history.alerts if each.condition is Condition.BREACHED]
    eased = decision.reason is Reason.EASED
    return bool(broken or eased) and all(alert.end for alert in broken)


def wake(desk: Desk, now: Instant) -> int:
    """Tells of what was snoozed or in hand until now, and whom it comes to next; how many."""
    due = desk.store.awakening(now, AWAKENINGS_AT_ONCE)
    for alert in due:
        again = partial(decisions.wake, key=alert.key, now=now)
        change(desk, alert.promise.promise_id, again, now)
    return len(due)


def change(
    desk: Desk, promise_id: str, decide: Decide, now: Instant, act: Act | None = None
) -> Decision:
    """Decides, lets alerts climb, calls off, saves; `act` is what a person did, for the audit."""

    def decided(history: History) -> Decision:
        decision = decide(history)
        rules = Rules(escalation, silences, _beside(desk, decision.history))
        decision = climbing(history, decision, rules, now)
        decision = _traced(calling_off(history, decision, desk.callers, now))
        return recorded(history, decision, act) if act else decision

    silences, escalation = desk.store.silences(now), desk.escalation
    return desk.store.change(promise_id, decided, act)


def _beside(desk: Desk, history: History) -> Sequence[Alert]:
    """What stands about the same subject, where this may be a part of it."""
    inner = next((each.promise for each in history.open_alerts() if each.promise.serves), None)
    if inner is None:
        return ()
    return desk.store.find(Query(subject=inner.subject, limit=PAGE_SIZE_LIMIT))


def _traced(decision: Decision) -> Decision:
    """Each notice carries the trace in which it was decided."""
    trace = dict(trace_headers()).get("traceparent", b"").decode()
    notices = tuple(replace(notice, traceparent=trace) for notice in decision.notices)
    return replace(decision, notices=notices)
