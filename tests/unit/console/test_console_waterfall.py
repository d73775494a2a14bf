"""A trace as a waterfall: parents before children, in their places, and where each span leads."""

from services.console.traces.span import Span
from services.console.traces.waterfall import DEPTH_SHOWN, Lead, SpanLine, waterfall
from tests.spans import OTHER, START, TRACE, a_span, linked_to


def lines(*spans: Span) -> tuple[SpanLine, ...]:
    return waterfall(TRACE, spans, ()).lines


def id_of(number: int) -> str:
    return f"{number:016x}"


def test_a_child_stands_under_its_parent_before_the_next_root() -> None:
    found = lines(a_span(1), a_span(2), a_span(3, parent_id=id_of(1)))
    assert [(line.id, line.depth) for line in found] == [
        (id_of(1), 0),
        (id_of(3), 1),
        (id_of(2), 0),
    ]


def test_a_span_whose_parent_is_not_kept_is_a_root() -> None:
    assert [line.depth for line in lines(a_span(1, parent_id="f" * 16))] == [0]


def test_a_circle_of_parents_ends() -> None:
    found = lines(a_span(1, parent_id=id_of(2)), a_span(2, parent_id=id_of(1)), a_span(3))
    assert sorted(line.id for line in found) == [id_of(1), id_of(2), id_of(3)]


def test_deep_spans_are_indented_so_far_and_no_further() -> None:
    chain = [a_span(n, parent_id=id_of(n - 1) if n > 1 else "") for n in range(1, DEPTH_SHOWN + 4)]
    assert [line.depth for line in lines(*chain)][-3:] == [DEPTH_SHOWN] * 3


def test_a_span_lies_where_it_was_in_the_time_of_its_trace() -> None:
    whole = a_span(1, started_at=START, ended_at=START + 100_000)
    part = a_span(2, started_at=START + 25_000, ended_at=START + 75_000)
    first, second = lines(whole, part)
    assert (first.x, first.width, first.took) == (0, 100, "100 ms")
    assert (second.x, second.width, second.after) == (25, 50, "25 ms")


def test_a_span_of_no_length_can_still_be_seen() -> None:
    (line,) = lines(a_span(1, started_at=START, ended_at=START))
    assert line.width > 0
    assert line.x + line.width <= 100


def test_a_span_leads_to_its_subject_its_promise_and_what_it_follows_from() -> None:
    promise = "order/4711~ship"
    attributes = {"handoff.subject": "order/4711", "handoff.promise.id": promise}
    (line,) = lines(a_span(1, attributes=attributes, links=linked_to(OTHER) * 2))
    assert line.leads == (
        Lead("order/4711", "/subjects/order/4711"),
        Lead("why", f"/promises/{promise}"),
        Lead("follows from aaaaaaaa…", f"/traces/{OTHER}"),
    )


def test_a_trace_leads_to_those_that_followed_from_it_each_once() -> None:
    followers = [
        a_span(n, trace_id=OTHER, service="alerts", name=f"step {n}", links=linked_to())
        for n in (1, 2)
    ]
    view = waterfall(TRACE, [a_span(1)], followers)
    assert view.followed_by == (Lead("alerts: step 1", f"/traces/{OTHER}"),)
