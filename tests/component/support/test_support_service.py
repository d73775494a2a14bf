"""Support whole, in memory: it hears sales, each record twice, and speaks of cases and orders."""

import pytest

from services.shared.bus_memory import MemoryBus
from services.shared.codec import decode_envelope
from services.shared.department.commands import About
from services.shared.errors import RefusalCode
from services.shared.events.support import (
    CaseOpened,
    CaseResolved,
    FirstResponseSent,
    RefundRequested,
)
from services.shared.subjects import topic_of
from services.support.domain import (
    InformCustomer,
    OpenCase,
    RequestRefund,
    ResolveCase,
    SendFirstResponse,
)
from tests.builders import a_context, an_order, at, eur
from tests.departments import SUPPORT, Running, said, tell
from tests.refusals import refused

FRIDAY = at("17:00", days=4)


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(4)


@pytest.fixture
def support(bus: MemoryBus) -> Running:
    return Running(SUPPORT, bus)


def open_case() -> OpenCase:
    return OpenCase(a_context(), "c-1", "ada", "broken", "A leg is off.", order="4711")


def ask_refund(case: str = "c-1", refund_id: str = "r-1") -> RequestRefund:
    return RequestRefund(a_context(), case, "4711", refund_id, eur(5_000), "broken", FRIDAY)


def hear_of_the_order(support: Running, bus: MemoryBus) -> None:
    tell(bus, an_order(), About(order="4711", customer="ada"))
    support.hear()


def test_a_case_leads_to_a_refund_that_is_promised_for_a_date(
    support: Running, bus: MemoryBus
) -> None:
    hear_of_the_order(support, bus)
    support.do(open_case())
    support.do(SendFirstResponse(a_context(), "c-1", "We look into it."))
    support.do(ask_refund())
    support.do(ResolveCase(a_context(), "c-1", "supplier"))
    assert said(bus, "support") == [
        CaseOpened("broken", "A leg is off."),
        FirstResponseSent("We look into it."),
        RefundRequested("r-1", eur(5_000), "broken", FRIDAY),
        CaseResolved(1, "supplier"),
    ]


def test_each_event_is_about_its_own_subject_and_names_all_three(
    support: Running, bus: MemoryBus
) -> None:
    hear_of_the_order(support, bus)
    support.do(open_case())
    support.do(ask_refund())
    support.do(ResolveCase(a_context(), "c-1", "supplier"))
    envelopes = [decode_envelope(each.value) for each in bus.records(topic_of("support"))]
    subjects = {each.type: each.subject for each in envelopes}
    assert subjects == {
        "support.CaseOpened": "case/c-1",
        "support.RefundRequested": "order/4711",
        "support.CaseResolved": "case/c-1",
    }
    about = {(each.order, each.customer, each.case) for each in envelopes}
    assert about == {("4711", "ada", "c-1")}


def test_a_refund_is_asked_for_once_even_from_two_cases(support: Running, bus: MemoryBus) -> None:
    hear_of_the_order(support, bus)
    support.do(open_case())
    support.do(OpenCase(a_context(), "c-2", "ada", "broken", "Again.", order="4711"))
    support.do(ask_refund())
    with refused(RefusalCode.CONFLICT, "refund_id", "'r-1'"):
        support.do(ask_refund("c-2"))


def test_a_refund_waits_for_the_order_to_be_heard_of(support: Running, bus: MemoryBus) -> None:
    support.do(open_case())
    command = ask_refund()
    with refused(RefusalCode.CONFLICT, "order", "4711", retryable=True):
        support.do(command)
    hear_of_the_order(support, bus)
    assert support.do(command).event_ids


def test_the_customer_of_an_order_is_told_without_a_case(support: Running, bus: MemoryBus) -> None:
    hear_of_the_order(support, bus)
    support.do(InformCustomer(a_context(), "4711", "new_date", FRIDAY))
    (record,) = bus.records(topic_of("support"))
    envelope = decode_envelope(record.value)
    assert (envelope.order, envelope.customer, envelope.case) == ("4711", "ada", "")
