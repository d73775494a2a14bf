"""What a batch tells of one subject is folded in the order in which it happened."""

from services.tracker.core.subject import Event
from services.tracker.exchange import Told, in_own_order
from tests.promising import ORDER, an_event
from tests.tracking import placed


def told(time: str, id: bytes = b"") -> Told:
    event = an_event(time=time, id=id) if id else an_event(time=time)
    return Told(placed(), event.party, event, ORDER)


def times(tellings: list[Told]) -> list[int]:
    return [each.said.occurred_at for each in tellings if isinstance(each.said, Event)]


def test_what_was_read_of_one_topic_after_the_other_changes_places() -> None:
    read = [told("10:00"), told("11:00"), told("09:00"), told("10:30")]
    assert times([*in_own_order(read)]) == sorted(times(read))


def test_where_an_id_comes_twice_the_first_one_counts() -> None:
    read = [told("10:00", b"1" * 16), told("09:00", b"1" * 16), told("08:00")]
    assert in_own_order(read) == read
