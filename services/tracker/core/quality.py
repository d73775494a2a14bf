"""Handoff quality: a case that goes back and forth, that nobody takes, whose customer is asked
twice.

Every function reads the events of one case in order of time, without repetitions and without what
was taken back, and once from the first to the last; a detector gives the findings that still hold.
What share of a handoff's context is there is left to the agreements.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter

from services.shared.clock import SECOND, Instant
from services.tracker.core.baton import GIVEN_BACK, Holding, holdings, party_in, transfer_of
from services.tracker.core.case_events import (
    ACCEPTED,
    RECEIVED,
    REOPENED,
    REQUESTED,
    RESOLVED,
    RETURNED,
    TRANSFERRED,
)
from services.tracker.core.findings import Finding, FindingKind
from services.tracker.core.subject import Event

ORPHAN_LIMIT = 4 * 3_600 * SECOND
"""Elapsed microseconds after which a transfer that nobody accepted is found."""

CUSTOMER = "customer"


def bounces(events: Sequence[Event]) -> tuple[Finding, ...]:
    """The case came back to a party that had passed it on: A, B, A; they hold until it is resolved.

    The second time escalates and names one joint owner: who got the case then. It stays the owner
    through all later ones, wherever the case goes, so that the ownership does not bounce as well.
    A bounce after a resolution holds until the next; a reopened case has all its bounces again.
    Whoever returned a transfer gets it again with what was missing: that is none of its own.
    """
    found: list[Finding] = []
    owner = ""
    for between, back in _bounces(holdings(events)):
        if between.key.endswith(GIVEN_BACK):
            continue
        owner = owner or (back.holder if found else "")
        found.append(_bounce(between, back, len(found) + 1, owner))
    return _until_resolved(found, events)


def left_alone(events: Sequence[Event]) -> tuple[Finding, ...]:
    """The case was handed over and is not accepted within ORPHAN_LIMIT.

    Gone once that transfer is accepted or returned, or the case is transferred again or resolved.
    Only support tells of all these, so it is support whose events are awaited, not the receiver's.
    """
    waiting: Event | None = None
    for event in events:
        if event.type == TRANSFERRED:
            waiting = event
        elif event.type == RESOLVED or (waiting and _answers(event, waiting)):
            waiting = None
    return (_left_alone(waiting),) if waiting else ()


def repeated_requests(events: Sequence[Event]) -> tuple[Finding, ...]:
    """A field is asked of the customer again after it was received; holds until it is resolved.

    Who asks is who has the case at that time.
    """
    held = holdings(events)
    asked: dict[str, str] = {}
    received: set[str] = set()
    found: list[Finding] = []
    for event in events:
        if event.type == RECEIVED:
            received.update(_names(event))
        elif event.type == REQUESTED:
            by = _holder_at(held, event.occurred_at) or event.party
            if again := [name for name in _names(event) if name in asked and name in received]:
                found.append(_repeated(event, by, again, asked))
            asked.update(dict.fromkeys(_names(event), by))
    return _until_resolved(found, events)


DETECTORS: tuple[Callable[[Sequence[Event]], tuple[Finding, ...]], ...] = (
    bounces,
    left_alone,
    repeated_requests,
)


def bounce_count(events: Sequence[Event]) -> int:
    """How often the case came back, whatever became of it: R = #{k: o_k = o_k-2} of holders."""
    return sum(1 for _ in _bounces(holdings(events)))


def hop_count(events: Sequence[Event]) -> int:
    """How often the case changed hands."""
    return max(0, len(holdings(events)) - 1)


def return_count(events: Sequence[Event]) -> int:
    """How often a receiver gave a transfer back because something was missing."""
    return sum(event.type == RETURNED for event in events)


def orphan_times(events: Sequence[Event]) -> tuple[int, ...]:
    """Elapsed microseconds from each accepted transfer to its first acceptance, in that order."""
    released: dict[str, Instant] = {}
    waits = []
    for event in events:
        if event.type == TRANSFERRED:
            released[transfer_of(event)] = event.occurred_at
        elif event.type == ACCEPTED and transfer_of(event) in released:
            waits.append(event.occurred_at - released.pop(transfer_of(event)))
    return tuple(waits)


def _bounces(held: Sequence[Holding]) -> Iterator[tuple[Holding, Holding]]:
    """Each time that the holder but one has it again: who had it between, and that it is back."""
    for (first, between), (_, back) in pairwise(pairwise(held)):
        if first.holder == back.holder:
            yield between, back


def _bounce(between: Holding, back: Holding, number: int, owner: str) -> Finding:
    a, b = back.holder, between.holder
    detail = f"{a} got the case back that it had passed to {b}: {a}, {b}, {a}"
    next_step = f"Agree with {b} on who keeps the case before it is passed on again."
    if owner:
        detail += f"; this is bounce {number}, and {owner} is the joint owner until it is resolved"
        next_step = f"Escalate to the leads of {a} and {b}; {owner} answers for the case from now."
    return Finding(FindingKind.BOUNCED, back.key, back.at, owner or a, CUSTOMER, detail, next_step)


def _answers(event: Event, transfer: Event) -> bool:
    return event.type in {ACCEPTED, RETURNED} and transfer_of(event) == transfer_of(transfer)


def _left_alone(transfer: Event) -> Finding:
    sender, receiver = party_in(transfer, "from_party"), party_in(transfer, "to_party")
    hours = ORPHAN_LIMIT // (3_600 * SECOND)
    return Finding(
        FindingKind.LEFT_ALONE,
        transfer_of(transfer),
        transfer.occurred_at + ORPHAN_LIMIT,
        receiver,
        sender,
        f"{sender} passed the case to {receiver}, where nobody accepted it within {hours} hours",
        "Accept the case, or return it and say what is missing.",
        awaits=frozenset({transfer.type.partition(".")[0]}),
    )


def _repeated(request: Event, by: str, again: Iterable[str], asked: Mapping[str, str]) -> Finding:
    known = ", ".join(f"{name} (asked by {asked[name]} before)" for name in again)
    return Finding(
        FindingKind.REPEATED_REQUEST,
        dict(request.key).get("request_id", ""),
        request.occurred_at,
        by,
        CUSTOMER,
        f"{by} asked the customer again for what was received already: {known}",
        "Take it from the case, and tell the customer that no answer is needed.",
    )


def _until_resolved(found: Iterable[Finding], events: Iterable[Event]) -> tuple[Finding, ...]:
    """Those that are later than the last resolution that stands."""
    resolved_at: Instant | None = None
    for event in events:
        if event.type == RESOLVED:
            resolved_at = event.occurred_at
        elif event.type == REOPENED:
            resolved_at = None
    return tuple(each for each in found if resolved_at is None or each.true_from > resolved_at)


def _holder_at(held: Sequence[Holding], at: Instant) -> str:
    """Before the first transfer it is who sends that; empty where there is none."""
    known = bisect_right(held, at, key=attrgetter("at"))
    return held[max(0, known - 1)].holder if held else ""


def _names(request: Event) -> list[str]:
    names = request.fields.get("fields")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
