"""`python -m tests.storm.broken.no_guard`: a tracker that commits whoever owns the partition.

An owner that was replaced writes what it had in its hands, as if nobody had taken its place.
"""

import sys
from typing import Any

from services.tracker import app
from services.tracker.store import Store


class _Unguarded:
    """The partitions' collection with a filter that asks for the partition alone."""

    def __init__(self, collection: Any) -> None:  # noqa: ANN401 - a collection
        self._collection = collection

    def update_one(self, wanted: dict[str, Any], *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        return self._collection.update_one({"_id": wanted["_id"]}, *rest, **more)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of the collection
        return getattr(self._collection, name)


class UnguardedStore(Store):
    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - as the store's
        super().__init__(*arguments)
        self._partitions: Any = _Unguarded(self._partitions)


if __name__ == "__main__":
    vars(app)["Store"] = UnguardedStore
    sys.exit(app.main())
