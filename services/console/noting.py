"""Notes of alerts, which only the alerts service's answer about one alert has."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.console.desk import Alert, Desk, Refusal, Snapshot, Unreachable

NOTED_LIMIT = 50
"""So many alerts are asked for their notes by one page; of others it says how many there are."""


async def with_notes(desk: Desk, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """The same alerts; one whose notes cannot be read stays without them."""
    found = tuple(alerts)
    noted = [each for each in found if each.notes_count][:NOTED_LIMIT]
    told = await asyncio.gather(*(_with_notes(desk, each) for each in noted))
    read = {each.key: each for each in told}
    return tuple(read.get(each.key, each) for each in found)


async def noted(desk: Desk, snapshot: Snapshot) -> Snapshot:
    """With the notes of what customers would notice first."""
    listed = (snapshot.alerts.get(each.promise_id) for each in snapshot.promises)
    read = await with_notes(desk, [each for each in listed if each and each.notes_count])
    known: Mapping[str, Alert] = {each.promise_id: each for each in read}
    return replace(snapshot, alerts={**snapshot.alerts, **known})


async def _with_notes(desk: Desk, alert: Alert) -> Alert:
    try:
        return replace(alert, notes=(await desk.alert(alert.key)).notes)
    except (Unreachable, Refusal):
        return alert
