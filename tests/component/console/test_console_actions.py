"""What a person does from a page, told to the alerts service over gRPC."""

import httpx
import pytest
from handoff.v1 import alerts_pb2

from services.console.forms import BODY_LIMIT, KEYS_LIMIT, TEXT_LIMIT
from tests.component.console.company import NOW, Company, minutes
from tests.component.console.running import Running, read

pytestmark = pytest.mark.anyio


@pytest.fixture
def company() -> Company:
    company = Company()
    company.promise("p")
    company.alert("p")
    return company


async def token(running: Running, path: str = "/") -> str:
    """Opens a page, as a person does: the cookie stays in the browser."""
    await running.feed.refresh()
    return read((await running.browser.get(path)).text).value("csrf")


async def send(running: Running, path: str, **fields: str) -> httpx.Response:
    csrf = await token(running)
    return await running.browser.post(path, data={"csrf": csrf} | fields)


def alert(running: Running) -> alerts_pb2.Alert:
    return running.company.alerts["alert/p"]


async def test_acknowledging_names_who_did_it_and_leads_back(running: Running) -> None:
    answer = await send(
        running, "/acknowledge", key="alert/p", back="/?owed_by=operations", words="on it"
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?owed_by=operations&did=acknowledge"
    assert alert(running).state == alerts_pb2.ALERT_STATE_ACKNOWLEDGED
    assert alert(running).acknowledged_by == "anna"
    assert "Acknowledged by anna" in (await running.browser.get(answer.headers["location"])).text


async def test_htmx_gets_the_changed_row_and_a_sentence(running: Running) -> None:
    csrf = await token(running)
    answer = await running.browser.post(
        "/acknowledge",
        data={"csrf": csrf, "key": "alert/p", "back": "/"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    assert 'hx-target="#notice"' in answer.text
    assert "Acknowledged by anna" in answer.text


async def test_many_alerts_are_acknowledged_by_one_form(running: Running) -> None:
    for number in range(3):
        running.company.promise(f"m{number}", subject=f"order/{number}")
        running.company.alert(f"m{number}")
    csrf = await token(running)
    fields = {"csrf": csrf, "back": "/", "key": [f"alert/m{number}" for number in range(3)]}
    answer = await running.browser.post("/acknowledge", data=fields, headers={"HX-Request": "true"})
    assert "3 acknowledged." in answer.text
    assert answer.text.count('hx-swap="outerMorph"><tr id="p-') == 3
    told = [running.company.alerts[f"alert/m{number}"].state for number in range(3)]
    assert told == [alerts_pb2.ALERT_STATE_ACKNOWLEDGED] * 3
    assert alert(running).state == alerts_pb2.ALERT_STATE_OPEN


async def test_what_was_not_acknowledged_of_many_is_said(running: Running) -> None:
    csrf = await token(running)
    fields = {"csrf": csrf, "key": ["alert/none", "alert/p"]}
    some = await running.browser.post("/acknowledge", data=fields, headers={"HX-Request": "true"})
    assert "1 of 2 acknowledged, 1 not. There is no alert &#39;alert/none&#39;." in some.text
    assert alert(running).state == alerts_pb2.ALERT_STATE_ACKNOWLEDGED
    plain = await running.browser.post("/acknowledge", data=fields)
    assert plain.status_code == 409
    none = await running.browser.post(
        "/acknowledge", data={"csrf": csrf, "key": ["alert/none", "alert/no"]}
    )
    assert none.status_code == 404


async def test_one_form_answers_so_many_alerts_and_no_more(running: Running) -> None:
    csrf = await token(running)
    keys = [f"alert/{number}" for number in range(KEYS_LIMIT + 1)]
    over = await running.browser.post("/acknowledge", data={"csrf": csrf, "key": keys})
    assert (over.status_code, "names 101 alerts" in over.text) == (400, True)
    keys[0] = "alert/p"
    full = await running.browser.post(
        "/acknowledge", data={"csrf": csrf, "key": keys[:-1]}, headers={"HX-Request": "true"}
    )
    assert "1 of 100 acknowledged, 99 not." in full.text
    assert "And 96 more reasons." in full.text


async def test_snoozing_lasts_from_the_trackers_now(running: Running) -> None:
    await send(running, "/snooze", key="alert/p")
    assert alert(running).snoozed_until.ToDatetime(tzinfo=NOW.tzinfo) == NOW + minutes(60)
    await send(running, "/snooze", key="alert/p", **{"for": "4h"})
    assert alert(running).snoozed_until.ToDatetime(tzinfo=NOW.tzinfo) == NOW + minutes(240)


async def test_a_release_from_the_subjects_page_has_its_reason_and_one_effect(
    running: Running,
) -> None:
    page = read((await running.browser.get("/subjects/order/4711")).text)
    fields = {name: page.value(name) for name in ("csrf", "promise_id", "idempotency_key")}
    fields |= {"reason": "the customer took another", "back": "/subjects/order/4711"}
    for _ in range(2):
        answer = await running.browser.post("/release", data=fields)
        assert answer.headers["location"] == "/subjects/order/4711?did=release"
    (released,) = running.company.released.values()
    assert (released.promise_id, released.actor) == ("p", "anna")
    assert released.reason == "the customer took another"


@pytest.mark.parametrize(
    ("path", "fields", "status", "words"),
    [
        ("/acknowledge", {}, 400, "The field `key` is empty"),
        ("/acknowledge", {"key": "alert/none"}, 404, "There is no alert 'alert/none'."),
        ("/acknowledge", {"key": "k", "words": "x" * (TEXT_LIMIT + 1)}, 400, "use 1024 or fewer"),
        ("/acknowledge", {"key": "x" * BODY_LIMIT}, 413, "shorten its texts"),
        (
            "/snooze",
            {"key": "alert/p", "for": "ever"},
            400,
            "cannot be snoozed for 'ever'; use 30m",
        ),
        ("/release", {"promise_id": "p"}, 400, "say why the promise is given up"),
        ("/release", {"promise_id": "p", "reason": "r"}, 400, "reload the page"),
    ],
)
async def test_a_wrong_form_is_answered_with_what_would_be_right(
    running: Running, path: str, fields: dict[str, str], status: int, words: str
) -> None:
    answer = await send(running, path, **fields)
    assert answer.status_code == status
    assert words in read(answer.text).text


async def test_a_form_without_the_browsers_own_token_is_refused(running: Running) -> None:
    csrf = await token(running)
    fields = {"key": "alert/p"}
    forged = await running.browser.post("/acknowledge", data={"csrf": csrf[::-1]} | fields)
    absent = await running.browser.post("/acknowledge", data=fields)
    cross_site = await running.browser.post(
        "/acknowledge", data={"csrf": csrf} | fields, headers={"Sec-Fetch-Site": "cross-site"}
    )
    running.browser.cookies.clear()
    without_cookie = await running.browser.post("/acknowledge", data={"csrf": csrf} | fields)
    both_empty = await running.browser.post("/acknowledge", data={"csrf": ""} | fields)
    answers = [forged, absent, cross_site, without_cookie, both_empty]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert alert(running).state == alerts_pb2.ALERT_STATE_OPEN


async def test_the_token_is_kept_from_scripts_and_from_other_sites(running: Running) -> None:
    first = await running.browser.get("/")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    again = read((await running.browser.get("/")).text).value("csrf")
    assert again == read(first.text).value("csrf")


async def test_a_form_of_another_kind_is_refused(running: Running) -> None:
    csrf = await token(running)
    answer = await running.browser.post("/acknowledge", json={"csrf": csrf, "key": "alert/p"})
    assert answer.status_code == 415


async def test_no_form_leads_to_another_site(running: Running) -> None:
    answer = await send(running, "/acknowledge", key="alert/p", back="https://evil.example/")
    assert answer.headers["location"] == "/?did=acknowledge"


async def test_without_the_alerts_service_nothing_is_pretended(running: Running) -> None:
    csrf = await token(running)
    await running.servers.alerts_server.stop(None)
    fields = {"csrf": csrf, "key": "alert/p"}
    page = await running.browser.post("/acknowledge", data=fields)
    notice = await running.browser.post("/acknowledge", data=fields, headers={"HX-Request": "true"})
    assert (page.status_code, notice.status_code) == (503, 503)
    assert f"The alerts service at {running.servers.alerts} does not answer." in page.text
    assert 'hx-target="#notice"' in notice.text
