"""Alerts, notices and releases in Mongo: a change of alerts, its notices and what the audit says of
it are one transaction.

Satisfies `handlers.AlertStore` and `delivery.NoticeStore`; it decides nothing.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace

from pymongo import MongoClient
from pymongo.client_session import ClientSession

from services.alerts.audit_store import MongoAudit
from services.alerts.documents import (
    ALIAS,
    DOCUMENTS,
    AlertDocument,
    HeardDocument,
    NoticeDocument,
    ReleaseDocument,
    SilenceDocument,
    a_while_from_now,
    alert_document,
    alert_of,
    claimable,
    claiming,
    notice_document,
    notice_of,
    silence_document,
    silence_of,
)
from services.alerts.domain.alert import Alert, Decision, History, Notice, Reason, State
from services.alerts.domain.audit.chain import Act
from services.alerts.domain.posts import Post
from services.alerts.domain.promise import Promise
from services.alerts.domain.ratings import RatingCount, counted
from services.alerts.domain.requests import Query, Release
from services.alerts.domain.silences import Silence
from services.alerts.handlers import Decide
from services.alerts.oncall_events import sealed
from services.alerts.queries import RATED, RATINGS_BY_WEEK, condition_of, rated_week
from services.shared.clock import Instant
from services.shared.errors import RefusalCode, Refused
from services.shared.events.oncall import PromiseReleased
from services.shared.mongo import Row, in_transaction, use_documents
from services.shared.outbox import Outbox


class MongoAlertStore:
    """Releases become events in `outbox`; `prepare` comes before anything else."""

    def __init__(self, client: "MongoClient[Row]", database: str, outbox: Outbox) -> None:
        self._client = client
        self._database = database
        self._outbox = outbox
        self.audit = MongoAudit(client, database)

    def prepare(self) -> None:
        """Makes the indexes, so Mongo has to be there."""
        self._outbox.prepare()
        self.audit.prepare()
        use_documents(self._client, self._database, *DOCUMENTS, alias=ALIAS)

    def change(self, promise_id: str, decide: Decide, act: Act | None = None) -> Decision:
        def work(session: ClientSession) -> Decision:
            before = self.histories([promise_id])[promise_id]
            if act and self.audit.done(act, session):
                return Decision(before, Reason.REPEATED)
            decision = decide(before)
            if decision.history != before:
                _save(promise_id, before, decision)
            if decision.act:
                self._publish(decision, decision.act, session)
                self.audit.add(decision.act, session)
            return decision

        with self.audit.turn if act else nullcontext():
            decision = in_transaction(self._client, work)
        if decision.event:
            self._outbox.news.set()
        return decision

    def _publish(self, decision: Decision, act: Act, session: ClientSession) -> None:
        alert = decision.history.alert(act.about)
        if decision.event and alert:
            self._outbox.add([sealed(decision.event, alert.promise, act)], session)

    def histories(self, promise_ids: Collection[str]) -> Mapping[str, History]:
        heard = {
            document.promise_id: document.revision
            for document in HeardDocument.objects(promise_id__in=list(promise_ids))
        }
        alerts: dict[str, list[Alert]] = {promise_id: [] for promise_id in promise_ids}
        for document in AlertDocument.objects(promise_id__in=list(promise_ids)).order_by("due_by"):
            alerts[document.promise_id].append(alert_of(document))
        return {id: History(heard.get(id, 0), tuple(alerts[id])) for id in promise_ids}

    def get(self, key: str) -> Alert | None:
        document = AlertDocument.objects(key=key).first()
        return alert_of(document) if document else None

    def find(self, query: Query) -> Sequence[Alert]:
        found = AlertDocument.objects(__raw__=condition_of(query))
        return [
            alert_of(document)
            for document in found.order_by("visible_by", "due_by", "key").limit(query.limit)
        ]

    def awakening(self, now: Instant, limit: int) -> Sequence[Alert]:
        due = AlertDocument.objects(look_at__ne=None, look_at__lte=now)
        return [alert_of(document) for document in due.order_by("look_at").limit(limit)]

    def standing(self) -> frozenset[str]:
        return frozenset(
            AlertDocument.objects(state__ne=State.RESOLVED.value).distinct("promise_id")
        )

    def count_standing(self) -> int:
        return int(AlertDocument.objects(state__ne=State.RESOLVED.value).count())

    def ratings(self, now: Instant) -> Sequence[RatingCount]:
        found = AlertDocument.objects(__raw__=RATED).aggregate(RATINGS_BY_WEEK)
        return counted(map(rated_week, found), now)

    def silences(self, now: Instant) -> Sequence[Silence]:
        found = SilenceDocument.objects(ends_at__gt=now).order_by("ends_at", "id")
        return [silence_of(document) for document in found]

    def silence(self, id: str) -> Silence | None:
        document = SilenceDocument.objects(id=id).first()
        return silence_of(document) if document else None

    def keep_silence(self, silence: Silence, act: Act) -> None:
        def work(session: ClientSession) -> None:
            silence_document(silence).save()
            self.audit.add(act, session)

        with self.audit.turn:
            in_transaction(self._client, work)

    def waiting(
        self, receiver: str, limit: int, without: Collection[str], *, only_pages: bool = False
    ) -> Sequence[Notice]:
        found = NoticeDocument.objects(waiting=receiver, key__nin=list(without))
        if only_pages:
            found = found.filter(key__in=found.filter(page=True).distinct("key"))
        return [
            notice_of(document, receiver)
            for document in found.order_by("at", "key", "revision").limit(limit)
        ]

    def claim(self, post: Post, receiver: str, owner: str, now: Instant) -> Instant | None:
        ids = [notice.id for notice in post.notices]

        def work(_session: ClientSession) -> Instant | None:
            free = claimable(ids, receiver, owner, now)
            if NoticeDocument.objects(__raw__=free).count() < len(ids):
                return None
            NoticeDocument.objects(__raw__=free).update(
                __raw__=claiming(post, receiver, owner, now)
            )
            tried = NoticeDocument.objects(id__in=ids).scalar("tried")
            return min(int(each[receiver]) for each in tried)

        return in_transaction(self._client, work)

    def settle(
        self, notices: Sequence[Notice], receiver: str, problem: str = "", fallback: str = ""
    ) -> None:
        """The fallback first: who dies in between tells it twice rather than never."""
        found = NoticeDocument.objects(id__in=[notice.id for notice in notices])
        if fallback:
            found.update(__raw__={"$addToSet": {"waiting": fallback}})
        change = _taken_from(receiver)
        if problem:
            change["$set"] = {f"problems.{receiver}": problem}
        found.update(__raw__=change)

    def passed_on(self, keys: Collection[str], receiver: str) -> Collection[str]:
        problem = {"key": {"$in": list(keys)}, f"problems.{receiver}": {"$exists": True}}
        return frozenset(NoticeDocument.objects(__raw__=problem).distinct("key"))

    def drop(self, notices: Sequence[Notice], receiver: str) -> bool:
        first, later = notices[0].id, [notice.id for notice in notices[1:]]

        def work(_session: ClientSession) -> bool:
            untried = {"_id": first, "waiting": receiver, f"tried.{receiver}": None}
            change = _taken_from(receiver)
            if not NoticeDocument.objects(__raw__=untried).update_one(__raw__=change):
                return False
            NoticeDocument.objects(id__in=later).update(__raw__=change)
            return True

        return in_transaction(self._client, work)

    def released(self, request: Release) -> bytes | None:
        first = ReleaseDocument.objects(key=request.idempotency_key).first()
        if first is None:
            return None
        if bytes(first.content) != _content(request):
            raise Refused(
                RefusalCode.CONFLICT,
                "idempotency_key",
                "idempotency_key was used to release something else, or by somebody else; give each"
                " release a key of its own, and send a key again only with the same release.",
            )
        return bytes(first.event_id)

    def release(self, request: Release, promise: Promise, act: Act) -> bytes:
        row = sealed(PromiseReleased(request.promise_id, request.reason), promise, act)

        def work(session: ClientSession) -> bytes:
            if first := self.released(request):
                return first
            self._outbox.add([row], session)
            self.audit.add(replace(act, after={"event": row.id.hex()}), session)
            ReleaseDocument(
                key=request.idempotency_key,
                content=_content(request),
                event_id=row.id,
                forget_at=a_while_from_now(),
            ).save()
            return row.id

        with self.audit.turn:
            event_id = in_transaction(self._client, work)
        self._outbox.news.set()
        return event_id


def _save(promise_id: str, before: History, decision: Decision) -> None:
    after = decision.history
    HeardDocument(
        promise_id=promise_id,
        revision=after.heard,
        forget_at=None if any(after.open_alerts()) else a_while_from_now(),
    ).save()
    for alert in after.alerts:
        if alert != before.alert(alert.key):
            alert_document(alert).save()
    for notice in decision.notices:
        notice_document(notice).save()


def _taken_from(receiver: str) -> Row:
    return {"$pull": {"waiting": receiver}, "$unset": {f"claims.{receiver}": ""}}


def _content(request: Release) -> bytes:
    text = "\x00".join((request.promise_id, request.actor, request.reason))
    return hashlib.sha256(text.encode()).digest()
