"""Every answer to an alert from a page: assign, escalate, note, close, dispute, rate, ask, tell."""

import httpx
import pytest
from handoff.v1 import alerts_pb2

from services.console.acts import CAUSES, VERBS
from services.console.calls import DEADLINE_S, MANY_DEADLINE_S
from tests.component.console.company import Company
from tests.component.console.running import Running, read

pytestmark = pytest.mark.anyio

HTMX = {"HX-Request": "true"}


@pytest.fixture
def company() -> Company:
    company = Company()
    for number in range(3):
        company.promise(f"p{number}", "breached", subject=f"order/{number}")
        company.alert(f"p{number}", condition="breached")
    company.promise("soon", subject="order/0")
    company.alert("soon", condition="at_risk")
    return company


async def send(running: Running, path: str, **fields: str | list[str]) -> httpx.Response:
    await running.feed.refresh()
    page = read((await running.browser.get("/")).text)
    form = {name: page.value(name) for name in ("csrf", "idempotency_key")}
    headers = HTMX if fields.pop("htmx", "yes") == "yes" else {}
    return await running.browser.post(path, data=form | fields, headers=headers)


async def text_of(running: Running, path: str) -> str:
    return " ".join(read((await running.browser.get(path)).text).text.split())


ALL = [f"alert/p{number}" for number in range(3)]


async def test_many_are_assigned_at_once_and_are_mine_from_then_on(running: Running) -> None:
    answer = await send(running, "/take", key=ALL[:2])
    assert "2 assigned to you." in answer.text
    assert [running.company.alerts[key].assignee for key in ALL] == ["anna", "anna", ""]
    mine = (await running.browser.get("/.json?assignee=anna")).json()
    assert [each["alert"]["key"] for each in mine["promises"]] == ALL[:2]
    assert "Mine 2" in await text_of(running, "/")
    await send(running, "/assign", key=ALL[:1], assignee="ben")
    assert "Mine 1" in await text_of(running, "/")
    await send(running, "/assign", key=ALL[:1], assignee="")
    assert running.company.alerts[ALL[0]].assignee == ""


async def test_what_an_action_made_is_shown_without_asking_for_everything_anew(
    running: Running,
) -> None:
    await send(running, "/take", key=ALL[:1])
    asked = running.company.calls["ListAlerts"]
    await running.browser.get("/")
    assert running.company.calls["ListAlerts"] == asked == 1


async def test_each_reading_and_choice_has_its_own_answer_in_json(running: Running) -> None:
    await running.feed.refresh()
    every = (await running.browser.get("/.json")).json()
    some = (await running.browser.get("/.json?state=at_risk")).json()
    assert (every["matching"], some["matching"]) == (4, 1)
    running.company.promise("new", subject="order/8")
    await running.feed.refresh()
    assert (await running.browser.get("/.json")).json()["matching"] == 5


async def test_what_is_closed_leaves_the_list_and_is_found_by_its_filter(running: Running) -> None:
    answer = await send(running, "/close", key=[*ALL, "alert/soon"], cause="capacity", words="ill")
    assert "3 of 4 closed, 1 not. Alert alert/soon is not broken." in answer.text
    assert running.company.alerts[ALL[0]].cause == alerts_pb2.CAUSE_CAPACITY
    left = (await running.browser.get("/.json")).json()
    assert [each["promise_id"] for each in left["promises"]] == ["soon"]
    closed = (await running.browser.get("/.json?closed=yes")).json()
    assert closed["matching"] == 3
    assert "Closed 3" in await text_of(running, "/")
    assert "Closed by anna, capacity just now" in await text_of(running, "/?closed=yes")
    await running.feed.refresh()
    assert (await running.browser.get("/.json")).json()["matching"] == 1


async def test_a_closed_alert_is_counted_nowhere_else(running: Running) -> None:
    await send(running, "/close", key=ALL, cause="supplier")
    assert "breached" not in await text_of(running, "/board")
    assert "Nobody has it in hand 1" in await text_of(running, "/shift")


async def test_escalating_takes_its_reason_to_the_next_rung(running: Running) -> None:
    refused = await send(running, "/escalate", key=ALL)
    assert (refused.status_code, "they will read it" in refused.text) == (400, True)
    answer = await send(running, "/escalate", key=ALL, words="the shift lead is away")
    assert "3 escalated." in answer.text
    assert [running.company.alerts[key].rungs for key in ALL] == [1, 1, 1]
    (request,) = running.company.acted.values()
    assert (request.acting.actor, request.acting.words) == ("anna", "the shift lead is away")


async def test_the_same_form_sent_twice_has_one_effect_and_the_next_one_another(
    running: Running,
) -> None:
    await running.feed.refresh()
    page = read((await running.browser.get("/")).text)
    form = {name: page.value(name) for name in ("csrf", "idempotency_key")}
    form |= {"key": ALL[0], "words": "louder"}
    for _ in range(2):
        answer = await running.browser.post("/escalate", data=form, headers=HTMX)
    assert running.company.alerts[ALL[0]].rungs == 1
    form["idempotency_key"] = read(answer.text).value("idempotency_key")
    await running.browser.post("/escalate", data=form, headers=HTMX)
    assert running.company.alerts[ALL[0]].rungs == 2


