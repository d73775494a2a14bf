"""The agreement sets as this process knows them, read again from Mongo every few seconds."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from services.shared.subjects import Kind
from services.tracker.core.sets import AgreementSets

REFRESH_S = 5.0


class SetStore(Protocol):
    """Where every set lies that was ever active or will be."""

    def sets(self, own_types: Mapping[str, Kind]) -> AgreementSets: ...


class KnownSets:
    """A set is stored long enough before it is active for every tracker to read it in time."""

    def __init__(
        self,
        store: SetStore,
        own_types: Mapping[str, Kind],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._own_types = own_types
        self._seconds = seconds
        self._sets: AgreementSets | None = None
        self._read_at = 0.0

    @property
    def latest(self) -> AgreementSets:
        """As they were last read, without reading."""
        assert self._sets is not None, "a partition is opened, and the sets read, before this"
        return self._sets

    def __call__(self) -> AgreementSets:
        """Raises PyMongoError where they are due to be read and cannot."""
        if self._sets is None or self._seconds() - self._read_at >= REFRESH_S:
            known = self._store.sets(self._own_types)
            if self._sets is None or known.ids != self._sets.ids:
                self._sets = known
            self._read_at = self._seconds()
        return self._sets
