"""What a person's decision about a stopped partition does, and what they are told before."""

import pytest

from services.tracker.ingest.protecting import Stop, Stored
from services.tracker.ingest.resuming import From, Stopped, cannot, means

SALES = "handoff.sales.v1"


def a_stop(position: int, *, made_anew: bool = False) -> Stop:
    """Kafka holds the offsets from 10 to before 20."""
    return Stop(SALES, 3, position, 10, 20, "s2", made_anew)


@pytest.mark.parametrize(("start", "position"), [(From.EARLIEST, 10), (From.STORED, 15)])
def test_each_stopped_topic_goes_on_where_it_was_decided(start: From, position: int) -> None:
    stopped = Stopped(Stored(3), (a_stop(15),))
    assert stopped.positions(start) == {SALES: position}
    assert stopped.topic_ids == {SALES: "s2"}


@pytest.mark.parametrize("position", [9, 21])
@pytest.mark.parametrize("made_anew", [False, True])
def test_a_stored_offset_that_kafka_does_not_hold_is_refused(
    position: int, made_anew: bool
) -> None:
    why = cannot(a_stop(position, made_anew=made_anew), From.STORED)
    assert f"cannot go on from the stored offset {position} of {SALES}" in str(why)
    assert "--from earliest" in str(why)


@pytest.mark.parametrize("position", [10, 20])
def test_a_stored_offset_that_kafka_holds_may_be_trusted(position: int) -> None:
    assert cannot(a_stop(position, made_anew=True), From.STORED) is None


@pytest.mark.parametrize("position", [9, 21])
def test_the_earliest_offset_is_always_there(position: int) -> None:
    assert cannot(a_stop(position), From.EARLIEST) is None


@pytest.mark.parametrize(
    ("stop", "start", "says"),
    [
        (a_stop(9), From.EARLIEST, "offset 10: 1 offset is not read and lost"),
        (a_stop(3), From.EARLIEST, "offset 10: 7 offsets are not read and lost."),
        (a_stop(21), From.EARLIEST, "offset 10: what was read before is read again"),
        (a_stop(15), From.STORED, "offset 15: what lies there is trusted"),
        (
            a_stop(15, made_anew=True),
            From.EARLIEST,
            "the old topic held from offset 15 on is lost.",
        ),
        (a_stop(15, made_anew=True), From.STORED, "and of the new one 5 offsets are not read."),
    ],
)
def test_what_is_lost_is_said_before_it_is_done(stop: Stop, start: From, says: str) -> None:
    assert means(stop, start).startswith(f"Partition 3 reads {SALES} from offset ")
    assert says in means(stop, start)
