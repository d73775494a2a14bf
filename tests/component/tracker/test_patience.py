"""Work that has to be done: it is tried until it is, and health says meanwhile what stops it."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from pymongo.errors import AutoReconnect

from services.shared.errors import RefusalCode, Refused
from services.shared.health import Health
from services.shared.mongo import TransactionTooLong
from services.shared.settings import Settings
from services.shared.telemetry import start
from services.tracker.errors import AgreementError, Fenced, SetsUnreadable
from services.tracker.ingest import patience
from services.tracker.ingest.patience import Patience


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "TROUBLE_WAIT_S", 0.0)


@pytest.fixture
def health() -> Health:
    return Health()


def patiently(health: Health, work: Callable[[], str]) -> str:
    return asyncio.run(Patience(health, start("tracker", Settings()).log)(work))


def unreadable() -> SetsUnreadable:
    error = SetsUnreadable("The agreement sets cannot be read: line 7.")
    error.__cause__ = AgreementError("line 7")
    return error


@pytest.mark.parametrize(
    ("trouble", "part", "says"),
    [
        (AutoReconnect("gone"), "mongo", "Cannot store in Mongo"),
        (TransactionTooLong("too long"), "mongo", "Cannot store in Mongo"),
        (Refused(RefusalCode.FULL, "", "9 events wait."), "outbox", "9 events wait. Reading waits"),
        (unreadable(), "agreements", "The agreement sets cannot be read: line 7."),
    ],
)
def test_trouble_is_waited_out_and_told(
    health: Health, trouble: Exception, part: str, says: str
) -> None:
    told: list[dict[str, str]] = []
    failures: Iterator[Exception | None] = iter([trouble, trouble, None])

    def work() -> str:
        told.append(health.problems())
        if failure := next(failures):
            raise failure
        return "done"

    assert patiently(health, work) == "done"
    assert told[0] == {}
    assert [list(problems) for problems in told[1:]] == [[part], [part]]
    assert says in told[1][part]
    assert health.problems() == {}


def test_what_waiting_does_not_mend_is_raised(health: Health) -> None:
    def work() -> str:
        raise Fenced("another owner")

    with pytest.raises(Fenced):
        patiently(health, work)


@pytest.mark.parametrize("failure", [None, AutoReconnect("gone")])
def test_who_gives_up_waits_for_the_end_of_what_has_begun(
    health: Health, failure: Exception | None
) -> None:
    began, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        may_end.wait(10)
        ended.set()
        if failure:
            raise failure

    async def giving_up() -> None:
        waiting = asyncio.create_task(Patience(health, start("tracker", Settings()).log)(work))
        await asyncio.to_thread(began.wait, 10)
        waiting.cancel()
        for _ in range(10):  # turns of the loop, in which whoever does not wait is through
            await asyncio.sleep(0)
        assert not waiting.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert ended.is_set()

    asyncio.run(giving_up())
