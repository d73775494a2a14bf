"""What the pages show beside clocks, from gRPC: findings, returns, disputes, the chain."""

import pytest
from handoff.v1 import common_pb2, tracker_pb2

from tests.component.console.company import Company, minutes
from tests.component.console.running import Running, read

pytestmark = pytest.mark.anyio

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
EURO = common_pb2.Money(minor=1_000, currency="EUR")


@pytest.fixture
def company() -> Company:
    company = Company()
    company.promise("calm", "on_track")
    return company


async def words(running: Running, path: str = "/") -> str:
    await running.feed.refresh()
    return " ".join(read((await running.browser.get(path)).text).text.split())


async def test_a_finding_stands_in_the_list_with_since_when_and_who_is_next(
    running: Running,
) -> None:
    running.company.finding("f", "disagreement", "sales says 49.00 EUR", next_step="Agree on one.")
    running.company.alert("f")
    text = await words(running)
    assert (
        "Found no date given - since 13:03 1 h ago Disagreement finance has the next step, sales"
        " waits sales says 49.00 EUR Agree on one. order/4711"
    ) in text
    assert " late" not in text
    assert "Acknowledge" in text


async def test_a_finding_cannot_be_released(running: Running) -> None:
    running.company.finding("f", "disagreement", "sales says 49.00 EUR")
    assert "Release" not in await words(running)


async def test_a_returned_handoff_names_the_sender_and_no_due_date(running: Running) -> None:
    running.company.promise(
        "p", "paused", announced="returned", due_by=1_461 * 1_440, detail="order.ship_to is missing"
    )
    running.company.alert("p", next_step="Ask sales for what is missing.")
    text = await words(running)
    assert (
        "Returned in 3 h 17:03 - the clock stands Parcel handed over sales has to complete it for"
        " operations order.ship_to is missing Ask sales for what is missing. order/4711"
    ) in text
    assert "2030" not in text


async def test_what_needs_somebody_is_counted_by_where_it_stands(running: Running) -> None:
    running.company.promise("r", "paused", announced="returned")
    running.company.promise("d", "on_track", announced="disputed")
    running.company.promise("b", "breached", announced="disputed")
    running.company.promise("p", "paused", announced="unspecified")
    running.company.finding("f", "disagreement", "49 or 59")
    running.company.finding("o", "bounced", "support, finance, support")
    await running.feed.refresh()
    told = (await running.browser.get("/.json")).json()
    assert told["counts"]["state"] == {
        "breached": 1,
        "overdue_unconfirmed": 0,
        "at_risk": 0,
        "unknown": 0,
        "disputed": 1,
        "returned": 1,
        "bounced": 1,
        "found": 1,
    }
    found = (await running.browser.get("/.json?state=found")).json()["promises"]
    assert [(each["promise_id"], each["standing"]) for each in found] == [("f", "found")]


@pytest.mark.parametrize(
    ("state", "fields", "part"),
    [
        ("paused", {"waiting_on": "supplier"}, "The clock stands, waiting on supplier."),
        ("reported_done", {"reported_at": -10}, "reported it done at 13:53; nobody has confirmed"),
        ("proposed", {}, "operations has not acknowledged it yet."),
        ("kept", {"settled_at": -5, "deemed_accepted": True}, "sales did not object in time."),
        ("breached", {"detail": "12 of 20 lamps are packed"}, "12 of 20 lamps are packed"),
        ("at_risk", {"decides": ["finance-lead", "finance-deputy"]}, "deputy: finance-deputy"),
        ("at_risk", {"at_stake": EURO}, "10.00 EUR at stake"),
        ("at_risk", {"runbook": "https://wiki.example/late"}, "https://wiki.example/late"),
        ("at_risk", {"requested_by": 0, "version": 3}, "requested 14:03 now due 14:33"),
        ("at_risk", {"version": 3}, "amended 2 times"),
        (
            "at_risk",
            {"parts": [tracker_pb2.Part(name="lamp", promised=20, delivered=12)]},
            "12 of 20 lamp delivered, not in full",
        ),
    ],
)
async def test_a_subject_tells_what_a_promise_has(
    running: Running, state: str, fields: dict[str, object], part: str
) -> None:
    running.company.promise("p", state, **fields)
    assert part in await words(running, "/subjects/order/4711")


async def test_a_pause_is_drawn_and_told(running: Running) -> None:
    running.company.promise("p")
    running.company.pause("p", -60, -40, waiting_on="supplier", actor="ann")
    page = read((await running.browser.get("/subjects/order/4711")).text)
    assert [each for each in page.all("rect") if each.get("class") == "stood"]
    text = " ".join(page.text.split())
    assert "The clock stood from 13:03 until 13:23 (20 min): waiting on supplier, by ann" in text


