"""What no page does, whatever is in it; and that it can be read in every way."""

import re

import pytest

from services.console.assets import sri
from services.console.guard import HEADERS
from tests.component.console.running import Running, read

pytestmark = pytest.mark.anyio

HOSTILE = (
    '</td></script><script>alert(1)</script>"><img src=x onerror=alert(1)><hx-partial hx-get=/x>'
)
PATHS = [
    "/",
    "/subjects/order/4711",
    "/nothing",
    "/?state=wrong",
    "/static/console.css",
    "/healthz",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_keeps_the_browser_to_our_own_files(running: Running, path: str) -> None:
    answer = await running.browser.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_a_failure_of_our_own_has_the_same_headers(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.console.renderer, "parts", None)
    answer = await running.browser.get("/")
    assert answer.status_code == 500
    assert "its log has the details" in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


async def test_no_page_has_script_or_style_of_its_own_or_from_elsewhere(running: Running) -> None:
    running.company.promise("p", "breached")
    running.company.alert("p")
    running.company.event("order/4711", "finance.PaymentApproved", -180)
    await running.feed.refresh()
    for path in ("/", "/subjects/order/4711", "/nothing"):
        markup = read((await running.browser.get(path)).text)
        assert all(each.get("src", "").startswith("/static/") for each in markup.all("script"))
        assert not markup.all("style")
        for tag, attributes in markup.elements:
            assert "style" not in attributes, tag
            assert not [name for name in attributes if name.startswith(("on", "hx-on"))], tag
            for name in ("src", "href", "action", "formaction"):
                assert not re.match(r"(\w+:)?//", attributes.get(name, "")), attributes


async def test_vendored_files_are_served_as_their_integrity_says(running: Running) -> None:
    markup = read((await running.browser.get("/")).text)
    held = [each for each in markup.all("script") + markup.all("link") if "integrity" in each]
    assert len(held) == 3
    for each in held:
        content = (await running.browser.get(each.get("src") or each["href"])).content
        assert sri(content) == each["integrity"]


@pytest.mark.parametrize(
    "field", ["awaits", "because", "next_step", "owed_by", "owed_to", "customer", "agreement"]
)
async def test_hostile_text_is_text(running: Running, field: str) -> None:
    running.company.promise("p", **{field: HOSTILE})
    running.company.event("order/4711", f"finance.{HOSTILE}", -180)
    await running.feed.refresh()
    for path in ("/", "/subjects/order/4711"):
        page = (await running.browser.get(path)).text
        markup = read(page)
        assert not [tag for tag, _ in markup.elements if tag in ("img", "hx-partial")]
        assert all("src" in each for each in markup.all("script"))
        assert HOSTILE in markup.text or field not in SHOWN[path]


SHOWN = {
    "/": {"awaits", "next_step", "owed_by", "owed_to", "customer"},
    "/subjects/order/4711": {"awaits", "because", "next_step", "owed_by", "owed_to", "customer"},
}


async def test_hostile_ids_are_text_in_attributes_too(running: Running) -> None:
    running.company.promise(HOSTILE, subject=f"order/{HOSTILE.replace(' ', '')}")
    running.company.alert(HOSTILE)
    await running.feed.refresh()
    markup = read((await running.browser.get("/")).text)
    assert not markup.all("img")
    (button,) = [
        each
        for each in markup.all("button")
        if each.get("name") == "key" and each["formaction"] == "/acknowledge"
    ]
    assert button["value"] == f"alert/{HOSTILE}"


async def test_tables_and_times_can_be_read_without_eyes(running: Running) -> None:
    running.company.promise("p")
    running.company.event("order/4711", "finance.PaymentApproved", -180)
    await running.feed.refresh()
    for path in ("/", "/subjects/order/4711"):
        markup = read((await running.browser.get(path)).text)
        assert markup.all("html")[0]["lang"] == "en"
        assert {each["scope"] for each in markup.all("th")} == {"col", "row"}
        assert len(markup.all("caption")) == len(markup.all("table")) == 1
        assert all(re.fullmatch(r"2026-03-0\dT[\d:.]+Z", t["datetime"]) for t in markup.all("time"))
        for svg in markup.all("svg"):
            assert svg.get("aria-hidden") == "true" or svg.get("role") == "img"


async def test_a_page_asked_for_under_a_foreign_name_is_refused(running: Running) -> None:
    answer = await running.browser.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "HANDOFF_HOSTS" in answer.text
