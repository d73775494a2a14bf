"""What Kafka holds of every party, read once from start to end, for `handoff reconcile`."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import Progress

from services.cli.books import Books, Place, refused_by_tracker
from services.cli.dlq import all_letters
from services.cli.errors import CommandFailed
from services.insights.holdings import Holdings, Standing
from services.insights.numbering import Gap, Numbers
from services.insights.reconciliation import Accounts
from services.shared.acceptance import readable, teller
from services.shared.bus import Received, SubscribeError
from services.shared.bus_kafka import KafkaSubscriber
from services.shared.clock import SECOND, Instant
from services.shared.settings import Settings
from services.shared.source_hours import source_hour
from services.shared.subjects import HEARTBEAT, HEARTBEAT_KEY, topic_of

BEING_PUBLISHED = 60 * SECOND
"""Within this time of its neighbour a number may still arrive from a party outside."""
NUMBER_LIMIT = 2**63


@dataclass
class Reading:
    """Told of each record of the parties; `books` were read before."""

    books: Books
    letters: frozenset[Place]
    topics: Mapping[str, str]
    heartbeats: int = 0
    holdings: Holdings = field(default_factory=Holdings)
    numbers: Numbers = field(default_factory=Numbers)
    arrived: set[bytes] = field(default_factory=set)
    first_at: dict[tuple[str, int], Instant] = field(default_factory=dict)

    def hear(self, record: Received) -> None:
        self.first_at.setdefault((record.topic, record.partition), record.arrived_at)
        refused = (record.topic, record.partition, record.offset) in self.letters
        beats = record.key == HEARTBEAT_KEY and not refused  # most are, and need not be decoded
        envelope = None if beats else readable(record.value)
        if beats or (envelope and envelope.type == HEARTBEAT and not refused):
            self.heartbeats += 1
            return
        party = self.topics[record.topic]
        source, at = teller(envelope, record.arrived_at)
        key = (envelope.id if envelope else record.value) + record.key
        number = envelope.sequence if envelope else 0
        self.numbers.hear((party, source), min(number, NUMBER_LIMIT - 1), record.arrived_at)
        self.holdings.hear(
            source_hour(party, source, at),
            hash(key),
            self._standing(record, refused),
            later=self._is_later((party, source), number, key),
        )

    def _standing(self, record: Received, refused: bool) -> Standing:
        if record.offset >= self.books.positions.get((record.topic, record.partition), 0):
            return Standing.UNREAD
        return Standing.REFUSED if refused else Standing.TAKEN

    def _is_later(self, source: tuple[str, str], number: int, key: bytes) -> bool:
        """Whether it was written after the books were read; what waited then is noted."""
        if key in self.books.waiting:
            self.arrived.add(key)
            return False
        given = self.books.given.get(source)
        return given is not None and number >= given.following


@dataclass(frozen=True, slots=True)
class Found:
    """All that is to be compared, and what is told beside it."""

    accounts: Accounts
    gaps: tuple[Gap, ...]
    heartbeats: int


def read(books: Books, settings: Settings, now: Instant) -> Found:
    """Reads all that Kafka holds by then. Raises CommandFailed where it does not answer."""
    refused = {refused_by_tracker(dict(letter.headers)) for letter in all_letters(settings)}
    places = books.letters.union(place for place in refused if place)
    reading = Reading(books, places, {topic_of(party): party for party in settings.parties})
    subscriber = KafkaSubscriber(settings.kafka, None, list(reading.topics))
    try:
        with closing(subscriber):
            bounds = subscriber.bounds()
            _follow(reading, subscriber, sum(end - start for start, end in bounds.values()))
    except SubscribeError as error:
        raise CommandFailed(str(error)) from error
    whole_from: dict[str, Instant] = defaultdict(int)
    for (topic, partition), (start, _) in bounds.items():
        if start > 0:
            party, at = reading.topics[topic], reading.first_at.get((topic, partition), now)
            whole_from[party] = max(whole_from[party], at)
    waiting = Counter(of for key, of in books.waiting.items() if key not in reading.arrived)
    held = reading.holdings.held()
    return Found(
        Accounts(books.written, waiting, held, books.tallied, whole_from),
        tuple(reading.numbers.gaps(books.given, whole_from, now - BEING_PUBLISHED)),
        reading.heartbeats,
    )


def _follow(reading: Reading, subscriber: KafkaSubscriber, records: int) -> None:
    """On a terminal there is a bar."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        for record in bar.track(subscriber.read_to_end(), total=records, description="Reading"):
            reading.hear(record)
