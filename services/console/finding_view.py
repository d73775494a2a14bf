"""What was found about a subject that no single promise covers, in words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.console.alert_view import AlertView, alert_view
from services.console.desk import Alert
from services.console.facts import Finding
from services.console.times import Moment, maybe_moment
from services.console.words import element_id, finding_word
from services.shared.money import amount_in_words


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding; it is no longer so where `cleared` is set."""

    id: str
    finding: Finding
    state: str
    word: str
    found: Moment | None
    cleared: Moment | None
    at_stake: str
    next_step: str
    alert: AlertView | None


def findings(
    told: Iterable[Finding], alerts: Mapping[str, Alert], now: datetime
) -> tuple[FindingView, ...]:
    """Those that are so first, then by when they were found."""
    in_order = sorted(
        told, key=lambda each: (each.cleared_at is not None, str(each.found_at), each.finding_id)
    )
    return tuple(_view(each, alerts.get(each.finding_id), now) for each in in_order)


def _view(finding: Finding, alert: Alert | None, now: datetime) -> FindingView:
    stands = finding.cleared_at is None
    open_state = "bounced" if finding.kind == "bounced" else "found"
    return FindingView(
        id=element_id(finding.finding_id),
        finding=finding,
        state=open_state if stands else "cleared",
        word=finding_word(finding.kind),
        found=maybe_moment(finding.found_at, now),
        cleared=maybe_moment(finding.cleared_at, now),
        at_stake=amount_in_words(finding.at_stake) if finding.at_stake else "",
        next_step=(alert.next_step if alert and alert.next_step else finding.next_step)
        if stands
        else "",
        alert=alert_view(alert, now) if stands else None,
    )
