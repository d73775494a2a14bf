"""Mongo as the project uses it: one client, majority writes, and transactions that end in time.

A store writes inside `in_transaction`: mongoengine's documents join it by themselves, `save()` and
`objects` alike; operations on plain collections are given its session.
"""

import random
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

import mongoengine
import pymongo
import structlog
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from services.shared.errors import HandoffError
from services.shared.health import Health
from services.shared.settings import MongoSettings

Row = dict[str, Any]
MAJORITY = WriteConcern("majority")
SNAPSHOT = ReadConcern("snapshot")
LOCAL = ReadConcern("local")
TRANSACTION_LIMIT_S = 1.8
"""The tracker counts on 2 s at most between an event's own time and its commit; what is left of
them is for the way from reading the clock to here."""
ABORT_LIMIT_S = 0.5
SELECTION_TIMEOUT_MS = 2_000
SOCKET_TIMEOUT_MS = 10_000
RETRY_WAIT_S = 0.005
RETRY_WAIT_LIMIT_S = 0.1
UNREACHABLE_WAIT_S = 1.0
MESSAGE_LIMIT = 300
PART = "mongo"
_T = TypeVar("_T")


class TransactionTooLong(HandoffError):
    """A transaction was aborted because it took longer than it may."""


def connect(settings: MongoSettings) -> "MongoClient[Row]":
    """A client that connects when it is first used, so that a service starts without Mongo."""
    return MongoClient(
        settings.uri,
        tz_aware=True,
        uuidRepresentation="standard",
        w="majority",
        readConcernLevel="majority",
        serverSelectionTimeoutMS=SELECTION_TIMEOUT_MS,
        connectTimeoutMS=SELECTION_TIMEOUT_MS,
        socketTimeoutMS=SOCKET_TIMEOUT_MS,
        appname="handoff",
    )


def use_documents(
    client: "MongoClient[Row]", database: str, *documents: type[Any], alias: str = "default"
) -> None:
    """Lets mongoengine's `documents` live in `database` of our client, and makes their indexes.

    Indexes cannot be made inside a transaction, so this comes before the first one.
    """
    mongoengine.disconnect(alias)
    mongoengine.connect(
        database,
        alias=alias,
        mongo_client_class=lambda **_settings: _Lent(client),
        uuidRepresentation="standard",
    )
    for document in documents:
        document.ensure_indexes()


def in_transaction(
    client: "MongoClient[Row]",
    work: Callable[[ClientSession], _T],
    limit_s: float = TRANSACTION_LIMIT_S,
    own: ClientSession | None = None,
) -> _T:
    """All that `work` does in Mongo happens together or not at all; `work` may run several times.

    It runs in the session `own` if that is given, which no other thread may use meanwhile.

    Raises TransactionTooLong where it would commit more than `limit_s` after this call, and what
    `work` raises. A PyMongoError means that the outcome is unknown: try the whole command again.
    """
    deadline = time.monotonic() + limit_s
    with nullcontext(own) if own else client.start_session() as session:
        wait = RETRY_WAIT_S
        while True:
            try:
                return _attempt(session, work, deadline, limit_s)
            except PyMongoError as error:
                if not error.has_error_label("TransientTransactionError"):
                    raise
                if time.monotonic() + wait >= deadline:
                    raise
            time.sleep(random.uniform(0, wait))
            wait = min(wait * 2, RETRY_WAIT_LIMIT_S)


def _attempt(
    session: ClientSession, work: Callable[[ClientSession], _T], deadline: float, limit_s: float
) -> _T:
    session.start_transaction(SNAPSHOT, MAJORITY, ReadPreference.PRIMARY)
    try:
        with pymongo.timeout(max(deadline - time.monotonic(), 0.001)), session.bind(False):
            result = work(session)
        if time.monotonic() > deadline:
            raise TransactionTooLong(
                f"A transaction took longer than {limit_s:g} s and was aborted; try again."
            )
        _commit(session, deadline)
    except BaseException as error:
        if session.in_transaction:
            with pymongo.timeout(ABORT_LIMIT_S):
                session.abort_transaction()
        if cause := _mongo_error(error):
            raise cause from error
        raise
    return result


def _commit(session: ClientSession, deadline: float) -> None:
    while True:
        try:
            with pymongo.timeout(max(deadline - time.monotonic(), 0.001)):
                return session.commit_transaction()
        except PyMongoError as error:
            unknown = error.has_error_label("UnknownTransactionCommitResult")
            if not unknown or time.monotonic() >= deadline:
                raise


def _mongo_error(error: BaseException) -> PyMongoError | None:
    """What lies behind mongoengine's own exception, which has lost the label that asks to retry."""
    if isinstance(error, mongoengine.errors.OperationError):
        cause = error.__context__
        if isinstance(cause, PyMongoError) and cause.has_error_label("TransientTransactionError"):
            return cause
    return None


def wait_until_reachable(
    client: "MongoClient[Row]",
    health: Health,
    log: structlog.typing.FilteringBoundLogger,
    stop: threading.Event,
) -> bool:
    """Waits for a primary, says where it looks for one meanwhile; False when stopped first."""
    known = client.topology_description.server_descriptions()
    addresses = ", ".join(f"{host}:{port}" for host, port in known)
    while not stop.is_set():
        try:
            client.admin.command("ping")
        except PyMongoError as error:
            problem = f"Cannot reach Mongo at {addresses}; still trying."
            health.report(PART, problem)
            log.warning(problem, error=type(error).__name__)
            stop.wait(UNREACHABLE_WAIT_S)
        else:
            health.report(PART, None)
            return True
    return False


def sentence(error: PyMongoError) -> str:
    """The trouble without the driver's view of the whole set, which is a page long."""
    said = str(error).partition(", Timeout:")[0].partition(", Topology")[0]
    return f"Mongo does not answer as it should: {type(error).__name__}: {said[:MESSAGE_LIMIT]}"


class _Lent:
    """Our client as mongoengine sees it: it closes what it disconnects, and ours is not its own."""

    def __init__(self, client: "MongoClient[Row]") -> None:
        self._client = client

    def __getitem__(self, database: str) -> "Database[Row]":
        # A bound session takes part in a transaction only where the collection names no concern
        # of its own; the transaction has both.
        return self._client.get_database(
            database, write_concern=WriteConcern(), read_concern=ReadConcern()
        )

    def close(self) -> None:
        """The client belongs to whoever connected it."""
