"""Tracker and alerts in one process, by a clock that a story moves: Kafka and Mongo are in memory.

Times are those of the clock on the office's wall, in Berlin; a story begins on a Monday at 09:00.
"""

from collections.abc import Hashable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.alerts.domain.alert import Notice
from services.shared.clock import SECOND, Instant, to_datetime, to_instant
from services.shared.outbox import OutboxRow
from services.shared.subjects import TYPE_OF
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.decoding import told_of
from services.tracker.messages import verdict_row
from tests.component.alerts.harness import InMemoryAlerts
from tests.tracking import (
    PARTIES,
    MemoryTrackerStore,
    a_partition,
    agreement_sets,
    heartbeats,
    received,
)

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 2, 9, tzinfo=BERLIN)
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BETWEEN_LOOKS = 600 * SECOND
"""Longer than a silence that is noticed, and shorter than anything that a story waits for."""
WANTED = agreement_sets().fields_of


class Office:
    """What is said is folded at once, and time passes with a heartbeat of everyone who speaks."""

    def __init__(self) -> None:
        self._alerts = InMemoryAlerts()
        self._now = to_instant(MONDAY)
        self._partition = a_partition(MemoryTrackerStore(), now=self._now, announce=self._announce)
        self.speaking = set(PARTIES)
        self._read = 0
        self._pass_to(self._now)

    def moment(self, time: str) -> datetime:
        """`16:00` today, or the next `Tuesday 16:00`."""
        *day, clock = time.split()
        now = to_datetime(self._now).astimezone(BERLIN)
        moment = datetime.combine(now.date(), datetime.strptime(clock, "%H:%M").time(), BERLIN)
        if day:
            moment += timedelta(days=(WEEK.index(day[0]) - now.weekday()) % len(WEEK))
            moment += timedelta(days=len(WEEK) if moment <= now else 0)
        return moment

    def pass_time(self, until: Instant) -> None:
        assert until > self._now, "a story goes forward"
        while self._now < until:
            self._pass_to(min(self._now + BETWEEN_LOOKS, until))

    def say(
        self, event: Hashable, subject: str, channel: str = "", happened: Instant | None = None
    ) -> None:
        """It is told now, and happened now unless it is told late."""
        event_type = TYPE_OF[type(event)]
        kind, _, id = subject.partition("/")
        record = received(
            event,
            type=event_type,
            subject=subject,
            at=self._now if happened is None else happened,
            order="4711",
            customer="c-1",
            case=id if kind == "case" else "",
            channel=channel,
        )
        told = told_of(record, event_type.partition(".")[0], {}, WANTED, simulated=False)
        self._partition.fold([told], self._now)
        self._tell_alerts()

    def notices(self) -> list[Notice]:
        """What was sent since the last look."""
        self._alerts.deliver_all()
        new = self._alerts.channel.got[self._read :]
        self._read += len(new)
        return list(new)

    def _pass_to(self, now: Instant) -> None:
        """1. who speaks says that this is all  2. the tracker concludes  3. alerts hear of it"""
        self._now = now
        self._alerts.clock.set(now)
        beats = heartbeats(now, parties=sorted(self.speaking))
        told = [
            told_of(beat, beat.topic.split(".")[1], {}, WANTED, simulated=False) for beat in beats
        ]
        self._partition.fold(told, now)
        self._partition.advance(now, now)
        self._tell_alerts()

    def _tell_alerts(self) -> None:
        for row in self._partition.commit().outgoing:
            self._alerts.receive(row.record.value, row.record.headers)

    def _announce(self, subject: Subject, verdict: Verdict) -> OutboxRow:
        return verdict_row(subject, verdict, 0, self._alerts.telemetry)
