"""The company's commands over a real gRPC server: sent again while it helps, and no longer."""

import threading
from collections.abc import Iterator

import pytest
from grpc import StatusCode
from pymongo.errors import AutoReconnect

from services.shared.errors import RefusalCode, Refused
from services.shared.rpc import sync_channel
from services.simulator.acts import Command, command_of
from services.simulator.company import STARTS_AT, Plan
from services.simulator.departments import CALLS, Departments, NotDone
from tests.component.shared.serving import Served
from tests.polling import until


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.stop()


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def departments(served: Served, stop: threading.Event) -> Iterator[Departments]:
    with sync_channel(served.address) as channel:
        yield Departments({"sales": channel}, stop)


def an_order() -> Command:
    plan = Plan(1)
    return command_of(plan.due(STARTS_AT.replace(hour=12))[0])


def telling(departments: Departments, told: list[str]) -> threading.Thread:
    """Tells it in a thread; `told` gets how that ended."""

    def tell() -> None:
        try:
            departments.tell(an_order())
            told.append("done")
        except NotDone as error:
            told.append(str(error))

    thread = threading.Thread(target=tell)
    thread.start()
    return thread


def test_every_command_of_the_company_has_a_call() -> None:
    plan = Plan(1)
    for act in plan.due(STARTS_AT.replace(day=9)):
        plan.carried_out(act)
        assert type(command_of(act)) in CALLS


def test_a_command_that_is_carried_out_is_sent_once(
    served: Served, departments: Departments
) -> None:
    departments.tell(an_order())
    assert len(served.servicer.seen) == 1


def test_what_is_refused_for_good_is_not_sent_again(
    served: Served, departments: Departments
) -> None:
    served.servicer.error = Refused(RefusalCode.CONFLICT, "order", "It is placed already.")
    with pytest.raises(NotDone, match=r"sales .*PlaceOrder.*FAILED_PRECONDITION.*placed already"):
        departments.tell(an_order())
    assert len(served.servicer.seen) == 1


@pytest.mark.parametrize("code", [StatusCode.UNAVAILABLE, StatusCode.FAILED_PRECONDITION])
def test_what_may_pass_is_sent_until_it_is_carried_out(
    served: Served, departments: Departments, code: StatusCode
) -> None:
    later = Refused(RefusalCode.CONFLICT, "order", "Not heard of it yet.", retryable=True)
    served.servicer.error = later if code is StatusCode.FAILED_PRECONDITION else AutoReconnect("")
    told: list[str] = []
    thread = telling(departments, told)
    until(lambda: len(served.servicer.seen) > 2, "it was sent three times")
    served.servicer.error = None
    thread.join()
    assert told == ["done"]


def test_who_stops_does_not_wait_for_what_is_still_tried(
    served: Served, departments: Departments, stop: threading.Event
) -> None:
    served.servicer.error = AutoReconnect("")
    told: list[str] = []
    thread = telling(departments, told)
    until(lambda: served.servicer.seen, "it was sent")
    stop.set()
    thread.join(timeout=10)
    assert "UNAVAILABLE" in told[0]
