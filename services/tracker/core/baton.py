"""Who has a case, one after the other, as its transfers, acceptances and returns say.

What follows from it (bounces, cases left alone) is the affair of `quality`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.shared.clock import Instant
from services.tracker.core.case_events import ACCEPTED, RETURNED, TRANSFERRED
from services.tracker.core.subject import Event

GIVEN_BACK = "-returned"
"""How the key of a holding ends that a return brought about."""


@dataclass(frozen=True, slots=True)
class Holding:
    """`holder`, a party or a team, has the case from `at` on.

    `key` is the number of the transfer that brought it there; `<number>-returned` for its return;
    `<number>-sent` or `<number>-held` where a party hands over or returns what it was not known to
    have.
    """

    holder: str
    at: Instant
    key: str


def holdings(events: Iterable[Event]) -> tuple[Holding, ...]:
    """The holders of the case, each different from the one before.

    1. The first holder is who sends the first transfer: nothing earlier says who has a case.
    2. A transfer goes to `to_party`, but whoever accepts or returns it is whom it went to.
    3. A return gives the case back to the sender of that transfer.
    4. Where a party hands over or returns what another was known to have, its word counts: the case
       was with both, one after the other.

    A name that is empty or was too long to keep says nothing, nor do an acceptance and a return of
    a transfer that nobody told of.
    """
    noted: dict[str, Holding] = {}
    senders: dict[str, str] = {}
    for event in events:
        number = transfer_of(event)
        if event.type == TRANSFERRED:
            senders[number] = party_in(event, "from_party")
        elif event.type in {ACCEPTED, RETURNED} and number in senders:
            _correct(noted, number, party_in(event, "by_party"))
        else:
            continue
        for key, holder in _said(event, number, senders[number]):
            if holder:
                noted[key] = Holding(holder, event.occurred_at, key)
    return _without_repetitions(noted.values())


def transfer_of(event: Event) -> str:
    """The number of the transfer that the event is about; empty for other events."""
    return dict(event.key).get("transfer", "")


def party_in(event: Event, name: str) -> str:
    """The party or team that a field of the event names; empty where it names none."""
    value = event.fields.get(name)
    return value if isinstance(value, str) else ""


def _correct(noted: dict[str, Holding], number: str, by_party: str) -> None:
    if by_party and number in noted:
        noted[number] = replace(noted[number], holder=by_party)


def _said(event: Event, number: str, sender: str) -> Sequence[tuple[str, str]]:
    """Who has the case by the event, one after the other."""
    if event.type == TRANSFERRED:
        return (f"{number}-sent", sender), (number, party_in(event, "to_party"))
    if event.type == RETURNED:
        return (f"{number}-held", party_in(event, "by_party")), (f"{number}{GIVEN_BACK}", sender)
    return ()


def _without_repetitions(noted: Iterable[Holding]) -> tuple[Holding, ...]:
    held: list[Holding] = []
    for each in noted:
        if not held or held[-1].holder != each.holder:
            held.append(each)
    return tuple(held)
