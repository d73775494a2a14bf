"""A customer's page, and what the page of a subject says of its customer and its neighbours."""

from datetime import timedelta

import pytest
from handoff.v1 import tracker_pb2

from services.console.desk import Unreachable
from tests.component.console.running import Running, read

pytestmark = pytest.mark.anyio
WAYS = ("prev", "next")


def summary(running: Running, subject: str, hours: float) -> tracker_pb2.SubjectSummary:
    """A subject that began so many hours ago, with one promise and one event."""
    company, kind = running.company, subject.partition("/")[0]
    promise_id = f"{subject}~ship-paid-order"
    company.promise(promise_id, subject=subject)
    company.event(subject, "sales.OrderPlaced", -60 * hours)
    told = tracker_pb2.SubjectSummary(
        subject=subject,
        customer="c-77",
        promises=[company.promises[promise_id]],
        promise_count=3,
        events=company.events[subject],
        event_count=12,
        findings=[tracker_pb2.Finding(finding_id="f", kind="bounced")] if kind == "case" else [],
    )
    told.began_at.FromDatetime(company.now - timedelta(hours=hours))
    return told


@pytest.fixture(autouse=True)
def known(running: Running) -> None:
    subjects = [summary(running, "order/4711", 3), summary(running, "case/9", 1)]
    running.company.summaries["customer", "c-77"] = subjects
    running.company.summaries["order", "4711"] = subjects


async def words(running: Running, path: str) -> str:
    page = await running.browser.get(path)
    assert page.status_code == 200
    return " ".join(read(page.text).text.split())


async def test_a_customers_page_has_every_subject_and_the_newest_event_first(
    running: Running,
) -> None:
    told = await words(running, "/customers/c-77")
    assert told.index("order/4711 since 11:03 · 12 events") < told.index("case/9 since 13:03")
    last = told.partition("What happened last")[2]
    assert last.index("case/9") < last.index("order/4711")
    assert "1 found between departments" in told
    assert "and 2 more: see order/4711" in told


async def test_the_same_as_json(running: Running) -> None:
    told = (await running.browser.get("/customers/c-77.json")).json()
    assert [each["subject"] for each in told["subjects"]] == ["order/4711", "case/9"]
    assert told["subjects"][0]["promises"][0]["standing"] == "at_risk"
    assert told["cut"] is False


async def test_a_customer_of_whom_nothing_is_known_is_said(running: Running) -> None:
    page = await running.browser.get("/customers/nobody")
    assert page.status_code == 404
    assert "no subject of customer nobody" in page.text


async def test_a_subject_leads_to_its_customer_and_to_its_neighbours(running: Running) -> None:
    page = read((await running.browser.get("/subjects/order/4711")).text)
    links = [each["href"] for each in page.all("a")]
    assert "/customers/c-77" in links
    assert [each["href"] for each in page.all("a") if each.get("rel") == "next"] == [
        "/subjects/case/9"
    ]
    assert not [each for each in page.all("a") if each.get("rel") == "prev"]


async def test_a_subject_says_what_may_be_told_to_the_customer(running: Running) -> None:
    running.company.promise(
        "order/4711~deliver-order",
        agreement="deliver-order",
        owed_to="customer",
        awaits="operations.ParcelDelivered",
        due_by=177,
    )
    told = await words(running, "/subjects/order/4711")
    spoken = "Parcel delivered: you were told 4 Mar 2026 at 17:00 UTC. It is not certain"
    assert spoken in told
    said = (await running.browser.get("/subjects/order/4711.json")).json()["to_customer"]
    assert said[0].startswith(spoken)


async def test_a_subject_says_who_has_the_next_step_and_how_often_it_was_sent_back(
    running: Running,
) -> None:
    running.company.finding("order/4711~bounced~1", "bounced", "finance sent it back")
    running.company.trees["order/4711"] = [
        tracker_pb2.CustomerTree(promise_id="t", next_action_owner="operations")
    ]
    told = await words(running, "/subjects/order/4711")
    assert "operations has the next step. Sent back once between departments." in told


async def test_a_customer_with_signs_in_the_name_is_asked_for_as_it_is(running: Running) -> None:
    running.company.summaries["customer", "a/b?c&d"] = [summary(running, "order/5", 1)]
    running.company.promise("order/5~x", subject="order/5", order="5", customer="a/b?c&d")
    del running.company.promises["order/5~ship-paid-order"]
    page = read((await running.browser.get("/subjects/order/5")).text)
    link = next(each["href"] for each in page.all("a") if "/customers/" in each["href"])
    assert (await running.browser.get(link)).status_code == 200


async def test_a_subject_in_the_middle_leads_both_ways(running: Running) -> None:
    running.company.summaries["order", "4711"].insert(0, summary(running, "order/1", 9))
    page = read((await running.browser.get("/subjects/order/4711")).text)
    ways = {each["rel"]: each["href"] for each in page.all("a") if each.get("rel") in WAYS}
    assert ways == {"prev": "/subjects/order/1", "next": "/subjects/case/9"}


async def test_a_subject_is_whole_without_its_neighbours(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(kind: str, id: str) -> None:
        raise Unreachable(f"Nobody knows {kind} {id}.")

    monkeypatch.setattr(running.console.ledger, "belonging_to", fails)
    page = await running.browser.get("/subjects/order/4711")
    assert page.status_code == 200
    assert 'rel="next"' not in page.text
