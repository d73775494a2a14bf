"""`python -m tests.storm.broken.no_guard`: a tracker that commits whoever owns the partition.

An owner that was replaced writes what it had in its hands, as if nobody had taken its place: also
segments, which two owners give the same ids, over those that are there.
"""

import sys
from typing import Any

from pymongo import ReplaceOne

from services.tracker import app, store
from services.tracker.segments import Segments
from services.tracker.store import Store


class _Unguarded:
    """The partitions' collection with a filter that asks for the partition alone."""

    def __init__(self, collection: Any) -> None:  # noqa: ANN401 - a collection
        self._collection = collection

    def update_one(self, wanted: dict[str, Any], *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        return self._collection.update_one({"_id": wanted["_id"]}, *rest, **more)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of the collection
        return getattr(self._collection, name)


class _Overwriting:
    """The segments' collection, where a row takes the place of one with its id."""

    def __init__(self, collection: Any) -> None:  # noqa: ANN401 - a collection
        self._collection = collection

    def insert_many(self, rows: list[dict[str, Any]], **more: Any) -> Any:  # noqa: ANN401
        writes = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]
        return self._collection.bulk_write(writes, **more)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of the collection
        return getattr(self._collection, name)


class _UnguardedSegments(Segments):
    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - as the segments'
        super().__init__(*arguments)
        self._rows: Any = _Overwriting(self._rows)


class UnguardedStore(Store):
    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - as the store's
        super().__init__(*arguments)
        self._partitions: Any = _Unguarded(self._partitions)


if __name__ == "__main__":
    vars(store)["Segments"] = _UnguardedSegments
    vars(app)["Store"] = UnguardedStore
    sys.exit(app.main())
