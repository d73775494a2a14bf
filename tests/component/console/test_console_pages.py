"""The pages, from real answers over gRPC."""

import re
from datetime import UTC, datetime

import pytest
from handoff.v1 import alerts_pb2

from services.console.clients import TrackerClient
from services.shared import rpc
from tests.component.console.company import NOW, minutes
from tests.component.console.fakes import FakeTracker, a_server
from tests.component.console.running import Running, read

pytestmark = pytest.mark.anyio


async def test_the_list_stands_in_the_order_of_the_customers_moments(running: Running) -> None:
    running.company.promise("second", subject="order/2", customer_visible_by=120)
    running.company.promise("first", subject="order/1", customer_visible_by=60, due_by=59)
    running.company.promise("on-track", "on_track", subject="order/3", customer_visible_by=1)
    await running.feed.refresh()
    page = (await running.browser.get("/")).text
    assert re.findall(r'class="subject" href="/subjects/(order/\d)', page) == ["order/1", "order/2"]


async def test_a_row_says_who_owes_whom_what_by_when_and_what_to_do(running: Running) -> None:
    running.company.promise("p", "breached", due_by=-125)
    running.company.alert("p")
    await running.feed.refresh()
    text = " ".join(read((await running.browser.get("/")).text).text.split())
    for part in (
        "Breached in 3 h 17:03 - 2 h 5 min late 11:58 Parcel handed over operations owes sales",
        "to pull the order forward. order/4711 customer c-77 nobody Alert sent 5 min ago",
    ):
        assert part in text


async def test_who_took_it_up_is_said_wherever_an_alert_needs_several(running: Running) -> None:
    running.company.promise("p")
    anna = alerts_pb2.Acknowledgement(actor="anna")
    running.company.alert("p", acknowledgements=[anna], acknowledgements_needed=2)
    await running.feed.refresh()
    for path in ("/", "/subjects/order/4711", "/shift"):
        text = " ".join(read((await running.browser.get(path)).text).text.split())
        assert "· 1 of 2: anna" in text, path


async def test_every_page_is_also_data(running: Running) -> None:
    running.company.promise("p")
    running.company.alert("p", "acknowledged", acknowledged_by="anna")
    running.company.event("order/4711", "finance.PaymentApproved", -180)
    await running.feed.refresh()
    listed = (await running.browser.get("/.json?owed_by=operations")).json()
    assert listed["counts"]["state"]["at_risk"] == 1
    assert {name: each for name, each in listed["filters"].items() if each} == {
        "owed_by": ["operations"]
    }
    (promise,) = listed["promises"]
    assert promise["due_by"] == "2026-03-04T14:33:10Z"
    assert promise["alert"]["acknowledged_by"] == "anna"
    subject = (await running.browser.get("/subjects/order/4711.json")).json()
    assert subject["promises"] == [promise]
    assert subject["events"][0]["type"] == "finance.PaymentApproved"
    assert (await running.browser.get("/.json?owed_by=nobody")).json()["promises"] == []


async def test_while_the_tracker_is_away_the_page_says_so_with_its_age(running: Running) -> None:
    running.company.promise("p")
    await running.feed.refresh()
    await running.servers.tracker_server.stop(None)
    running.wall.advance(42)
    await running.feed.refresh()
    page = await running.browser.get("/")
    text = " ".join(read(page.text).text.split())
    assert page.status_code == 200
    assert (
        f"This page is 40 s old. The tracker at {running.servers.tracker} does not answer." in text
    )
    assert "order/4711" in text
    data = await running.browser.get("/.json")
    assert data.status_code == 503
    assert data.json()["age_s"] == 42
    assert data.json()["as_of"] == "2026-03-04T14:03:10Z"


async def test_a_tracker_that_comes_back_is_heard_again(running: Running) -> None:
    port = int(running.servers.tracker.rpartition(":")[2])
    await running.servers.tracker_server.stop(None)
    await running.feed.refresh()
    assert (await running.browser.get("/.json")).status_code == 503
    running.company.promise("p")
    async with a_server(FakeTracker(running.company), port):
        while (await running.feed.refresh()).tracker_problem:
            pass
        assert (await running.browser.get("/.json")).json()["matching"] == 1


async def test_before_the_first_answer_nothing_is_claimed(running: Running) -> None:
    page = await running.browser.get("/")
    assert "Nothing is known yet." in page.text
    assert "Nothing needs anybody" not in page.text
    assert (await running.browser.get("/.json")).status_code == 503
    ready = await running.browser.get("/readyz")
    assert (ready.status_code, set(ready.json()["problems"])) == (503, {"tracker", "alerts"})


async def test_the_console_stays_ready_to_tell_that_the_tracker_went_away(running: Running) -> None:
    await running.feed.refresh()
    await running.servers.tracker_server.stop(None)
    await running.feed.refresh()
    assert (await running.browser.get("/readyz")).status_code == 200
    assert (await running.browser.get("/healthz")).json() == {"alive": True}
    metrics = (await running.browser.get("/metrics")).text
    assert 'handoff_console_refreshes_total{result="tracker_unreachable"} 1.0' in metrics


async def test_while_the_alerts_are_away_promises_are_still_shown(running: Running) -> None:
    running.company.promise("p")
    await running.servers.alerts_server.stop(None)
    await running.feed.refresh()
    page = (await running.browser.get("/")).text
    assert "Who answers what may be out of date." in page
    assert "order/4711" in page
    assert (await running.browser.get("/.json")).json()["problems"]
    subject = await running.browser.get("/subjects/order/4711")
    assert subject.status_code == 200
    assert "Who answers what is not known." in subject.text


