"""What happens to a verdict, to a person's answer and to a notice on its way, step by step.

Handlers load, decide and save; the Protocols here are what they need of store and ledger.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from services.alerts import delivery
from services.alerts.collapsing import without_what_is_over
from services.alerts.domain import decisions
from services.alerts.domain.alert import (
    Acknowledgement,
    Alert,
    Decision,
    History,
    Snooze,
    State,
    urgency,
)
from services.alerts.domain.climbing import Rules, climbing
from services.alerts.domain.decisions import acknowledge, decide, snooze
from services.alerts.domain.ladders import Escalation
from services.alerts.domain.promise import SETTLED, Promise, Word
from services.alerts.domain.requests import (
    PAGE_SIZE_LIMIT,
    Acknowledge,
    Query,
    Release,
    SnoozeUntil,
    check_acknowledge,
    check_release,
    check_silence,
    check_snooze,
)
from services.alerts.domain.silences import Silence
from services.alerts.errors import LedgerUnreachable
from services.shared.clock import Instant
from services.shared.errors import RefusalCode, Refused
from services.shared.telemetry import trace_headers

AWAKENINGS_AT_ONCE = 500

Decide = Callable[[History], Decision]


class AlertStore(Protocol):
    """Where alerts lie, each change together with the notices that it causes."""

    def change(self, promise_id: str, decide: Decide) -> Decision:
        """Runs `decide`, maybe several times, and saves its history and its notices as one."""
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

    def silences(self, now: Instant) -> Sequence[Silence]:
        """Those that have not ended by now, the first to end first."""
        ...

    def silence(self, id: str) -> Silence | None: ...

    def keep_silence(self, silence: Silence) -> None:
        """As it is from now on."""
        ...

    def released(self, request: Release) -> bytes | None:
        """The event of the same request before; raises Refused where its key meant another one."""
        ...

    def release(self, request: Release, promise: Promise, now: Instant) -> bytes:
        """Puts the event where the relay finds it, once a key; returns its id."""
        ...


class Ledger(Protocol):
    """What the tracker keeps of promises; every method may raise LedgerUnreachable."""

    def announced(self) -> Iterator[Sequence[Word]]:
        """Page by page, every promise with an announcement that has no end."""
        ...

    def promise(self, promise_id: str) -> Word | None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Where alerts are decided: what they are kept in, and the ladders that they climb."""

    store: AlertStore
    escalation: Escalation


def hear(word: Word, desk: Desk, now: Instant) -> Decision:
    """A verdict came, perhaps not for the first time."""
    return _change(desk, word.promise.promise_id, partial(decide, word=word, now=now), now)


def acknowledge_alert(request: Acknowledge, desk: Desk, now: Instant) -> Alert:
    check_acknowledge(request)
    by = Acknowledgement(request.actor, now, request.note)
    return _change_one(
        desk, request.key, lambda history: acknowledge(history, request.key, by), now
    )


def snooze_alert(request: SnoozeUntil, desk: Desk, now: Instant) -> Alert:
    check_snooze(request, now)
    rest = Snooze(request.actor, request.until, request.reason)
    later = partial(snooze, key=request.key, snooze=rest)
    return _change_one(desk, request.key, later, now)


def wake(desk: Desk, now: Instant) -> int:
    """Tells of what was snoozed or in hand until now, and whom it comes to next; how many."""
    due = desk.store.awakening(now, AWAKENINGS_AT_ONCE)
    for alert in due:
        again = partial(decisions.wake, key=alert.key, now=now)
        _change(desk, alert.promise.promise_id, again, now)
    return len(due)


def begin_silence(silence: Silence, desk: Desk, now: Instant) -> None:
    """Nobody hears of what it takes from its beginning on, standing alerts included."""
    check_silence(silence, now)
    desk.store.keep_silence(silence)
    for alert in _standing(desk, State.OPEN):
        if silence.holds(alert, now):
            again = partial(decisions.look_again, key=alert.key)
            _change(desk, alert.promise.promise_id, again, now)


