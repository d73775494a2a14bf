"""What lists have of each subject that is awake, so that a commit writes only what changed."""

from collections.abc import Iterable

from services.tracker.core.subject import Subject
from services.tracker.exchange import Row
from services.tracker.rows import Listed, list_row, listed, unlisted


class Listing:
    """As of the newest commit that was encoded; only the partition's owner writes its rows."""

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self._written: dict[str, dict[str, Listed]] = {}

    def more(self, subject: Subject, *, is_new: bool) -> tuple[list[Row], list[str]]:
        """The rows to write of it, and the ids of those to delete; `is_new` has none yet.

        Where it is not known which there are, all are written, and all others deleted.
        """
        now = {each.id: each for each in listed(subject)}
        before = {} if is_new else self._written.get(subject.id)
        self._written[subject.id] = now
        if before is None:
            changed, gone = [*now.values()], [*unlisted(subject)]
        else:
            changed = [each for each in now.values() if before.get(each.id) != each]
            gone = [id for id in before if id not in now]
        return [list_row(each, subject.id, self._partition) for each in changed], gone

    def forget(self, ids: Iterable[str]) -> None:
        """They leave the table: when they come back all of their rows are written once more."""
        for id in ids:
            self._written.pop(id, None)
