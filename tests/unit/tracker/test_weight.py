"""What a subject's fields weigh, and where that is too much for one document."""

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tracker.core import subject as limits
from services.tracker.core.folding import fold
from services.tracker.core.subject import WEIGHT_LIMIT, Counted, Subject
from services.tracker.core.weight import weight
from tests.promising import ORDER, an_event, at, sets_of

NAMES = st.text("abcdefgh_", min_size=1, max_size=8)
VALUES = st.recursive(
    st.integers(-(2**40), 2**40) | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
LINES = {"lines": [{"sku": "lamp", "quantity": 1}] * 10}


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_nothing_weighs_less_than_it_takes_in_a_document(fields: dict[str, object]) -> None:
    assert len(bson.encode(fields)) <= weight(fields)


def test_an_event_that_a_subject_can_just_hold_is_folded_and_the_next_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert WEIGHT_LIMIT == 4 * 2**20
    monkeypatch.setattr(limits, "WEIGHT_LIMIT", 2 * weight(LINES))
    subject, sets = Subject(ORDER), sets_of()
    told = [an_event(time=at("09:00") + number, fields=LINES) for number in range(3)]
    counted = [fold(subject, each, sets)[0] for each in told]
    assert counted == [Counted.FOLDED, Counted.FOLDED, Counted.SUBJECT_TOO_LARGE]
    light = an_event("operations.ParcelHandedOver", "10:00")
    assert fold(subject, light, sets)[0] is Counted.FOLDED
    assert fold(subject, told[0], sets)[0] is Counted.DUPLICATE
