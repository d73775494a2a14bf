"""Events of a data set in order of time, and their ids."""

import uuid

from services.shared.events.envelope import Envelope, Retracted
from services.simulator.importers.history import History, Moment, Told, event_id

SECOND = 1_000_000


def a_moment(at: int, rank: int = 0, about: str = "4711") -> Moment:
    def tell() -> Told:
        id = event_id(at, rank, about)
        envelope = Envelope(id, "handoff.Retracted", "sales", "test", f"order/{about}", at)
        return envelope, Retracted(id, "")

    return Moment(at, rank, about, tell)


def times(history: History) -> list[int]:
    return [envelope.occurred_at for envelope, _ in history]


def test_an_id_is_a_uuid_of_version_7_with_the_events_own_time() -> None:
    id = uuid.UUID(bytes=event_id(1_510_092_854 * SECOND, 2, "sales.OrderPlaced", "order/4711"))
    assert (id.version, id.variant) == (7, uuid.RFC_4122)
    assert id.int >> 80 == 1_510_092_854_000


def test_an_id_is_the_same_on_every_reading_and_another_for_another_fact() -> None:
    id = event_id(SECOND, 2, "sales.OrderPlaced", "order/4711")
    assert id == event_id(SECOND, 2, "sales.OrderPlaced", "order/4711")
    assert id != event_id(SECOND, 2, "sales.OrderPlaced", "order/4712")


def test_ids_of_one_moment_sort_by_rank_and_ids_of_several_by_time() -> None:
    ids = [event_id(at, rank, "x") for at in (SECOND, 2 * SECOND) for rank in range(16)]
    assert ids == sorted(ids)


def test_a_history_is_in_order_of_time_whatever_order_it_is_read_in() -> None:
    history = History.of([a_moment(3), a_moment(1), a_moment(2)])
    assert times(history) == [1, 2, 3]
    assert (len(history), history.ends_at) == (3, 3)


def test_what_happened_at_once_is_in_order_of_rank() -> None:
    history = History.of([a_moment(1, rank=2), a_moment(1, rank=0, about="z"), a_moment(1, rank=1)])
    assert [moment.rank for moment in history.moments] == [0, 1, 2]


def test_a_history_can_be_told_twice_with_the_same_ids() -> None:
    history = History.of([a_moment(1), a_moment(2)])
    assert list(history) == list(history)


def test_until_includes_its_own_moment_and_nothing_later() -> None:
    history = History.of([a_moment(1), a_moment(2), a_moment(3)])
    assert times(history.until(1)) == [1]
    assert times(history.until(2)) == [1, 2]
    assert times(history.until(0)) == []
    assert history.until(0).ends_at is None
