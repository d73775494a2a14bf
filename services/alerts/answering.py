"""What people answer to an alert beside taking it up or putting it off, step by step.

Each checks the request, decides once for its idempotency key, and is in the audit.
"""

from dataclasses import replace
from functools import partial

from services.alerts.actions import act_of, change_one, known
from services.alerts.domain import people
from services.alerts.domain.alert import Alert
from services.alerts.domain.answers import Cause, Closing, Dispute, Rating, Said
from services.alerts.domain.audit.chain import Act, Action
from services.alerts.domain.requests import Asked, check_asked, check_name
from services.alerts.domain.silences import silence_of
from services.alerts.handlers import Decide, Desk
from services.shared.clock import Instant, iso
from services.shared.errors import RefusalCode, Refused


def assign_alert(request: Asked, desk: Desk, now: Instant, assignee: str) -> Alert:
    """Takes it back where the assignee is empty."""
    check_asked(request)
    check_name("assignee", assignee, "who shall act")
    decide = partial(people.assign, key=request.key, assignee=assignee)
    return _answer(desk, _act(Action.ASSIGN, request, now), decide, assignee)


def escalate_alert(request: Asked, desk: Desk, now: Instant) -> Alert:
    check_asked(request, "why somebody else has to hear of it; they will read it")
    ladder = desk.escalation.ladder_of(_heard(request.key, desk, now))
    decide = partial(people.escalate, key=request.key, by=_said(request, now), ladder=ladder)
    return _answer(desk, _act(Action.ESCALATE, request, now), decide)


def note_alert(request: Asked, desk: Desk, now: Instant) -> Alert:
    check_asked(request, "the note")
    decide = partial(people.note, key=request.key, words=_said(request, now))
    return _answer(desk, _act(Action.NOTE, request, now), decide)


def close_alert(request: Asked, desk: Desk, now: Instant, cause: Cause) -> Alert:
    check_asked(request)
    closing = Closing(request.actor, now, cause)
    decide = partial(people.close, key=request.key, closing=closing)
    return _answer(desk, _act(Action.CLOSE, request, now), decide, cause)


def dispute_verdict(request: Asked, desk: Desk, now: Instant, by_party: str) -> Alert:
    """In the name of `by_party`, or of the debtor where that is empty."""
    check_asked(request, "why; the other party will read it")
    check_name("by_party", by_party, "a party of the promise")
    promise = known(request.key, desk.store.get(request.key)).promise
    dispute = Dispute(request.actor, by_party or promise.owed_by, now, request.words)
    decide = partial(people.dispute, key=request.key, dispute=dispute)
    return _answer(desk, _act(Action.DISPUTE, request, now), decide, dispute.party)


def rate_alert(request: Asked, desk: Desk, now: Instant, useful: bool) -> Alert:
    check_asked(request)
    rating = Rating(request.actor, useful, request.words, now)
    decide = partial(people.rate, key=request.key, rating=rating)
    return _answer(desk, _act(Action.RATE, request, now), decide, "useful" if useful else "")


def ask_new_date(request: Asked, desk: Desk, now: Instant) -> Alert:
    check_asked(request, "what the debtor is asked")
    _heard(request.key, desk, now)
    by, routes = _said(request, now), desk.escalation
    decide = partial(people.ask_new_date, key=request.key, by=by, escalation=routes)
    return _answer(desk, _act(Action.ASK_NEW_DATE, request, now), decide)


def tell_customer(request: Asked, desk: Desk, now: Instant) -> Alert:
    check_asked(request, "what the customer is to be told")
    _heard(request.key, desk, now)
    by, routes = _said(request, now), desk.escalation
    decide = partial(people.tell_customer, key=request.key, by=by, escalation=routes)
    return _answer(desk, _act(Action.TELL_CUSTOMER, request, now), decide)


def _answer(desk: Desk, act: Act, decide: Decide, detail: str = "") -> Alert:
    return change_one(desk, replace(act, detail=detail), decide)


def _act(action: Action, request: Asked, now: Instant) -> Act:
    act = act_of(request.actor, action, request.key, now, request.words)
    return replace(act, request=request.idempotency_key)


def _said(request: Asked, now: Instant) -> Said:
    return Said(request.actor, now, request.words)


def _heard(key: str, desk: Desk, now: Instant) -> Alert:
    """Raises Refused while a silence would keep it from whoever is asked."""
    alert = known(key, desk.store.get(key))
    silence = silence_of(alert, desk.store.silences(now), now)
    if silence and not alert.end:
        raise Refused(
            RefusalCode.CONFLICT,
            "key",
            f"Silence {silence.id} keeps alert {key} from everybody until {iso(silence.ends_at)};"
            " end it first.",
        )
    return alert
