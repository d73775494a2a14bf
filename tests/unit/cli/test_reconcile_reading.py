"""What is made of each record that `handoff reconcile` reads."""

from msgspec import structs

from services.cli.books import Books
from services.cli.reconcile_reading import Reading
from services.insights.holdings import Held
from services.insights.numbering import Given
from services.shared.bus import Received
from services.shared.codec import decode_envelope
from services.shared.source_hours import SourceHour, source_hour
from services.shared.subjects import topic_of
from tests.tracking import START, heartbeats, placed

SALES, TOPIC = ("sales", "test"), topic_of("sales")
OF = source_hour(*SALES, START)
ALL = 2**40
"""More than any offset here."""


def read(
    *records: Received,
    position: int = ALL,
    letters: frozenset[tuple[str, int, int]] = frozenset(),
    waiting: dict[bytes, SourceHour] | None = None,
) -> Reading:
    books = Books({}, {(TOPIC, 0): position}, letters, waiting=waiting or {})
    books.given[SALES] = Given(following=5)
    reading = Reading(books, letters, {TOPIC: "sales"})
    for record in records:
        reading.hear(record)
    return reading


def held(reading: Reading) -> Held:
    return reading.holdings.held()[OF]


def test_heartbeats_are_counted_apart() -> None:
    reading = read(*heartbeats(START, parties=["sales"]), placed())
    assert reading.heartbeats == 1
    assert held(reading) == Held(records=1, taken=1)


def test_a_heartbeat_is_one_under_any_key_unless_it_was_refused() -> None:
    (beat,) = heartbeats(START, parties=["sales"])
    strange = structs.replace(beat, key=b"order/1")
    assert read(beat, strange).heartbeats == 2
    refused = read(beat, letters=frozenset({(TOPIC, beat.partition, beat.offset)}))
    assert refused.heartbeats == 0
    assert held(refused).dead == 1


def test_the_same_event_is_one_and_the_same_id_about_another_subject_is_another() -> None:
    first = placed(id=b"\x01" * 16)
    other = placed(id=b"\x01" * 16, subject="order/2")
    assert held(read(first, first, other)) == Held(records=3, taken=2)


def test_a_record_at_the_position_is_unread_and_the_one_before_it_is_read() -> None:
    record = placed()
    assert held(read(record, position=record.offset)).unread == 1
    assert held(read(record, position=record.offset + 1)).taken == 1


def test_a_record_of_which_there_is_a_dead_letter_was_refused() -> None:
    record = placed()
    assert held(read(record, letters=frozenset({(TOPIC, 0, record.offset)}))).dead == 1
    assert held(read(record, letters=frozenset({(TOPIC, 1, record.offset)}))).taken == 1


def test_what_cannot_be_read_counts_in_the_hour_of_its_arrival() -> None:
    reading = read(structs.replace(placed(), value=b"\xff\xfe"))
    assert reading.holdings.held() == {OF._replace(source=""): Held(records=1, taken=1)}


def test_a_number_given_after_the_outbox_was_counted_was_written_later() -> None:
    assert held(read(placed(sequence=4))).later == 0
    assert held(read(placed(sequence=5))).later == 1


def test_what_waited_when_the_outbox_was_counted_is_not_later_and_waits_no_more() -> None:
    record = placed(sequence=5)
    key = decode_envelope(record.value).id + record.key
    reading = read(record, waiting={key: OF, b"another": OF})
    assert held(reading).later == 0
    assert reading.arrived == {key}
