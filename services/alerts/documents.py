"""What Mongo keeps of alerts: the documents, and the dataclasses inside them.

Only `store.py` uses these. Mongo itself forgets what is over, a while after `forget_at`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from mongoengine import (
    BinaryField,
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    ListField,
    LongField,
    StringField,
)
from pydantic import TypeAdapter

from services.alerts.domain.alert import Alert, Notice, State, urgency
from services.alerts.domain.labels import is_page
from services.alerts.domain.posts import Post
from services.alerts.domain.silences import Silence
from services.alerts.receiver import CLAIM
from services.shared.clock import Instant
from services.shared.mongo import Row

ALIAS = "alerts"
KEPT = timedelta(days=90)
_FORGOTTEN = {"fields": ["forget_at"], "expireAfterSeconds": 0}
_ALERT, _NOTICE, _SILENCE = TypeAdapter(Alert), TypeAdapter(Notice), TypeAdapter(Silence)


class HeardDocument(Document):  # type: ignore[misc]  # mongoengine has no types
    """The last revision heard of a promise; all who change its alerts write it, so they meet."""

    promise_id = StringField(primary_key=True)
    revision = LongField(required=True)
    forget_at = DateTimeField(null=True)
    meta: ClassVar[dict[str, Any]] = {
        "collection": "alerts.heard",
        "db_alias": ALIAS,
        "indexes": [_FORGOTTEN],
        "auto_create_index": False,
    }


class AlertDocument(Document):  # type: ignore[misc]  # mongoengine has no types
    """One alert, and beside it what it is looked for by."""

    key = StringField(primary_key=True)
    promise_id = StringField(required=True)
    state = StringField(required=True)
    owed_by = StringField(required=True)
    owed_to = StringField(required=True)
    subject = StringField(required=True)
    visible_by = LongField(required=True)
    due_by = LongField(required=True)
    look_at = LongField(null=True)
    content = DictField(required=True)
    forget_at = DateTimeField(null=True)
    meta: ClassVar[dict[str, Any]] = {
        "collection": "alerts.alerts",
        "db_alias": ALIAS,
        "indexes": [
            "promise_id",
            ("state", "visible_by", "due_by", "key"),
            "look_at",
            "subject",
            {"fields": ["content.ratings.actor"], "sparse": True},
            _FORGOTTEN,
        ],
        "auto_create_index": False,
    }


class NoticeDocument(Document):  # type: ignore[misc]  # mongoengine has no types
    """One notice; `waiting` are the receivers without it, `problems` why some never get it. A
    `page` cannot wait.

    `tried` is since when each is told of it, `posts` in which post.
    """

    id = StringField(primary_key=True)
    key = StringField(required=True)
    revision = LongField(required=True)
    at = LongField(required=True)
    page = BooleanField(required=True)
    waiting = ListField(StringField())
    claims = DictField()
    tried = DictField()
    posts = DictField()
    problems = DictField()
    content = DictField(required=True)
    forget_at = DateTimeField(required=True)
    meta: ClassVar[dict[str, Any]] = {
        "collection": "alerts.notices",
        "db_alias": ALIAS,
        "indexes": [
            ("waiting", "at", "key", "revision"),
            ("waiting", "page"),
            "key",
            "at",
            _FORGOTTEN,
        ],
        "auto_create_index": False,
    }


class ReleaseDocument(Document):  # type: ignore[misc]  # mongoengine has no types
    """A release that was asked for, so that asking again has no effect."""

    key = StringField(primary_key=True)
    content = BinaryField(required=True)
    event_id = BinaryField(required=True)
    forget_at = DateTimeField(required=True)
    meta: ClassVar[dict[str, Any]] = {
        "collection": "alerts.releases",
        "db_alias": ALIAS,
        "indexes": [_FORGOTTEN],
        "auto_create_index": False,
    }


class SilenceDocument(Document):  # type: ignore[misc]  # mongoengine has no types
    """One silence, also a while after its end."""

    id = StringField(primary_key=True)
    ends_at = LongField(required=True)
    content = DictField(required=True)
    forget_at = DateTimeField(required=True)
    meta: ClassVar[dict[str, Any]] = {
        "collection": "alerts.silences",
        "db_alias": ALIAS,
        "indexes": ["ends_at", _FORGOTTEN],
        "auto_create_index": False,
    }


DOCUMENTS = (HeardDocument, AlertDocument, NoticeDocument, SilenceDocument, ReleaseDocument)


def alert_document(alert: Alert) -> AlertDocument:
    visible_by, due_by, key = urgency(alert)
    return AlertDocument(
        key=key,
        promise_id=alert.promise.promise_id,
        state=alert.state.value,
        owed_by=alert.promise.owed_by,
        owed_to=alert.promise.owed_to,
        subject=alert.promise.subject,
        visible_by=visible_by,
        due_by=due_by,
        look_at=alert.look_at,
        content=_ALERT.dump_python(alert, mode="json"),
        forget_at=a_while_from_now() if alert.state is State.RESOLVED else None,
    )


def alert_of(document: AlertDocument) -> Alert:
    return _ALERT.validate_python(document.content)


def notice_document(notice: Notice) -> NoticeDocument:
    return NoticeDocument(
        id=notice.id,
        key=notice.alert.key,
        revision=notice.alert.revision,
        at=notice.at,
        page=is_page(notice.alert),
        waiting=list(notice.receivers),
        content=_NOTICE.dump_python(notice, mode="json", exclude={"post"}),
        forget_at=a_while_from_now(),
    )


def notice_of(document: NoticeDocument, receiver: str) -> Notice:
    notice = _NOTICE.validate_python(document.content)
    return replace(notice, post=document.posts.get(receiver, ""))


def claimable(ids: Sequence[str], receiver: str, owner: str, now: Instant) -> Row:
    """Which of these notices wait for a receiver and are tried by nobody else."""
    claim = f"claims.{receiver}"
    free: list[Row] = [{claim: None}, {f"{claim}.owner": owner}, {f"{claim}.until": {"$lte": now}}]
    return {"_id": {"$in": list(ids)}, "waiting": receiver, "$or": free}


def claiming(post: Post, receiver: str, owner: str, now: Instant) -> Row:
    claim = {"owner": owner, "until": now + CLAIM}
    return {
        "$set": {f"claims.{receiver}": claim, f"posts.{receiver}": post.id},
        "$min": {f"tried.{receiver}": now},
    }


def silence_document(silence: Silence) -> SilenceDocument:
    return SilenceDocument(
        id=silence.id,
        ends_at=silence.ends_at,
        content=_SILENCE.dump_python(silence, mode="json"),
        forget_at=a_while_from_now(),
    )


def silence_of(document: SilenceDocument) -> Silence:
    return _SILENCE.validate_python(document.content)


def a_while_from_now() -> datetime:
    """By the wall, as Mongo counts, whatever time the promises live in."""
    return datetime.now(UTC) + KEPT