async def test_an_empty_list_says_what_that_means(running: Running) -> None:
    await running.feed.refresh()
    assert (
        "No open promise is at risk, overdue, breached or unknown"
        in (await running.browser.get("/")).text
    )
    filtered = (await running.browser.get("/?owed_by=finance")).text
    assert "Nothing that you filtered for needs anybody." in filtered


async def test_more_promises_than_one_answer_holds_are_all_counted(running: Running) -> None:
    for number in range(501):
        running.company.promise(f"p{number}", subject=f"order/{number}")
    await running.feed.refresh()
    data = (await running.browser.get("/.json")).json()
    assert (data["matching"], data["cut"], len(data["promises"])) == (501, False, 200)
    assert "of 501" in (await running.browser.get("/")).text


async def test_one_subject_shows_its_promises_against_now_and_its_events(running: Running) -> None:
    running.company.promise("p", "breached", due_by=-125)
    running.company.promise("k", "kept", due_by=-100, settled_at=-120, customer_visible_by=None)
    running.company.event("order/4711", "finance.PaymentApproved", -180, delay=14)
    page = (await running.browser.get("/subjects/order/4711")).text
    markup = read(page)
    assert sum("bar" in svg.get("class", "").split() for svg in markup.all("svg")) == 2
    assert {"now", "due", "promised", "too-late"} <= {
        attributes.get("class", "") for _, attributes in markup.elements
    }
    text = " ".join(markup.text.split())
    assert "1 breached 1 kept" in text
    assert "The customer would notice in 3 h (17:03)" in text
    assert "Promised from 11:03 until 11:58; breached, 2 h 5 min late." in text
    assert "Payment approved finance.PaymentApproved finance 14 min later" in text


async def test_filters_are_kept_on_the_way_to_a_subject_and_back(running: Running) -> None:
    running.company.promise("p")
    await running.feed.refresh()
    page = read((await running.browser.get("/?state=at_risk&owed_by=operations")).text)
    (link,) = [each["href"] for each in page.all("a") if each.get("class") == "subject"]
    assert link.startswith("/subjects/order/4711?owed_by=operations&state=at_risk#p-")
    subject = read((await running.browser.get(link)).text)
    assert "/?owed_by=operations&state=at_risk" in [each["href"] for each in subject.all("a")]
    (live,) = [each for each in page.all("div") if "hx-sse:connect" in each]
    assert live["hx-sse:connect"].startswith("/live?owed_by=operations&state=at_risk&after=")


@pytest.mark.parametrize("id", ["a/b", "47?11", "50%25", "ü#1", "x.json.y", "a&b=c"])
async def test_a_subject_with_a_strange_id_is_reached_by_its_link(
    running: Running, id: str
) -> None:
    running.company.promise("p", subject=f"order/{id}")
    await running.feed.refresh()
    page = read((await running.browser.get("/")).text)
    (link,) = [each["href"] for each in page.all("a") if each.get("class") == "subject"]
    assert "<h1>order/" in (await running.browser.get(link)).text
    data = (await running.browser.get(link.partition("#")[0] + ".json")).json()
    assert data["subject"] == f"order/{id}"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/subjects/order/none", 404, "No subject order/none."),
        ("/subjects/parcel/1", 404, "with a kind of order, case, promotion, department"),
        ("/?state=late", 400, "'late' is no state of this list"),
        ("/.json?state=late", 400, "'late' is no state of this list"),
        ("/boards", 404, "There is no such page"),
        ("/docs", 404, "There is no such page"),
        ("/openapi.json", 404, "There is no such page"),
        ("/acknowledge", 405, "Method Not Allowed"),
    ],
)
async def test_a_wrong_address_is_answered_in_words(
    running: Running, path: str, status: int, words: str
) -> None:
    await running.feed.refresh()
    answer = await running.browser.get(path)
    text = answer.json()["error"] if ".json" in path else read(answer.text).text
    assert answer.status_code == status
    assert words in text


async def test_a_subject_cannot_be_asked_for_while_the_tracker_is_away(running: Running) -> None:
    await running.servers.tracker_server.stop(None)
    answer = await running.browser.get("/subjects/order/4711")
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert (await running.browser.get("/subjects/order/4711.json")).status_code == 503


async def test_before_the_first_heartbeat_of_a_simulated_clock_nothing_is_claimed(
    running: Running,
) -> None:
    running.company.now = datetime(1970, 1, 1, tzinfo=UTC)
    await running.feed.refresh()
    assert "does not know the time yet" in (await running.browser.get("/")).text


async def test_on_the_wall_clock_the_tracker_is_not_asked_for_the_time(running: Running) -> None:
    running.wall.advance(60)
    async with rpc.channel(running.servers.tracker) as channel:
        ledger = TrackerClient(channel, running.servers.tracker, running.wall)
        told = await ledger.open_promises()
    assert told.as_of == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    assert not running.company.calls["GetProgress"]


async def test_moments_follow_the_trackers_clock(running: Running) -> None:
    running.company.promise("p")
    running.company.now = NOW + minutes(31)
    await running.feed.refresh()
    assert "1 min ago" in (await running.browser.get("/")).text
