"""The alerts held against the ledger: what was lost on its way from the tracker is made good."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from services.alerts.domain.alert import Reason
from services.alerts.domain.decisions import decide
from services.alerts.domain.promise import Condition, Resolution, Word
from services.alerts.domain.troubles import is_own
from services.alerts.handlers import Desk, Ledger, hear
from services.shared.clock import Instant

RECONCILED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What the ledger knew better: alerts that were missing, wrong or no longer needed."""

    corrected: int = 0
    resolved: int = 0


def reconcile(
    desk: Desk, ledger: Ledger, now: Instant, pause: Callable[[], None] = lambda: None
) -> Reconciled:
    """Makes good what was lost between the tracker and here. Raises LedgerUnreachable.

    Before anything is corrected there is a `pause`: most of it is only still on its way. What stood
    before the list was read and is not on it was over by then.
    """
    stood = {each for each in desk.store.standing() if not is_own(each)}
    announced: set[str] = set()
    news: list[Word] = []
    for page in ledger.announced():
        announced.update(word.promise.promise_id for word in page)
        news += _news(page, desk, now)
    over = sorted(stood - announced)[:RECONCILED_AT_ONCE]
    if news or over:
        pause()
    return Reconciled(
        corrected=sum(_corrects(word, desk, now) for word in news[:RECONCILED_AT_ONCE]),
        resolved=sum(_is_over(promise_id, desk, ledger, now) for promise_id in over),
    )


def _news(page: Sequence[Word], desk: Desk, now: Instant) -> Iterable[Word]:
    """Those that would change something, found with one look at all of them."""
    histories = desk.store.histories([word.promise.promise_id for word in page])
    for word in page:
        history = histories[word.promise.promise_id]
        if decide(history, word, now).history.alerts != history.alerts:
            yield word


def _corrects(word: Word, desk: Desk, now: Instant) -> bool:
    return hear(word, desk, now).reason is Reason.RECONCILED


def _is_over(promise_id: str, desk: Desk, ledger: Ledger, now: Instant) -> bool:
    """Asked one by one, for how a promise ended; of a finding that is over nothing may be left."""
    word = ledger.promise(promise_id) or _gone(promise_id, desk)
    if word is None or isinstance(word.says, Condition):
        return False
    return hear(word, desk, now).reason is Reason.RESOLVED


def _gone(promise_id: str, desk: Desk) -> Word | None:
    """A finding that the ledger does not know; of a promise that would be an error of its own."""
    history = desk.store.histories([promise_id])[promise_id]
    found = (alert.promise for alert in history.open_alerts() if alert.promise.finding)
    if not (finding := next(found, None)):
        return None
    over = Resolution.NO_LONGER_ANNOUNCED
    return Word(finding, history.heard, over, why="ledger", reconciled=True)
