"""A tracker's partition as production has it, but for Kafka and Mongo; time is told.

Records are decoded, folded, committed and let rest by the tracker's own code and rules; what would
go to Mongo is thrown away.
"""

import time
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path

from services.shared import telemetry
from services.shared.bus import Received
from services.shared.clock import Instant
from services.shared.subjects import topic_of
from services.tracker.agreement_files import load_folder
from services.tracker.collector import expect_long_lives, spare_what_is_there
from services.tracker.core.sets import AgreementSets
from services.tracker.exchange import OpenSubject, Told
from services.tracker.learner import Learner
from services.tracker.opening import open_partition
from services.tracker.outlook import Outlook
from services.tracker.rules import NAME, decoder, rules_of
from services.tracker.settings import TrackerSettings
from tests.bench.peers.records import Placed, beats
from tests.bench.promises.orders import Orders
from tests.tracking import START, US, MemoryTrackerStore, Written

SETS = AgreementSets((load_folder(Path(__file__).parent / "agreements").active(0),))


class Crowd:
    """One partition, alone in the world, that takes over what is `open`; `at` is its time."""

    def __init__(self, open: Iterable[OpenSubject] = ()) -> None:
        expect_long_lives()
        settings = TrackerSettings(partitions=1)
        outlook, around = Outlook(Learner()), telemetry.start(NAME, settings)
        rules = rules_of(settings, lambda: SETS, outlook, around)
        self.at: Instant = START
        self.orders = Orders(partitions=1)
        self._decode = decoder(settings, lambda: SETS)
        self._offsets = count()
        self._partition = open_partition(Forgetful(open), lambda: SETS, rules, US, 0, START)
        spare_what_is_there()

    def decoded(self, placed: Iterable[Placed]) -> list[Told]:
        """As they come, with the heartbeats of the moment behind them."""
        return [self._told(each) for each in (*placed, *beats(self.at, 1))]

    def handle(self, told: Sequence[Told]) -> float:
        """Fold, let time pass and commit; gives the seconds of processor."""
        began = time.process_time()
        self._partition.fold(told, self.at)
        self._partition.advance(self.at, self.at)
        self._partition.commit()
        return time.process_time() - began

    @property
    def awake(self) -> int:
        """How many orders are not packed."""
        return len(self._partition.table.subjects)

    def _told(self, each: Placed) -> Told:
        topic, offset = topic_of(each.party), next(self._offsets)
        record = Received(topic, 0, offset, each.key, each.value, each.headers, self.at)
        return self._decode(record, each.party)


class Forgetful(MemoryTrackerStore):
    """It guards commits as Mongo does, and keeps no more of them than their position."""

    def __init__(self, open: Iterable[OpenSubject]) -> None:
        super().__init__()
        self._open = open

    def open_subjects(self, partition: int) -> Iterable[OpenSubject]:
        return self._open

    def apply(self, row: dict[str, object], written: Written) -> None:
        row |= written.commit.progress | {"seq": written.owner.seq + 1}