async def test_a_note_is_read_on_the_subjects_page_and_in_the_hand_over(running: Running) -> None:
    await send(running, "/note", key=ALL[0], words="the carrier calls back at 16:00")
    said = "Note by anna just now the carrier calls back at 16:00"
    assert said in await text_of(running, "/subjects/order/0")
    assert said in await text_of(running, "/shift")
    assert "1 note" in await text_of(running, "/")


async def test_the_subjects_page_has_a_form_for_every_answer(running: Running) -> None:
    page = read((await running.browser.get("/subjects/order/0")).text)
    there = {each["action"] for each in page.all("form") if "action" in each}
    assert there >= {f"/{path}" for path in VERBS} | {"/release"}
    requests = [each["value"] for each in page.all("input") if each["name"] == "idempotency_key"]
    assert len(set(requests)) == len(requests)


async def test_only_what_is_broken_or_found_is_closed_from_its_card(running: Running) -> None:
    running.company.promise("calm", subject="order/9")
    running.company.alert("calm", condition="at_risk")
    page = read((await running.browser.get("/subjects/order/9")).text)
    assert "/close" not in {each.get("action") for each in page.all("form")}


@pytest.mark.parametrize("verb", ["dispute", "ask-date", "tell-customer", "rate"])
async def test_a_plain_form_of_a_card_leads_back_to_it(running: Running, verb: str) -> None:
    fields = {"words": "how so?", "by_party": "sales", "useful": "yes"}
    back = "/subjects/order/0#card"
    answer = await send(running, f"/{verb}", htmx="no", key=ALL[0], back=back, **fields)
    assert (answer.status_code, answer.headers.get("location")) == (
        303,
        f"/subjects/order/0?did={verb}#card",
    )
    text = await text_of(running, f"/subjects/order/0?did={verb}")
    assert VERBS[verb].notice in text
    told = running.company.alerts[ALL[0]]
    shown = {
        "dispute": "sales does not agree: how so?",
        "ask-date": "New date asked by anna just now how so?",
        "tell-customer": "Support asked by anna just now how so?",
        "rate": "of use to 1, not to 0",
    }
    assert shown[verb] in text
    assert told.useful == int(verb == "rate")


async def test_a_finding_is_answered_from_its_card_as_well(running: Running) -> None:
    running.company.finding("f", "disagreement", "49 or 47")
    running.company.promise("p", subject="order/4711")
    running.company.alert("f", condition="found", finding="disagreement")
    page = read((await running.browser.get("/subjects/order/4711")).text)
    assert "alert/f" in {each.get("value") for each in page.all("input")}
    there = {each["action"] for each in page.all("form") if "action" in each}
    assert "/close" in there
    assert "/ask-date" not in there


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/take", {}, "The field `key` is empty"),
        ("/close", {"key": ALL}, "The cause &#39;&#39; is none; choose one of approval,"),
        ("/rate", {"key": ALL, "useful": "maybe"}, "say yes or no"),
        ("/note", {"key": ALL}, "it is the note"),
        ("/assign", {"key": ALL, "idempotency_key": ""}, "reload the page, the form makes one"),
    ],
)
async def test_a_wrong_answer_is_refused_with_what_would_be_right(
    running: Running, path: str, fields: dict[str, str | list[str]], said: str
) -> None:
    answer = await send(running, path, **fields)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert not running.company.acted


@pytest.mark.parametrize("path", VERBS)
async def test_no_other_site_answers_an_alert(running: Running, path: str) -> None:
    await running.feed.refresh()
    fields = {"key": ALL[0], "words": "w", "idempotency_key": "k", "cause": CAUSES[0]}
    assert (await running.browser.post(f"/{path}", data=fields)).status_code == 403


async def test_what_was_learned_while_all_was_read_is_not_forgotten(running: Running) -> None:
    await running.feed.refresh()
    old = alerts_pb2.Alert()
    old.CopyFrom(running.company.alerts[ALL[0]])
    learned = await running.console.desk.alert(ALL[0])

    async def read_before_the_action(_subject: str = "") -> tuple[object, ...]:
        told = (await running.console.desk.alert(ALL[0]),)
        running.company.alerts[ALL[0]].revision += 1
        running.company.alerts[ALL[0]].assignee = "ben"
        await running.feed.learn([await running.console.desk.alert(ALL[0])])
        return told

    running.feed._desk = type("Desk", (), {"alerts": staticmethod(read_before_the_action)})()
    snapshot = await running.feed.refresh()
    assert learned.assignee == ""
    assert snapshot.alerts["p0"].assignee == "ben"


async def test_many_alerts_are_waited_for_longer_than_one(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    stub = running.console.desk._stub  # type: ignore[attr-defined]
    called = stub.AssignAlert

    def assign(request: alerts_pb2.AssignAlertRequest, timeout: float) -> object:
        waited.append(timeout)
        return called(request, timeout=timeout)

    monkeypatch.setattr(stub, "AssignAlert", assign)
    await send(running, "/take", key=ALL[:1])
    await send(running, "/take", key=ALL)
    assert waited == [DEADLINE_S, MANY_DEADLINE_S]
