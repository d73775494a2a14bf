"""Who has the next action on the way to a customer's date: one party, not all who are late."""

from services.shared.clock import Instant
from services.tracker.core.tree.schedule import P50, Finishes, Schedule
from services.tracker.core.tree.steps import Steps


def next_action_owner(schedule: Schedule, steps: Steps, finishes: Finishes, outer: str) -> str:
    """Back from the outer promise along what arrives last, the path with the least slack, to the
    hop that waits for no other: its debtor, or the party who has to send what opens it.

    `finishes` are those expected at P50. An open hop can act, whatever came before it; one that
    others are parts of waits for its parts.
    """
    name = outer
    while not steps[name].opened or name in schedule.plan.wholes:
        waits = _waits_for(schedule, steps, finishes, name)
        if not waits:
            break
        name = max(waits)[-1]
    agreement = steps[name].agreement
    return agreement.owed_by if steps[name].opened else agreement.opens_on.partition(".")[0]


def _waits_for(
    schedule: Schedule, steps: Steps, finishes: Finishes, name: str
) -> list[tuple[Instant, Instant, str]]:
    """The unfinished hops before it: when it has what they give, when they end, their names."""
    return [
        (
            schedule.arrival(link, steps, finishes[link.first], P50),
            finishes[link.first],
            link.first,
        )
        for link in schedule.plan.into[name]
        if steps[link.first].finished_at is None
    ]
