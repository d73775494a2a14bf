"""How long the hops take, learned from subjects as they settle.

It lives in memory, for all partitions of a tracker: at the start from the newest promises of the
ledger, which other trackers wrote too, and from then on from the tracker's own commits alone.
"""

from collections.abc import Iterable, Mapping, Sequence

from services.tracker.core.history import Durations, Sample
from services.tracker.core.learning import samples
from services.tracker.core.promises import Promise
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject

BEGINNING_LIMIT = 10_000
"""Settled promises of the ledger that the history begins with."""

SUBJECTS_LIMIT = 10
"""Subjects of one commit that are learned from: more would cost time and tell little more."""

UNSEEN_SHARE = 0.25
"""New samples are counted in once they are this share of the known ones: sorting is not free."""


class Learner:
    """Whoever asks sees `durations`, which are replaced and never changed."""

    def __init__(self) -> None:
        self.durations = Durations()
        self._unseen: list[Sample] = []

    def begin(self, settled: Iterable[Promise], sets: AgreementSets) -> None:
        """Take over what the ledger knows: newest promises, of any subjects in any order."""
        for promises in _by_subject(settled).values():
            newest = max(promise.opened_at for promise in promises)
            self._unseen += samples(promises, sets.at(newest).agreements)
        self._see()

    def learn(self, settled: Sequence[Subject], sets: AgreementSets) -> None:
        """Take in subjects that a commit has settled.

        A subject that settles once more tells the same samples again; they count once.
        """
        for subject in settled[:SUBJECTS_LIMIT]:
            agreements = sets.at(subject.events[-1].arrived_at).agreements
            self._unseen += samples([*subject.promises.values()], agreements)
        if len(self._unseen) > UNSEEN_SHARE * len(self.durations.samples):
            self._see()

    def _see(self) -> None:
        self.durations = Durations().also({*self.durations.samples, *self._unseen})
        self._unseen = []


def _by_subject(promises: Iterable[Promise]) -> Mapping[str, list[Promise]]:
    by_subject: dict[str, list[Promise]] = {}
    for promise in promises:
        by_subject.setdefault(promise.id.partition("~")[0], []).append(promise)
    return by_subject