async def test_the_findings_of_a_subject_are_told_and_also_those_that_are_over(
    running: Running,
) -> None:
    running.company.finding("f", "disagreement", "49 or 59 EUR", at_stake=EURO)
    running.company.finding("o", "repeated_request", "asked twice", cleared_at=-5)
    text = await words(running, "/subjects/order/4711")
    assert "Disagreement 10.00 EUR at stake since 13:03 49 or 59 EUR finance has" in text
    assert "Asked twice since 13:03 no longer so since 13:58 asked twice" in text
    told = (await running.browser.get("/subjects/order/4711.json")).json()
    assert [each["finding_id"] for each in told["findings"]] == ["f", "o"]
    assert told["findings"][0]["at_stake"] == {"minor": 1_000, "currency": "EUR"}


async def test_the_way_to_the_customers_date_is_told_hop_by_hop(running: Running) -> None:
    now = running.company.now
    tree = tracker_pb2.CustomerTree(
        promise_id="calm",
        jeopardy="critical",
        next_action_owner="operations",
        root_cause="ship-paid-order",
    )
    tree.customer_visible_by.FromDatetime(now + minutes(180))
    tree.predicted_p50.FromDatetime(now + minutes(200))
    tree.predicted_p80.FromDatetime(now + minutes(240))
    hop = tree.hops.add(
        agreement="ship-paid-order",
        owed_by="operations",
        promise_id="calm",
        slack_s=-3_600,
        received_late_s=1_800,
    )
    hop.latest_finish.FromDatetime(now - minutes(30))
    hop.expected_finish.FromDatetime(now + minutes(30))
    running.company.trees["order/4711"] = [tree]
    text = await words(running, "/subjects/order/4711")
    assert "Will be missed unless somebody acts Expected 17:23 In 80 of 100 cases by 18:03" in text
    assert "operations has the next step Time ran short first at ship paid order" in text
    assert (
        "Ship paid order time ran short here first operations under way got it 30 min late"
        " 14:33 13:33 1 h short"
    ) in text
    told = (await running.browser.get("/subjects/order/4711.json")).json()
    assert told["trees"][0]["hops"][0]["latest_finish"] == "2026-03-04T13:33:10Z"


async def test_what_was_not_promised_says_why(running: Running) -> None:
    running.company.event("order/4711", "finance.PaymentApproved", -180)
    event = running.company.events["order/4711"][0].id
    running.company.skipped["order/4711"] = [
        tracker_pb2.SkippedOpening(agreement="insure-parcel", event_id=event, reason="too_old"),
        tracker_pb2.SkippedOpening(agreement="wrap", reason="the_moon_is_full"),
    ]
    text = await words(running, "/subjects/order/4711")
    assert "Insure parcel at payment approved: the event was over 37 days old" in text
    assert "Wrap: the moon is full" in text


async def test_hostile_text_of_findings_chains_and_parts_is_text(running: Running) -> None:
    running.company.finding("f", "disagreement", HOSTILE, owed_by=HOSTILE, next_step=HOSTILE)
    running.company.promise(
        "p",
        "paused",
        waiting_on=HOSTILE,
        detail=HOSTILE,
        runbook=HOSTILE,
        decides=[HOSTILE, HOSTILE],
        parts=[tracker_pb2.Part(name=HOSTILE, promised=2, delivered=1)],
    )
    running.company.pause("p", -60, because_of=HOSTILE, actor=HOSTILE)
    tree = tracker_pb2.CustomerTree(jeopardy=HOSTILE, root_cause=HOSTILE, next_action_owner=HOSTILE)
    tree.hops.add(agreement=HOSTILE, owed_by=HOSTILE)
    running.company.trees["order/4711"] = [tree]
    running.company.skipped["order/4711"] = [
        tracker_pb2.SkippedOpening(agreement=HOSTILE, reason=HOSTILE)
    ]
    await running.feed.refresh()
    for path in ("/", "/subjects/order/4711"):
        page = read((await running.browser.get(path)).text)
        assert not page.all("img")
        assert all("src" in each for each in page.all("script"))


@pytest.mark.parametrize("runbook", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
async def test_only_a_runbook_on_the_web_is_a_link(running: Running, runbook: str) -> None:
    running.company.promise("p", runbook=runbook)
    page = read((await running.browser.get("/subjects/order/4711")).text)
    assert runbook in page.text
    assert runbook not in [each.get("href") for each in page.all("a")]
