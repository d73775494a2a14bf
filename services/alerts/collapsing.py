"""What was over before a receiver could be told of it: left out by policy, and counted.

What was tried may have been heard, so it is never left out: only its acknowledgement may be lost.
"""

from collections.abc import Sequence

from services.alerts.domain.alert import Notice, Reason
from services.alerts.receiver import Receiver, Result

_BEGINS = frozenset({Reason.FIRST_NOTICE, Reason.REOPENED})


def without_what_is_over(to: Receiver, notices: Sequence[Notice]) -> Sequence[Notice]:
    """An alert whose beginning was never tried, and whose end waits behind it, is not sent."""
    if not to.policy.collapse:
        return notices
    by_alert: dict[str, list[Notice]] = {}
    for notice in notices:
        by_alert.setdefault(notice.alert.key, []).append(notice)
    gone: set[str] = set()
    for of_alert in by_alert.values():
        over = _until_its_end(of_alert)
        if over and to.store.drop(over, to.channel.name):
            gone |= {notice.id for notice in over}
            for _ in over:
                to.count(to.channel.name, Result.COLLAPSED)
    return [notice for notice in notices if notice.id not in gone]


def _until_its_end(notices: Sequence[Notice]) -> Sequence[Notice]:
    """From the beginning of an alert to the last end that waits; nothing where either lacks."""
    ends = [place for place, notice in enumerate(notices, start=1) if notice.alert.end]
    return notices[: ends[-1]] if ends and notices[0].reason in _BEGINS else ()
