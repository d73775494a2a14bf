"""The company on a stage in one process: departments, tracker and alerts without servers."""

from collections.abc import Mapping, Sequence

from services.alerts.channels.webhook import as_json
from services.cli.story_receiver import heard_of
from services.shared.bus import Received, Record
from services.shared.clock import Instant
from services.shared.outbox import OutboxRow
from services.shared.settings import Settings
from services.simulator.acts import Command
from services.simulator.driver import beats, record_of
from services.simulator.importers.history import Told
from services.simulator.stories.playing import Heard
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.decoding import told_of
from services.tracker.messages import verdict_row
from tests.component.alerts.harness import InMemoryAlerts
from tests.simulating import Books
from tests.tracking import MemoryTrackerStore, a_partition, agreement_sets

SETTINGS = Settings(partitions=1)
WANTED = agreement_sets().fields_of


class OneProcess:
    """Satisfies Stage. What is told is folded at once; what follows is delivered when asked."""

    def __init__(self) -> None:
        self._books = Books()
        self._alerts = InMemoryAlerts()
        self._alerts.clock.set(0)
        self._store = MemoryTrackerStore()
        self._partition = a_partition(self._store, now=0, simulated=True, announce=self._announce)
        self._offset = self._read = 0

    def tell(self, command: Command) -> None:
        for told in self._books.carry_out(command):
            self.publish(told)

    def publish(self, told: Told) -> None:
        self._fold([record_of(told)])

    def pass_time(self, until: Instant, silent: Mapping[str, Instant]) -> None:
        """1. who speaks says that this is all  2. the tracker concludes  3. alerts hear of it"""
        self._fold(list(beats(SETTINGS, until, silent)))
        self._alerts.clock.set(until)
        self._partition.advance(until, until)
        self._tell_alerts()

    def heard(self) -> Sequence[Heard]:
        self._alerts.wake()
        self._alerts.deliver_all()
        new = self._alerts.channel.got[self._read :]
        self._read += len(new)
        return [heard_of(as_json(notice, "")) for notice in new]

    def _fold(self, records: Sequence[Record]) -> None:
        told = [
            told_of(received, received.topic.split(".")[1], {}, WANTED, simulated=True)
            for received in map(self._received, records)
        ]
        self._partition.fold(told, 0)
        self._tell_alerts()

    def _received(self, record: Record) -> Received:
        self._offset += 1
        key, value, headers = record.key, record.value, record.headers
        return Received(record.topic, 0, self._offset, key, value, headers, 0)

    def _tell_alerts(self) -> None:
        for row in self._partition.commit().outgoing:
            self._alerts.receive(row.record.value, row.record.headers)

    def _announce(self, subject: Subject, verdict: Verdict) -> OutboxRow:
        return verdict_row(subject, verdict, 0, self._alerts.telemetry)
