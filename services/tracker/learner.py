"""How long the hops take, learned from subjects as they settle.

It lives in memory, for all partitions of a tracker: at the start from the newest subjects of the
ledger, which other trackers wrote too, and from then on from the tracker's own commits alone.
"""

from collections.abc import Iterable, Sequence

from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.tree.history import Durations, Sample
from services.tracker.core.tree.learning import samples

BEGINNING_LIMIT = 3_000
"""Settled subjects of the ledger that the history begins with."""

SUBJECTS_LIMIT = 10
"""Subjects of one commit that are learned from: more would cost time and tell little more."""

UNSEEN_SHARE = 0.25
"""New samples are counted in once they are this share of the known ones: sorting is not free."""


class Learner:
    """Whoever asks sees `durations`, which are replaced and never changed."""

    def __init__(self) -> None:
        self.durations = Durations()
        self._unseen: list[Sample] = []

    def begin(self, settled: Iterable[Subject], sets: AgreementSets) -> None:
        """Take over what the ledger knows."""
        for subject in settled:
            self._unseen += _samples(subject, sets)
        self._see()

    def learn(self, settled: Sequence[Subject], sets: AgreementSets) -> None:
        """Take in subjects that a commit has settled.

        A subject that settles once more tells the same samples again; they count once.
        """
        for subject in settled[:SUBJECTS_LIMIT]:
            self._unseen += _samples(subject, sets)
        if len(self._unseen) > UNSEEN_SHARE * len(self.durations.samples):
            self._see()

    def _see(self) -> None:
        self.durations = Durations().also({*self.durations.samples, *self._unseen})
        self._unseen = []


def _samples(subject: Subject, sets: AgreementSets) -> Iterable[Sample]:
    agreements = sets.at(subject.events[-1].arrived_at).agreements
    return samples([*subject.promises.values()], agreements)
