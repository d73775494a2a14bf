"""Agreements, events and a table for tests of the tracker's core, with defaults that make a case.

The default promise: operations hands the parcel over within two hours of the payment's approval.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from services.shared.clock import SECOND, Instant, to_instant, to_micros
from services.shared.subjects import DEPARTMENTS
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import (
    Agreement,
    AgreementKind,
)
from services.tracker.core.durations import WallTime, parse_rung
from services.tracker.core.facts import Fact
from services.tracker.core.folding import fold
from services.tracker.core.promises import Promise
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject
from services.tracker.core.table import Marks, Table
from services.tracker.core.verdicts import Verdict

MINUTE: Instant = 60 * SECOND
HOUR: Instant = 60 * MINUTE
ORDER = "order/4711"
SHIP_BY, PROMISED_BY = Fact("order", "ship_by"), Fact("order", "promised_by")
_MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


def at(time: str) -> Instant:
    """`09:00` or `09:00:30` of the tests' Monday."""
    hours, minutes, *seconds = (int(part) for part in time.split(":"))
    return to_instant(_MONDAY + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds)))


def span(**parts: float) -> int:
    return to_micros(timedelta(**parts))


def an_agreement(*warn: str, **changes: Any) -> Agreement:  # noqa: ANN401 - any of its fields
    """`within` may be microseconds, `evidence` one type."""
    if isinstance(within := changes.get("within"), int):
        changes["within"] = WallTime(within)
    if isinstance(evidence := changes.get("evidence"), str):
        changes["evidence"] = (evidence,)
    return replace(
        Agreement(
            name="ship-paid-order",
            version=1,
            effective_from=0,
            kind=AgreementKind.OLA,
            owed_by="operations",
            owed_to="sales",
            because="The customer's date cannot be met if the parcel leaves later.",
            opens_on="finance.PaymentApproved",
            evidence=("operations.ParcelHandedOver",),
            within=WallTime(2 * HOUR),
            warn=tuple(parse_rung(each) for each in warn),
            cancels_on=("sales.OrderCancelled",),
        ),
        **changes,
    )


def sets_of(*agreements: Agreement) -> AgreementSets:
    return AgreementSets((AgreementSet("the-only", 0, agreements or (an_agreement(),)),))


def an_event(
    type: str = "finance.PaymentApproved",
    time: Instant | str = "09:00",
    **changes: Any,  # noqa: ANN401 - any of its fields
) -> Event:
    """The same arguments give the same event, with the same id."""
    occurred_at = at(time) if isinstance(time, str) else time
    id = hashlib.sha256(repr((type, occurred_at, sorted(changes.items()))).encode()).digest()[:16]
    plain = Event(id, type, type.partition(".")[0], occurred_at, occurred_at, content=b"same")
    return structs.replace(plain, **changes)


def a_retraction(
    event: Event,
    time: Instant | str = "23:00",
    **changes: Any,  # noqa: ANN401 - any of its fields
) -> Event:
    """Its own party takes the event back."""
    said = {"party": event.party, "retracts": event.id, "key": (("event_id", event.id.hex()),)}
    return an_event("handoff.Retracted", time, **said | changes)


def a_promise(agreement: Agreement | None = None, **changes: Any) -> Promise:  # noqa: ANN401 - any of its fields
    """Opened at 09:00, due at 11:00."""
    id = f"{ORDER}~ship-paid-order"
    plain = Promise(id, agreement or an_agreement(), (), at("09:00"), b"o", at("11:00"))
    return replace(plain, **changes)


def marks(moment: Instant | str, **behind: Instant | str) -> Marks:
    """All that was said until `moment` is known; of parties whose relay is `behind`, less."""
    said = {party: moment for party in DEPARTMENTS}
    heard_at, complete_through = _instants(said), _instants(said | behind)
    return Marks(heard_at[DEPARTMENTS[0]], complete_through, heard_at)


def silent(moment: Instant | str, **since: Instant | str) -> Marks:
    """As `marks`, and nothing was heard of some parties since a moment."""
    known = marks(moment, **since)
    known.heard_at.update(_instants(since))
    return known


def _instants(moments: Mapping[str, Instant | str]) -> dict[str, Instant]:
    return {party: at(each) if isinstance(each, str) else each for party, each in moments.items()}


def told(*events: Event, sets: AgreementSets | None = None, subject: str = ORDER) -> Subject:
    """A subject into which the events were folded."""
    folded = Subject(subject)
    for event in events:
        fold(folded, event, sets or sets_of())
    return folded


def only(subject: Subject) -> Promise:
    """Its only promise."""
    (promise,) = subject.promises.values()
    return promise


class Desk:
    """A table with one order, and a clock that the test moves; `told` is every verdict so far."""

    def __init__(self, *agreements: Agreement) -> None:
        self.table = Table(sets_of(*agreements))
        self.told: list[Verdict] = []

    def hear(self, *events: Event) -> list[Verdict]:
        """Fold events; verdicts are decided when each arrives."""
        verdicts = [
            verdict
            for event in events
            for verdict in self.table.apply(ORDER, event, event.arrived_at)[1]
        ]
        self.told += verdicts
        return verdicts

    def pass_time(self, until: Instant | str, known: Marks | None = None) -> list[Verdict]:
        """Let time pass; everything is known up to then, unless `known` says otherwise."""
        now = at(until) if isinstance(until, str) else until
        verdicts = [verdict for _, verdict in self.table.advance(now, known or marks(now))]
        self.told += verdicts
        return verdicts

    @property
    def subject(self) -> Subject:
        return self.table.subjects[ORDER]

    @property
    def promise(self) -> Promise:
        return only(self.subject)


def kinds(verdicts: Iterable[Verdict]) -> list[str]:
    return [verdict.kind.value for verdict in verdicts]
