"""The four departments as processes, on a real Kafka and mongod, over real gRPC: the order's path
and the refund's, each command once, and a start without servers.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import grpc
import pytest
from handoff.v1 import finance_pb2_grpc, operations_pb2, sales_pb2_grpc

from services.local.ports import Ports
from services.local.stack import LocalStack
from services.shared.codec import decode_envelope
from services.shared.settings import KafkaSettings, MongoSettings, Settings
from services.shared.subjects import partition_of
from tests.conftest import a_database
from tests.e2e.department_calls import (
    a_parcel,
    a_payment,
    an_order,
    as_soon_as_heard,
    as_soon_as_there,
    ask_refund,
    once,
    pay_refund,
)
from tests.e2e.department_processes import (
    HEARD_DEADLINE_S,
    Company,
    Process,
    a_company,
)
from tests.polling import until


@pytest.fixture(scope="module")
def company(stack: LocalStack, dropping: Executor) -> Iterator[Company]:
    """One for all tests here; each test has an order of its own."""
    with a_database(stack, dropping) as settings, a_company(settings) as company:
        yield company


@pytest.fixture
def ports() -> Iterator[Ports]:
    ports = Ports(prefer_usual=False)
    yield ports
    ports.release()


@pytest.fixture
def nowhere(ports: Ports) -> str:
    """An address that nobody listens on."""
    return f"127.0.0.1:{ports.take(1)}"


@pytest.fixture
def start(ports: Ports) -> Iterator[Callable[[str, Settings], Process]]:
    """Starts one department alone."""
    with ExitStack() as closing:

        def start(name: str, settings: Settings) -> Process:
            process = Process(name, settings, ports)
            closing.callback(process.close)
            process.start()
            return process

        yield start


@pytest.fixture
def order() -> str:
    return uuid4().hex


def test_an_order_is_sold_paid_sent_and_refunded(company: Company, order: str) -> None:
    company.sales.PlaceOrder(an_order(order))
    as_soon_as_heard(company.finance.ApprovePayment, a_payment(order))
    as_soon_as_heard(company.operations.HandOverParcel, a_parcel(order))
    delivery = operations_pb2.ConfirmDeliveryRequest(
        context=once(), order=order, parcel_id="p-1", carrier="dhl"
    )
    company.operations.ConfirmDelivery(delivery)
    ask_refund(company, order)
    pay_refund(company, order)
    assert company.said_about(f"order/{order}", 7) == [
        "finance.PaymentApproved",
        "finance.RefundApproved",
        "finance.RefundPaid",
        "operations.ParcelDelivered",
        "operations.ParcelHandedOver",
        "sales.OrderPlaced",
        "support.RefundRequested",
    ]
    assert company.said_about(f"case/c-{order}", 1) == ["support.CaseOpened"]


def test_a_command_sent_twice_is_one_event_with_all_that_belongs_to_it(
    company: Company, order: str
) -> None:
    placing = an_order(order)
    first = company.sales.PlaceOrder(placing).result
    again = company.sales.PlaceOrder(placing).result
    assert list(again.event_ids) == list(first.event_ids)
    assert again.repeated
    assert company.said_about(f"order/{order}", 1) == ["sales.OrderPlaced"]
    (record,) = company.records_of(f"order/{order}", 1)
    envelope, headers = decode_envelope(record.value), dict(record.headers)
    assert envelope.id == first.event_ids[0]
    assert (envelope.order, envelope.customer, envelope.actor) == (order, "ada", "ada")
    assert envelope.sequence > 0
    assert record.partition == partition_of(f"order/{order}", 4)
    assert headers["ce_type"] == b"sales.OrderPlaced"
    assert headers["traceparent"].startswith(b"00-")


def test_an_unpaid_order_does_not_leave_the_house(company: Company, order: str) -> None:
    company.sales.PlaceOrder(an_order(order))
    parcel = a_parcel(order)

    def says_unpaid() -> bool:
        with pytest.raises(grpc.RpcError) as caught:
            company.operations.HandOverParcel(parcel)
        error: Any = caught.value
        assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
        return "0 of the 5000 EUR" in error.details()

    until(says_unpaid, "operations knows the order", HEARD_DEADLINE_S)
    assert company.said_about(f"order/{order}", 1) == ["sales.OrderPlaced"]


def test_without_servers_a_department_stays_and_says_which_one_it_misses(
    start: Callable[[str, Settings], Process], nowhere: str, order: str
) -> None:
    mongo = MongoSettings(uri=f"mongodb://{nowhere}/?replicaSet=handoff")
    alone = Settings(kafka=KafkaSettings(bootstrap=nowhere), mongo=mongo)
    finance = start("finance", alone)
    until(lambda: f"reach Mongo at {nowhere}" in str(finance.problems()), "its address is told")
    with pytest.raises(grpc.RpcError) as caught:
        finance_pb2_grpc.FinanceServiceStub(finance.channel).ApprovePayment(a_payment(order))
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    finance.tell_to_stop(signal.SIGINT)
    assert finance.ended_with() == 0


def test_without_kafka_a_department_takes_commands_and_says_where_kafka_should_be(
    fresh_database: Settings,
    start: Callable[[str, Settings], Process],
    nowhere: str,
    order: str,
) -> None:
    alone = fresh_database.model_copy(update={"kafka": KafkaSettings(bootstrap=nowhere)})
    sales = start("sales", alone)
    until(lambda: "mongo" not in (sales.problems() or {"mongo"}), "Mongo is reached")
    placing = sales_pb2_grpc.SalesServiceStub(sales.channel).PlaceOrder
    assert until(lambda: as_soon_as_there(placing, an_order(order)), "the order is taken")
    until(lambda: f"Kafka at {nowhere}" in str(sales.problems()), "its address is told")
    sales.tell_to_stop()
    assert sales.ended_with() == 0


@pytest.mark.parametrize("key", ["GRPC", "HTTP"])
def test_a_taken_port_ends_the_start_with_the_setting_that_moves_it(ports: Ports, key: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        names = {each: f"HANDOFF_ENDPOINTS__SALES__{each}" for each in ("GRPC", "HTTP")}
        variables = {name: str(ports.take(1)) for name in names.values()}
        variables[names[key]] = str(taken.getsockname()[1])
        run = start_and_fail("sales", variables)
    assert run.returncode == 1
    assert f"127.0.0.1:{variables[names[key]]}" in run.stderr
    assert names[key] in run.stderr


def test_a_wrong_setting_ends_the_start_with_its_name() -> None:
    run = start_and_fail("sales", {"HANDOFF_PARTITIONS": "many"})
    assert run.returncode == 1
    assert run.stderr.startswith("sales: HANDOFF_PARTITIONS")
    assert "Traceback" not in run.stderr


def start_and_fail(name: str, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", f"services.{name}"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
