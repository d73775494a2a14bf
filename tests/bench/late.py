"""What it costs when the events of one rich order come in reverse, beside the same in order.

The agreements are the shipped ones. Each event that comes before all others asks for its subject to
be folded again; those that come together ask for it once.
"""

import time

from services.shared.subjects import EVENT_TYPES
from services.tracker.agreement_files import load_folder, shipped
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import EVENTS_LIMIT, Event
from services.tracker.core.table import Table
from tests.promising import HOUR, MINUTE, ORDER, an_event, at

_LINES = [{"sku": f"sku-{number}", "quantity": 2} for number in range(3)]
_FIELDS: dict[str, object] = {
    "promised_by": at("23:00") + 24 * HOUR,
    "ship_by": at("23:00"),
    "total": {"minor": 10_000, "currency": "EUR"},
    "amount": {"minor": 1_000, "currency": "EUR"},
    "lines": _LINES,
}


def late_figures() -> dict[str, float]:
    """Milliseconds of CPU for as many events as a subject may have, and their ratio."""
    sets = AgreementSets((load_folder(shipped("default")).active(0),))
    events = events_of_an_order(sets)
    in_order, reverse = _ms(sets, events), _ms(sets, events[::-1])
    return {"in_order_ms": in_order, "reverse_ms": reverse, "reverse_ratio": reverse / in_order}


def _ms(sets: AgreementSets, events: list[Event]) -> float:
    table, start = Table(sets), time.process_time()
    counted, _ = table.apply_together(ORDER, events, at("23:00"))
    spent = time.process_time() - start
    assert counted == ["folded"] * EVENTS_LIMIT
    return spent * 1e3


def events_of_an_order(sets: AgreementSets) -> list[Event]:
    """All types of an order that open, move or tell something, one after the other."""
    known = {*sets.opening, *sets.moved_by, *sets.detected}
    types = sorted(type for type in known if _is_of_an_order(type))
    return [
        _event(sets, types[number % len(types)], number // len(types), number)
        for number in range(EVENTS_LIMIT)
    ]


def _is_of_an_order(type: str) -> bool:
    return type in EVENT_TYPES and EVENT_TYPES[type].kind == "order"


def _event(sets: AgreementSets, type: str, turn: int, number: int) -> Event:
    return an_event(
        type,
        at("08:00") + number * MINUTE,
        id=number.to_bytes(16, "big"),
        key=tuple((name, str(turn + 1)) for name in EVENT_TYPES[type].key),
        fields={name: _FIELDS[name] for name in sets.fields_of(type) if name in _FIELDS},
    )
