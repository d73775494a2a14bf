"""What people do to alerts, promises and silences, each with its entry in the audit.

Handlers check, load, decide and save; what they need of store and ledger is in `handlers.py`.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from services.alerts.domain import decisions
from services.alerts.domain.alert import Alert, Snooze, State, urgency
from services.alerts.domain.answers import Acknowledgement
from services.alerts.domain.audit.chain import Act, Action
from services.alerts.domain.people import acknowledge, snooze
from services.alerts.domain.promise import SETTLED, Promise
from services.alerts.domain.requests import (
    PAGE_SIZE_LIMIT,
    Acknowledge,
    Query,
    Release,
    SnoozeUntil,
    check_acknowledge,
    check_end_silence,
    check_release,
    check_silence,
    check_snooze,
)
from services.alerts.domain.silences import Silence, silence_facts
from services.alerts.errors import LedgerUnreachable
from services.alerts.handlers import Decide, Desk, Ledger, change
from services.shared.clock import Instant, iso
from services.shared.errors import RefusalCode, Refused
from services.shared.telemetry import trace_headers


def acknowledge_alert(request: Acknowledge, desk: Desk, now: Instant) -> Alert:
    check_acknowledge(request)
    by = Acknowledgement(request.actor, now, request.note, through=request.through)
    act = act_of(request.actor, Action.ACKNOWLEDGE, request.key, now, request.note)
    act = replace(act, request=request.idempotency_key)
    return change_one(desk, act, lambda history: acknowledge(history, request.key, by))


def snooze_alert(request: SnoozeUntil, desk: Desk, now: Instant) -> Alert:
    check_snooze(request, now)
    rest = Snooze(request.actor, request.until, request.reason)
    act = act_of(request.actor, Action.SNOOZE, request.key, now, request.reason)
    return change_one(desk, act, partial(snooze, key=request.key, snooze=rest))


def begin_silence(silence: Silence, desk: Desk, now: Instant) -> None:
    """Nobody hears of what it takes from its beginning on, standing alerts included."""
    check_silence(silence, now)
    act = act_of(silence.actor, Action.BEGIN_SILENCE, silence.id, now, silence.reason)
    desk.store.keep_silence(silence, replace(act, after=silence_facts(silence)))
    for alert in _standing(desk, State.OPEN):
        if silence.holds(alert, now):
            again = partial(decisions.look_again, key=alert.key)
            change(desk, alert.promise.promise_id, again, now)


def end_silence(id: str, actor: str, desk: Desk, now: Instant) -> Silence:
    """What it took is told of now, unless it is over. Raises Refused where there is none."""
    check_end_silence(actor)
    silence = desk.store.silence(id)
    if silence is None or silence.ends_at <= now:
        raise Refused(
            RefusalCode.NOT_FOUND,
            "id",
            f"No silence {id!r} holds or is planned; `handoff silence list` shows those that do.",
        )
    ended = replace(silence, ends_at=now)
    act = act_of(actor, Action.END_SILENCE, id, now)
    before, after = {"ends_at": iso(silence.ends_at)}, {"ends_at": iso(now)}
    desk.store.keep_silence(ended, replace(act, before=before, after=after))
    for alert in _standing(desk, State.SNOOZED):
        awake = partial(decisions.end_silence, key=alert.key, silence=id, now=now)
        change(desk, alert.promise.promise_id, awake, now)
    return ended


def release_promise(request: Release, desk: Desk, ledger: Ledger, now: Instant) -> bytes:
    """The creditor gives a promise up; the tracker hears of it as an event like any other."""
    check_release(request)
    if first := desk.store.released(request):
        return first
    promise = _to_release(request.promise_id, desk, ledger)
    act = act_of(request.actor, Action.RELEASE, request.promise_id, now, request.reason)
    act = replace(act, subject=promise.subject, request=request.idempotency_key)
    return desk.store.release(request, promise, act)


def known(key: str, alert: Alert | None) -> Alert:
    """Raises Refused where no alert has this key."""
    if alert is None:
        raise Refused(
            RefusalCode.NOT_FOUND,
            "key",
            f"No alert has the key {key!r}; `handoff inbox` shows the keys that there are.",
        )
    return alert


def act_of(actor: str, action: Action, about: str, now: Instant, reason: str = "") -> Act:
    """In the trace of this call."""
    trace = dict(trace_headers()).get("traceparent", b"").decode()
    return Act(actor, action, about, now, reason, trace_id=trace[3:35])


def change_one(desk: Desk, act: Act, decide: Decide) -> Alert:
    """The alert that the act is about, as it makes it; raises Refused where there is none."""
    promise_id = known(act.about, desk.store.get(act.about)).promise.promise_id
    decision = change(desk, promise_id, decide, act.at, act)
    return known(act.about, decision.history.alert(act.about))


def _standing(desk: Desk, state: State) -> Iterator[Alert]:
    """All in this state, page by page; what is changed meanwhile is on no later page."""
    query = Query(states=frozenset({state}), limit=PAGE_SIZE_LIMIT)
    while page := desk.store.find(query):
        yield from page
        query = replace(query, after=urgency(page[-1]))


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
            f"The ledger has no promise {promise_id!r}; `handoff inbox --json` shows the"
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
