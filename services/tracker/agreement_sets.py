"""The agreement sets as this process knows them, read again from Mongo every few seconds."""

import time
from collections.abc import Mapping

from services.shared.subjects import Kind
from services.tracker.core.sets import AgreementSets
from services.tracker.store import Store

REFRESH_S = 5.0


class KnownSets:
    """A set is stored long enough before it is active for every tracker to read it in time."""

    def __init__(self, store: Store, own_types: Mapping[str, Kind]) -> None:
        self._store = store
        self._own_types = own_types
        self._sets: AgreementSets | None = None
        self._read_at = 0.0

    @property
    def latest(self) -> AgreementSets:
        """As they were last read, without reading."""
        assert self._sets is not None, "a partition is opened, and the sets read, before this"
        return self._sets

    def __call__(self) -> AgreementSets:
        """Raises PyMongoError where they are due to be read and cannot."""
        if self._sets is None or time.monotonic() - self._read_at >= REFRESH_S:
            known = self._store.sets(self._own_types)
            if self._sets is None or known.ids != self._sets.ids:
                self._sets = known
            self._read_at = time.monotonic()
        return self._sets
