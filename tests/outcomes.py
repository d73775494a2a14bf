"""How promises turned out by what is known of them in the end, beside what was counted."""

from collections import Counter
from collections.abc import Iterable

from services.tracker.core.outcomes import Outcomes
from services.tracker.core.promises import Promise, State, settled_state


def totals(outcomes: Outcomes) -> Counter[tuple[str, str]]:
    """All that was counted, by agreement and how it turned out."""
    found: Counter[tuple[str, str]] = Counter()
    for span, (kept, broken) in outcomes.items():
        assert kept >= 0, span
        assert broken >= 0, span
        found[span.agreement, "kept"] += kept
        found[span.agreement, "broken"] += broken
    return +found


def turned_out(promises: Iterable[Promise]) -> Counter[tuple[str, str]]:
    """The same by the promises, each once; those that come along with another do not count."""
    found: Counter[tuple[str, str]] = Counter()
    for promise in promises:
        if promise.agreement.part_of or promise.opening_taken_back:
            continue
        if promise.breached_at is not None or promise.mentioned.missed:
            found[promise.agreement.name, "broken"] += 1
        elif settled_state(promise) is State.KEPT:
            found[promise.agreement.name, "kept"] += 1
    return found
