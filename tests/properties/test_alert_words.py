"""In whatever order words arrive, the same alerts stand, and nothing is told twice."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.domain.alert import History, Notice, Reason, key_of
from services.alerts.domain.decisions import decide
from services.alerts.domain.promise import ENDS_ONLY, Condition, Resolution, Word
from tests.alerting import a_promise, at

NOW = at("15:25")
calm = settings(deadline=None)
"""A busy machine is no failure."""
VERDICTS = [*Condition, *(each for each in Resolution if each not in ENDS_ONLY)]
"""An end that ends some conditions only needs what came before it, in order."""


@st.composite
def one_promise(draw: st.DrawFn) -> list[Word]:
    """What the tracker said of one promise: each time with the next revision."""
    said = draw(st.lists(st.tuples(st.sampled_from(VERDICTS), st.sampled_from(["16:00", "18:00"]))))
    return [
        Word(a_promise(due_by=due_by), revision, says)
        for revision, (says, due_by) in enumerate(said, start=1)
    ]


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Word], list[Word]]:
    """The words as said, and as they came: in any order, some more than once."""
    said = draw(one_promise())
    again = draw(st.lists(st.sampled_from(said))) if said else []
    return said, draw(st.permutations(said + again))


def hear(words: Sequence[Word]) -> tuple[History, list[Notice]]:
    history = History()
    notices: list[Notice] = []
    for word in words:
        decision = decide(history, word, NOW)
        history = decision.history
        notices += decision.notices
    return history, notices


def standing(history: History) -> set[tuple[str, Condition]]:
    return {(alert.key, alert.condition) for alert in history.open_alerts()}


@calm
@given(arrivals())
def test_the_order_of_arrival_does_not_matter(words: tuple[list[Word], list[Word]]) -> None:
    said, came = words
    assert standing(hear(came)[0]) == standing(hear(said)[0])


@calm
@given(arrivals())
def test_at_most_one_alert_of_a_promise_stands(words: tuple[list[Word], list[Word]]) -> None:
    assert len(standing(hear(words[1])[0])) <= 1


@calm
@given(arrivals())
def test_nothing_is_told_twice(words: tuple[list[Word], list[Word]]) -> None:
    ids = Counter(notice.id for notice in hear(words[1])[1])
    assert not ids or max(ids.values()) == 1


@calm
@given(arrivals())
def test_hearing_everything_again_tells_nothing(words: tuple[list[Word], list[Word]]) -> None:
    said, came = words
    assert hear([*came, *said])[1] == hear(came)[1]


@calm
@given(arrivals())
def test_no_end_is_told_before_its_beginning(words: tuple[list[Word], list[Word]]) -> None:
    begun: set[str] = set()
    for notice in hear(words[1])[1]:
        assert notice.reason is not Reason.RESOLVED or notice.alert.key in begun
        begun.add(notice.alert.key)


@calm
@given(one_promise())
def test_the_last_word_decides(said: list[Word]) -> None:
    history, _ = hear(said)
    last = said[-1] if said else None
    if last is not None and isinstance(last.says, Condition):
        assert standing(history) == {(key_of(last.promise), last.says)}
    else:
        assert standing(history) == set()
