"""The promises that come with a promise: to acknowledge it, and to be heard of meanwhile.

Each is an agreement of its own with the name `<name>.acknowledge` or `<name>.update`, so that it is
opened, paused, breached and told like any other. A dot cannot be in a name that somebody wrote.
"""

from collections.abc import Iterator
from dataclasses import replace

from services.tracker.core.agreements import Agreement

ACKNOWLEDGE, UPDATE = "acknowledge", "update"


def with_companions(agreement: Agreement) -> Iterator[Agreement]:
    """The agreement itself, then what follows from its `acknowledge` and `update_every`."""
    yield agreement
    if agreement.acknowledge:
        done = filter(None, (*agreement.evidence, agreement.confirmed_by))
        yield _companion(
            agreement,
            ACKNOWLEDGE,
            evidence=(agreement.acknowledge.on, *done),
            within=agreement.acknowledge.within,
        )
    if agreement.update_every:
        yield _companion(agreement, UPDATE, evidence=(), within=agreement.update_every)


def name_of(agreement: str, companion: str) -> str:
    return f"{agreement}.{companion}"


def _companion(agreement: Agreement, companion: str, **changes: object) -> Agreement:
    """The same parties, opening and pauses; its own evidence and time, and no warnings."""
    own: dict[str, object] = {
        "name": name_of(agreement.name, companion),
        "part_of": agreement.name,
        "by": None,
        "before": None,
        "acknowledge": None,
        "in_full": None,
        "confirmed_by": "",
        "confirm_within": None,
        "amends_on": "",
        "update_every": None,
        "warn": (),
        "requires": (),
    }
    return replace(agreement, **own | changes)  # type: ignore[arg-type]  # fields of Agreement
