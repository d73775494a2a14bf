"""Mistakes to plant: each is a part of a run with one guard taken out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from services.shared.clock import Instant
from services.shared.subjects import Kind
from services.tracker.core import concluding, deadlines
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.calendars.calendar import ALWAYS, Calendar
from services.tracker.core.pausing import Pause, delayed
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.exchange import Commit, Ownership, Rules
from services.tracker.handlers import Partition
from services.tracker.ingest.gate import Held
from services.tracker.opening import Identity, open_partition
from services.tracker.packing import unpack
from tests.simulation.store import CrashableStore
from tests.simulation.trackers import Tracker
from tests.simulation.world import Parts


class _PositionBeforeState(CrashableStore):
    def commit(self, owner: Ownership, commit: Commit) -> Ownership:
        row = self.partitions[owner.partition]
        if self.guard(row, owner):
            row |= commit.progress
        return super().commit(owner, commit)


class _WithoutSeq(CrashableStore):
    def guard(self, row: dict[str, Any], owner: Ownership) -> bool:
        return bool(row["epoch"] == owner.epoch)


class _WithoutLookUp(CrashableStore):
    def subjects(self, ids: Sequence[str], sets: AgreementSets) -> Iterable[Subject]:
        return ()


class _NewestSet(AgreementSets):
    """The set of the moment `now`, whatever the moment of the event."""

    now: Instant

    def at(self, arrived_at: Instant) -> AgreementSet:
        return super().at(self.now)


class _SetsAtLoad(CrashableStore):
    def sets(self, own_types: Mapping[str, Kind]) -> AgreementSets:
        sets = _NewestSet(super().sets(own_types).sets)
        object.__setattr__(sets, "now", self._now())
        return sets


class _FetchedHeld(Held):
    """Caught up when everything is fetched, folded or not."""

    fetched: Callable[[str], int]

    def caught_up(self) -> None:
        if self.ends and all(self.fetched(topic) >= end for topic, end in self.ends.items()):
            self.caught_up_at, self.ends = self.asked_at, None


class _GateByFetched(Tracker):
    def hold(self, partition: Partition) -> Held:
        held = _FetchedHeld(partition)
        held.fetched = lambda topic: self.consumer.fetched[topic, partition.number]
        return held


class _LoadsFirst(Tracker):
    def open(self, us: Identity, rules: Rules, number: int) -> Partition:
        early = [
            unpack(id, packed, self.sets()) for id, packed, _ in self.store.open_subjects(number)
        ]
        partition = open_partition(self.store, self.sets, rules, us, number, self.now())
        for id in list(partition.table.subjects):
            partition.table.drop(id)
        for subject in early:
            partition.table.put(subject)
        return partition


def _one_id_for_all_warnings(patch: pytest.MonkeyPatch) -> None:
    with_cause = vars(Verdict)["id"]

    def without_cause(verdict: Verdict) -> bytes:
        id: bytes = with_cause.fget(verdict._replace(cause=""))
        return id

    patch.setattr(Verdict, "id", property(without_cause))


def _pauses_by_the_wall(patch: pytest.MonkeyPatch) -> None:
    def moved(moment: Instant, pauses: Sequence[Pause], clock: Calendar) -> Instant:
        return delayed(moment, pauses, ALWAYS)

    patch.setattr(deadlines, "delayed", moved)


def _late_pause_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(concluding, "_breached_too_early", lambda promise: False)


def _nothing(patch: pytest.MonkeyPatch) -> None:
    pass


_SOUND = Parts()


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake, the seed that finds it, and the invariant that does not hold then."""

    name: str
    seed: int
    invariant: str
    parts: Parts = _SOUND
    plant: Callable[[pytest.MonkeyPatch], None] = _nothing


FAULTS = (
    Fault("pause shifted by wall time", 0, "I6", plant=_pauses_by_the_wall),
    Fault("late pause after a breach ignored", 21, "I2", plant=_late_pause_ignored),
    Fault("position before state", 2, "I1", replace(_SOUND, store=_PositionBeforeState)),
    Fault("gate by what is fetched", 0, "I2", replace(_SOUND, tracker=_GateByFetched)),
    Fault("heartbeats to one partition", 0, "I3", replace(_SOUND, beats=range(1))),
    Fault("load, then raise the epoch", 106, "I1", replace(_SOUND, tracker=_LoadsFirst)),
    Fault("guard without seq", 0, "I10", replace(_SOUND, store=_WithoutSeq)),
    Fault("two warnings with one id", 12, "I8", plant=_one_id_for_all_warnings),
    Fault("set of the time of loading", 0, "I6", replace(_SOUND, store=_SetsAtLoad)),
    Fault("duplicate reopens what is settled", 0, "I1", replace(_SOUND, store=_WithoutLookUp)),
)
