"""What the audit says of a decision that a person asked for: which facts of the alert changed."""

from dataclasses import replace

from services.alerts.domain.alert import Alert, Decision, History
from services.alerts.domain.audit.chain import Act, Facts
from services.shared.clock import Instant, iso


def recorded(before: History, decision: Decision, act: Act) -> Decision:
    """With the act where it changed its alert; asking for what is so already is none."""
    old, new = before.alert(act.about), decision.history.alert(act.about)
    assert new, "people act on alerts that there are"
    if old == new:
        return decision
    changed = replace(act, subject=new.promise.subject)
    return replace(decision, act=differing(changed, facts(old) if old else {}, facts(new)))


def differing(act: Act, before: Facts, after: Facts) -> Act:
    """With those facts only that the two do not share."""
    return replace(
        act,
        before={name: value for name, value in before.items() if after.get(name) != value},
        after={name: value for name, value in after.items() if before.get(name) != value},
    )


def facts(alert: Alert) -> Facts:
    """What people change of an alert, in words; what it does not have is left out."""
    snooze, taken = alert.snooze, alert.acknowledgements
    useful = sum(each.useful for each in alert.ratings)
    said = {
        "state": alert.state.value,
        "in_hand_of": ", ".join(each.actor for each in taken),
        "in_hand_until": _moment(min((each.until for each in taken if each.until), default=None)),
        "snoozed_until": _moment(snooze.until if snooze else None),
        "rungs": str(alert.rungs),
        "assignee": alert.assignee,
        "cause": alert.closing.cause.value if alert.closing else "",
        "disputed_by": alert.dispute.party if alert.dispute else "",
        "notes": str(len(alert.notes) or ""),
        "useful": str(useful or ""),
        "not_useful": str(len(alert.ratings) - useful or ""),
    }
    return {name: value for name, value in said.items() if value}


def _moment(at: Instant | None) -> str:
    return "" if at is None else iso(at)
