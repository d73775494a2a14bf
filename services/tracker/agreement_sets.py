"""The agreement sets as this process knows them, read again from Mongo every few seconds."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from pymongo.errors import PyMongoError

from services.shared.subjects import Kind
from services.tracker.core.sets import AgreementSets
from services.tracker.errors import AgreementError, SetsUnreadable

REFRESH_S = 5.0
UNREAD_LIMIT_S = 20.0
"""Below the 30 s between the moment that a set is stored and that from which it is active."""


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
        self._read_at = self._tried_at = 0.0
        self._failure: PyMongoError | AgreementError | None = None

    @property
    def latest(self) -> AgreementSets:
        """As they were last read, without reading."""
        assert self._sets is not None, "a partition is opened, and the sets read, before this"
        return self._sets

    def __call__(self) -> AgreementSets:
        """Raises SetsUnreadable where they could not be read for so long that they may be wrong."""
        now = self._seconds()
        if self._sets is None or now - self._tried_at >= REFRESH_S:
            self._tried_at = now
            self._read(now)
        if self._sets is None or (self._failure and now - self._read_at >= UNREAD_LIMIT_S):
            raise SetsUnreadable(
                "The agreement sets cannot be read, and others may be active by now: nothing is"
                f" folded until they can. {self._failure}"
            ) from self._failure
        return self._sets

    def _read(self, now: float) -> None:
        try:
            known = self._store.sets(self._own_types)
        except (PyMongoError, AgreementError) as error:
            self._failure = error
            return
        if self._sets is None or known.ids != self._sets.ids:
            self._sets = known
        self._read_at, self._failure = now, None
