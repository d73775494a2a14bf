"""Which commands to Mongo are there for breaches."""

from tests.bench.promises.round_trips import RoundTrip, for_breaches, round_trip

TELLS, MOVES = "aa/1", "aa/2"


def asked(name: str, collection: str, transaction: str = "", *, found: bool = False) -> RoundTrip:
    return RoundTrip(5, name, collection, transaction, found)


def test_a_transaction_that_writes_verdicts_counts_with_all_of_its_commands() -> None:
    telling = [
        asked("update", "tracker.partitions", TELLS),
        asked("update", "tracker.verdicts", TELLS),
        asked("commitTransaction", "-", TELLS),
    ]
    moving = [asked("update", "tracker.partitions", MOVES), asked("commitTransaction", "-", MOVES)]
    assert for_breaches([*telling, *moving], 0, 10) == telling


def test_of_the_relay_counts_what_it_does_about_rows_that_it_found() -> None:
    found = [
        asked("find", "tracker.outbox", found=True),
        asked("getMore", "tracker.outbox"),
        asked("killCursors", "tracker.outbox"),
        asked("update", "tracker.relay"),
        asked("delete", "tracker.outbox"),
    ]
    idle = [asked("find", "tracker.outbox"), asked("findAndModify", "tracker.relay")]
    assert for_breaches([*idle, *found], 0, 10) == found


def test_only_what_was_asked_between_the_two_moments_counts() -> None:
    deletion = asked("delete", "tracker.outbox")
    trips = [deletion._replace(at=at) for at in (9, 10, 20, 21)]
    assert [each.at for each in for_breaches(trips, 10, 20)] == [10, 20]


def test_a_round_trip_survives_its_line() -> None:
    for each in (asked("find", "tracker.outbox", found=True), asked("update", "a.b", TELLS)):
        assert round_trip(each.line) == each
