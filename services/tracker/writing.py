"""What a commit writes, encoded from what was folded since the last one."""

from collections.abc import Iterable

from services.tracker.core.subject import Subject
from services.tracker.exchange import Changes, Commit, Entry, Ownership, Row
from services.tracker.packing import pack
from services.tracker.rows import Day, listed, subject_document, unlisted
from services.tracker.young import Young


def commit_of(
    changes: Changes,
    grown_up: Iterable[Subject],
    young: Young,
    progress: Row,
    owner: Ownership,
    today: Day,
) -> Commit:
    """The owner's next commit. Whoever gets a document in it is young no more; `grown_up` are to
    get one though nothing changed.

    Subjects get one early when they settle, when people are told of them, or when they are parked.
    """
    partition = owner.partition
    told = {subject.id for subject, verdict in changes.verdicts if verdict.publish}
    entries: list[Entry] = []
    documents: list[Row] = []
    rows: list[Row] = []
    gone: list[str] = []
    grown = {subject.id: subject for subject in grown_up}
    for subject in (changes.subjects | grown).values():
        id, settled = subject.id, subject.settled
        if id not in young:
            gone += unlisted(subject)
        elif settled or id in told or subject.rare.parked or id in grown:
            young.remove(id)
        else:
            entries.append((id, pack(subject)))
            continue
        documents.append(subject_document(subject, partition, today, settled=settled))
        rows += listed(subject, partition)
    return Commit(
        progress,
        entries,
        young.needs_from(owner.seq + 2),
        documents,
        rows,
        gone,
        [verdict for _, verdict in changes.verdicts],
        changes.outgoing,
        changes.tallies,
    )
