"""Where spans are kept: in one process for tests, and in Mongo. Both keep the same rules."""

from collections.abc import Callable
from functools import partial

import pytest
from pymongo import MongoClient

from services.console.traces.span import LINKING_LIMIT, SPANS_OF_TRACE_LIMIT, Spans, SpansUnreadable
from services.console.traces.store import KEPT_S, MongoSpans
from services.shared import mongo
from services.shared.mongo import Row
from services.shared.settings import MongoSettings, Settings
from tests.spans import OTHER, TRACE, MemorySpans, a_span, linked_to

Make = Callable[..., Spans]


@pytest.fixture(params=["memory", "mongo"])
def make(
    request: pytest.FixtureRequest, client: "MongoClient[Row]", fresh_database: Settings
) -> Make:
    if request.param == "memory":
        return MemorySpans
    return partial(MongoSpans, client, fresh_database.mongo.database)


@pytest.fixture
def spans(make: Make) -> Spans:
    return make()


def test_a_span_comes_back_as_it_was_told(spans: Spans) -> None:
    told = a_span(links=linked_to(OTHER), failed=True, parent_id="b" * 16)
    assert spans.add([told]) == 0
    assert spans.trace(TRACE) == (told,)
    assert spans.trace(OTHER) == ()


def test_a_trace_is_in_order_of_beginnings_and_each_span_counts_once(spans: Spans) -> None:
    spans.add([a_span(2), a_span(1)])
    spans.add([a_span(1, name="told again")])
    assert [each.name for each in spans.trace(TRACE)] == ["PlaceOrder", "PlaceOrder"]
    assert spans.trace(TRACE) == (a_span(1), a_span(2))


def test_links_are_followed_back(spans: Spans) -> None:
    spans.add([a_span(1), a_span(2, links=linked_to(TRACE))])
    later = a_span(3, trace_id=OTHER, links=linked_to(TRACE))
    spans.add([later])
    assert spans.linking_to(TRACE) == (later,)
    assert spans.linking_to(OTHER) == ()


@pytest.mark.parametrize("more", [0, 1])
def test_a_full_trace_takes_no_more(spans: Spans, more: int) -> None:
    spans.add([a_span(n) for n in range(1, SPANS_OF_TRACE_LIMIT)])
    others = [a_span(SPANS_OF_TRACE_LIMIT + n) for n in range(more + 1)]
    assert spans.add(others) == more
    assert len(spans.trace(TRACE)) == SPANS_OF_TRACE_LIMIT
    assert spans.add([a_span(1, trace_id=OTHER)]) == 0


def test_only_so_many_followers_are_named(spans: Spans) -> None:
    followers = [
        a_span(n, trace_id=f"{n:032x}", links=linked_to(TRACE)) for n in range(1, LINKING_LIMIT + 2)
    ]
    spans.add(followers)
    assert spans.linking_to(TRACE) == tuple(followers[:LINKING_LIMIT])


@pytest.mark.parametrize(("limit", "refused"), [(1, 1), (2, 0)])
def test_a_full_store_takes_no_more(make: Make, limit: int, refused: int) -> None:
    spans = make(limit=limit)
    spans.add([a_span(1)])
    assert spans.add([a_span(2)]) == refused


def test_mongo_forgets_spans_by_itself_and_finds_them_by_indexes(
    client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    MongoSpans(client, fresh_database.mongo.database).add([a_span()])
    indexes = client[fresh_database.mongo.database]["console.spans"].index_information()
    assert indexes["received_at_1"]["expireAfterSeconds"] == KEPT_S
    assert {"trace_id_1", "links.trace_id_1"} <= indexes.keys()


def test_a_mongo_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo, "SELECTION_TIMEOUT_MS", 50)
    with mongo.connect(MongoSettings(uri="mongodb://127.0.0.1:1/")) as client:
        spans = MongoSpans(client, "nowhere")
        with pytest.raises(SpansUnreadable, match="does not answer"):
            spans.add([a_span()])
        with pytest.raises(SpansUnreadable):
            spans.trace(TRACE)
