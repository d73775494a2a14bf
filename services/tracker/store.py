"""What the tracker keeps in Mongo: partitions and their owners, subjects, promises, verdicts, sets.

A commit is one transaction guarded by the partition document: an owner that was replaced meanwhile
matches nothing, and is told so by `Fenced`. Events in Kafka and documents here never disagree.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence

from bson import Binary
from pymongo import ASCENDING, DESCENDING, MongoClient, ReplaceOne, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from services.shared.clock import SECOND, Instant
from services.shared.mongo import Row, in_transaction
from services.shared.outbox import Outbox
from services.shared.subjects import Kind
from services.tracker.agreement_files import AgreementFolder, read_texts, unversioned_changes
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.errors import AgreementError, BeingRebuilt, Fenced
from services.tracker.exchange import Commit, OpenSubject, Ownership
from services.tracker.outcome_rows import OutcomeRows
from services.tracker.packing import unpack
from services.tracker.rows import ANNOUNCED, for_the_record, parked_of, verdict_record
from services.tracker.segments import Segments
from services.tracker.tally_rows import TallyRows

ACTIVATION_LEAD = 30 * SECOND
"""A new agreement set becomes active this much later, so that every tracker knows it by then."""
COMMIT_LIMIT_S = 10.0


class Store:
    """The tracker's collections in one database."""

    def __init__(self, client: "MongoClient[Row]", database: str, outbox: Outbox) -> None:
        self._client = client
        self._sessions: dict[int, tuple[int, ClientSession]] = {}
        self._outbox = outbox
        base = client[database]
        self._partitions = base["tracker.partitions"]
        self._subjects = base["tracker.subjects"]
        self._segments = Segments(base)
        self._promises = base["tracker.promises"]
        self._verdicts = base["tracker.verdicts"]
        self._sets = base["tracker.agreement_sets"]
        self._tallies = TallyRows(base)
        self._outcomes = OutcomeRows(base)
        self._read: dict[str, AgreementFolder] = {}

    def prepare(self) -> None:
        """Makes the indexes; before the first transaction."""
        self._outbox.prepare()
        self._tallies.prepare()
        self._outcomes.prepare()
        self._subjects.create_index(
            [("partition", ASCENDING), ("open", ASCENDING), ("changed_on", ASCENDING)]
        )
        self._subjects.create_index(
            [("partition", ASCENDING), ("parked", ASCENDING)],
            partialFilterExpression={"parked": True},
        )
        self._subjects.create_index([("about", ASCENDING), ("changed_on", DESCENDING)])
        self._promises.create_index(
            [("settled", ASCENDING), ("due_by", ASCENDING), ("_id", ASCENDING)]
        )
        self._promises.create_index(
            [("settled", ASCENDING), ("owed_by", ASCENDING), ("owed_to", ASCENDING)]
        )
        self._promises.create_index(
            [("announced", ASCENDING), ("due_by", ASCENDING)], partialFilterExpression=ANNOUNCED
        )
        self._verdicts.create_index([("promise_id", ASCENDING)])

    def activate(
        self, folder: AgreementFolder, now: Instant, own_types: Mapping[str, Kind] | None = None
    ) -> None:
        """Store an agreement set; active a little later, the very first one at once.

        Raises AgreementError where something changed without a new version.
        """
        while True:
            newest = next(self._sets.find().sort("_id", -1).limit(1), None)
            if newest and newest["hash"] == folder.hash:
                return
            if newest:
                _check_versions(read_texts(dict(newest["texts"]), own_types), folder)
            row = {
                "_id": newest["_id"] + 1 if newest else 1,
                "hash": folder.hash,
                "active_from": max(now, newest["active_from"]) + ACTIVATION_LEAD if newest else now,
                "texts": [[name, text] for name, text in folder.texts.items()],
            }
            with contextlib.suppress(DuplicateKeyError):  # another tracker was first: look again
                self._sets.insert_one(row)

    def sets(self, own_types: Mapping[str, Kind]) -> AgreementSets:
        """Every set that was ever active or will be; the texts of one are read only once."""
        rows = list(self._sets.find())
        for row in rows:
            if row["hash"] not in self._read:
                self._read[row["hash"]] = read_texts(dict(row["texts"]), own_types)
        return AgreementSets(
            tuple(self._read[row["hash"]].active(row["active_from"]) for row in rows)
        )

    def take_over(
        self, partition: int, owner: str, address: str, *, rebuilding: bool = False
    ) -> Ownership:
        """Raise the epoch, so that whoever had the partition can commit no more; then read it.

        An owner that was killed amid a commit left a transaction open, which would hold the
        document for up to a minute: its session is ended first. Raises BeingRebuilt where the
        partition is, unless it is taken over for `rebuilding` it.
        """
        before = self._partitions.find_one({"_id": partition}, {"session": 1}) or {}
        if theirs := before.get("session"):
            self._client.admin.command("killSessions", [{"id": Binary.from_uuid(theirs)}])
        session = self._client.start_session()
        ours = {"owner": owner, "address": address, "session": session.session_id["id"]}
        at_first = {"seq": 0, "positions": {}, "complete_through": {}, "fenced": 0}
        try:
            row = self._partitions.find_one_and_update(
                {"_id": partition} | ({} if rebuilding else {"rebuilding": None}),
                {
                    "$inc": {"epoch": 1},
                    "$set": ours | ({"rebuilding": True} if rebuilding else {}),
                    "$setOnInsert": at_first,
                },
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError as error:
            raise BeingRebuilt(partition) from error
        assert row, "an upsert that returns the document after it always has one"
        self._sessions[partition] = row["epoch"], session
        return Ownership(
            partition,
            row["epoch"],
            row["seq"],
            row["positions"],
            row["complete_through"],
            parked_of(row),
            row.get("topic_ids", {}),
        )

    def open_subjects(self, partition: int) -> Iterable[OpenSubject]:
        """Those with a document."""
        ours = {"partition": partition, "open": True}
        for row in self._subjects.find(ours, {"packed": True, "look_at": True}):
            yield OpenSubject(row["_id"], row["packed"], row["look_at"])

    def young_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]:
        """Those that lie in segments only."""
        young = self._segments.subjects(partition)
        grown_up = self._subjects.find({"_id": {"$in": [*young]}}, {"_id": True})
        for id in young.keys() - {row["_id"] for row in grown_up}:
            yield unpack(id, young[id], sets)

    def subjects(self, ids: Sequence[str], sets: AgreementSets) -> Iterable[Subject]:
        """Those of `ids` that have a document, whether settled or not."""
        return self._unpacked({"_id": {"$in": list(ids)}}, sets)

    def parked_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]:
        """Those with an event that no agreement was there for."""
        return self._unpacked({"partition": partition, "parked": True}, sets)

    def settled_subjects(self, sets: AgreementSets, limit: int) -> Iterable[Subject]:
        """Those that got a document last, the newest first, of all partitions."""
        newest_first = self._subjects.find({"open": False}).sort("$natural", DESCENDING)
        return (unpack(row["_id"], row["packed"], sets) for row in newest_first.limit(limit))

    def _unpacked(self, wanted: Row, sets: AgreementSets) -> Iterable[Subject]:
        for row in self._subjects.find(wanted, {"packed": True}):
            yield unpack(row["_id"], row["packed"], sets)

    def commit(self, owner: Ownership, commit: Commit) -> Ownership:
        """Write a batch, its verdicts and the position that follows, all or nothing.

        Raises Fenced where the partition has another owner by now. After a PyMongoError the same
        commit may be tried again: if the first try got through after all, it counts.
        """
        try:
            in_transaction(
                self._client,
                lambda session: self._write(session, owner, commit),
                COMMIT_LIMIT_S,
                self._session_of(owner),
            )
        except Fenced:
            row = self._partitions.find_one({"_id": owner.partition}) or {}
            if (row.get("epoch"), row.get("seq")) != (owner.epoch, owner.seq + 1):
                self._partitions.update_one({"_id": owner.partition}, {"$inc": {"fenced": 1}})
                raise
        self._segments.dropped_before(owner.partition, commit.young_from)
        return Ownership(
            owner.partition,
            owner.epoch,
            owner.seq + 1,
            commit.progress["positions"],
            commit.progress["complete_through"],
            parked_of(commit.progress),
            commit.progress.get("topic_ids", {}),
        )

    def _session_of(self, owner: Ownership) -> ClientSession | None:
        """Its own, so that partitions commit beside each other; none of an owner from before."""
        epoch, session = self._sessions.get(owner.partition, (0, None))
        return session if epoch == owner.epoch else None

    def _write(self, session: ClientSession, owner: Ownership, commit: Commit) -> None:
        matched = self._partitions.update_one(
            {"_id": owner.partition, "epoch": owner.epoch, "seq": owner.seq},
            {"$set": commit.progress, "$inc": {"seq": 1}},
            session=session,
        )
        if not matched.matched_count:
            raise Fenced(
                f"Partition {owner.partition} has another owner: epoch {owner.epoch} and seq"
                f" {owner.seq} are no longer the newest, so nothing of this batch is written."
            )
        self._segments.write(owner.partition, owner.seq + 1, commit.young, session)
        self._segments.drop_before(owner.partition, commit.young_from, session)
        _replace(self._subjects, commit.documents, session)
        if commit.unlisted:
            self._promises.delete_many({"_id": {"$in": commit.unlisted}}, session=session)
        _replace(self._promises, commit.listed, session)
        if records := [verdict_record(each) for each in commit.verdicts if for_the_record(each)]:
            self._verdicts.bulk_write(
                [
                    UpdateOne({"_id": row["_id"]}, {"$setOnInsert": row}, upsert=True)
                    for row in records
                ],
                session=session,
            )
        self._tallies.add(commit.tallies, owner.partition, session)
        self._outcomes.add(commit.outcomes, owner.partition, session)
        self._outbox.add(commit.outgoing, session)


def _replace(collection: "Collection[Row]", rows: Sequence[Row], session: ClientSession) -> None:
    if rows:
        writes = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]
        collection.bulk_write(writes, session=session)


def _check_versions(in_force: AgreementFolder, folder: AgreementFolder) -> None:
    if changes := unversioned_changes(in_force, folder):
        raise AgreementError("\n".join(changes))