def end_silence(id: str, desk: Desk, now: Instant) -> Silence:
    """What it took is told of now, unless it is over. Raises Refused where there is none."""
    silence = desk.store.silence(id)
    if silence is None or silence.ends_at <= now:
        raise Refused(
            RefusalCode.NOT_FOUND,
            "id",
            f"No silence {id!r} holds or is planned; `handoff silence list` shows those that do.",
        )
    ended = replace(silence, ends_at=now)
    desk.store.keep_silence(ended)
    for alert in _standing(desk, State.SNOOZED):
        awake = partial(decisions.end_silence, key=alert.key, silence=id, now=now)
        _change(desk, alert.promise.promise_id, awake, now)
    return ended


def _standing(desk: Desk, state: State) -> Iterator[Alert]:
    """All in this state, page by page; what is changed meanwhile is on no later page."""
    query = Query(states=frozenset({state}), limit=PAGE_SIZE_LIMIT)
    while page := desk.store.find(query):
        yield from page
        query = replace(query, after=urgency(page[-1]))


def release_promise(request: Release, desk: Desk, ledger: Ledger, now: Instant) -> bytes:
    """The creditor gives a promise up; the tracker hears of it as an event like any other."""
    check_release(request)
    if first := desk.store.released(request):
        return first
    return desk.store.release(request, _to_release(request.promise_id, desk, ledger), now)


def delivery_steps(to: delivery.Receiver) -> tuple[delivery.Step, ...]:
    """What happens to notices on their way to a receiver: the order is written only here."""
    return (
        partial(without_what_is_over, to),
        delivery.oldest_of_each_alert,
        partial(delivery.least_failed_first, to),
        partial(delivery.sent, to),
    )


def deliver(to: delivery.Receiver) -> int:
    """One pass over what waits for a receiver; how many notices it took or refused for good."""
    notices = to.waiting()
    for step in delivery_steps(to):
        notices = step(notices)
    return len(notices)


def _change(desk: Desk, promise_id: str, decide: Decide, now: Instant) -> Decision:
    def decided(history: History) -> Decision:
        return _traced(climbing(history, decide(history), rules, now))

    rules = Rules(desk.escalation, desk.store.silences(now))
    return desk.store.change(promise_id, decided)


def _traced(decision: Decision) -> Decision:
    """Each notice carries the trace in which it was decided."""
    trace = dict(trace_headers()).get("traceparent", b"").decode()
    notices = tuple(replace(notice, traceparent=trace) for notice in decision.notices)
    return replace(decision, notices=notices)


def _change_one(desk: Desk, key: str, decide: Decide, now: Instant) -> Alert:
    promise_id = known(key, desk.store.get(key)).promise.promise_id
    return known(key, _change(desk, promise_id, decide, now).history.alert(key))


def known(key: str, alert: Alert | None) -> Alert:
    """Raises Refused where no alert has this key."""
    if alert is None:
        raise Refused(
            RefusalCode.NOT_FOUND,
            "key",
            f"No alert has the key {key!r}; `handoff alerts list` shows the keys that there are.",
        )
    return alert


def _to_release(promise_id: str, desk: Desk, ledger: Ledger) -> Promise:
    """What the ledger says of it, or the alert while the ledger cannot be asked."""
    try:
        word = ledger.promise(promise_id)
    except LedgerUnreachable as error:
        alerts = desk.store.histories([promise_id])[promise_id].alerts
        if alerts:
            return alerts[-1].promise
        raise Refused(
            RefusalCode.CONFLICT, "promise_id", f"{error} Try again in a moment.", retryable=True
        ) from error
    if word is None:
        raise Refused(
            RefusalCode.NOT_FOUND,
            "promise_id",
            f"The ledger has no promise {promise_id!r}; `handoff alerts list --json` shows the"
            " promise of each alert.",
        )
    if word.promise.finding:
        raise Refused(
            RefusalCode.CONFLICT,
            "promise_id",
            f"{promise_id} is a finding, so there is no promise to give up; it ends by itself when"
            " it is no longer so.",
        )
    if word.says in SETTLED:
        raise Refused(
            RefusalCode.CONFLICT,
            "promise_id",
            f"Promise {promise_id} is {word.says.replace('_', ' ')} already; nothing is owed.",
        )
    return word.promise
