"""What is said of several alerts at once: how many, what of, the most urgent, and where to look."""

import json

import httpx
import pytest

from services.alerts.channels.alertmanager import alertmanager_post
from services.alerts.channels.apprise import written
from services.alerts.channels.email import as_message
from services.alerts.channels.posting import BYTES_A_POST, PostingChannel, Request
from services.alerts.channels.signing import keys_of
from services.alerts.channels.slack import SECTION_LIMIT, slack_post
from services.alerts.channels.webhook import webhook_post
from services.alerts.domain.digest import LINES_LIMIT, text_of, title_of
from services.alerts.domain.pages import page_of_post
from services.alerts.domain.posts import Post, alone, posts_of
from services.alerts.errors import DeliveryError
from tests.alerting import MovedClock, a_finding, a_promise, at, ended, found, warned
from tests.notices import CONSOLE, NOW, notices, resolve, together, trigger

INBOX = "https://console.test/?owed_by=operations&owed_to=sales&state=at_risk"
TITLE = "12 promises at risk, ship paid order, operations to sales."


def many(count: int = 12) -> Post:
    """The later the order, the sooner its customer notices."""
    return together(
        *(
            a_promise(str(order), customer_visible_by=at("20:00") - order)
            for order in range(1, count + 1)
        )
    )


def test_one_alone_says_its_own_text() -> None:
    assert text_of(alone(trigger())) == trigger().text
    assert text_of(alone(resolve())) == resolve().text


def test_of_several_the_most_urgent_have_a_line_each() -> None:
    title, *lines, left = text_of(many()).split("\n")
    assert title == title_of(many()) == TITLE
    assert [line.partition("for order ")[2].partition(",")[0] for line in lines] == [
        str(order) for order in range(12, 2, -1)
    ]
    assert left == "And 2 more."


@pytest.mark.parametrize(("count", "says_more"), [(LINES_LIMIT, False), (LINES_LIMIT + 1, True)])
def test_more_than_there_are_lines_for_are_counted(count: int, says_more: bool) -> None:
    assert ("And 1 more." in text_of(many(count))) is says_more


def test_a_line_is_cut_and_says_so() -> None:
    text = text_of(together(a_promise("1", customer="c" * 500), a_promise("2")))
    assert "(cut at 260 characters)" in text


def test_what_is_over_and_what_was_found_are_called_so() -> None:
    over = [
        notices(warned(promise=each), ended(promise=each))[-1]
        for each in (a_promise("1"), a_promise("2"))
    ]
    (post,) = posts_of(over, 10)
    assert title_of(post) == "Over: 2 promises at risk, ship paid order, operations to sales."
    assert page_of_post(post, CONSOLE).endswith("/?owed_by=operations&owed_to=sales")
    own = [
        notices(found(1, a_finding(key=name, promise_id=name, owed_to="finance")))[0]
        for name in ("a", "b")
    ]
    (post,) = posts_of(own, 10)
    assert title_of(post) == "2 findings, disagreement, finance."


def test_a_webhooks_body_has_one_shape_for_one_and_for_many() -> None:
    one, several = (
        json.loads(webhook_post(post, NOW, "https://hook.test/", (), CONSOLE).content)
        for post in (alone(trigger()), many())
    )
    assert one.keys() == several.keys()
    assert one["alerts"][0].keys() == several["alerts"][0].keys()
    assert (one["count"], several["count"]) == (len(one["alerts"]), len(several["alerts"]))
    assert one["id"] == one["alerts"][0]["id"]
    assert several["text"] == text_of(many())
    assert several["url"] == INBOX
    assert (several["owed_by"], several["owed_to"]) == ("operations", "sales")
    assert (several["agreement"], several["condition"]) == ("ship-paid-order", "at_risk")


def test_a_post_of_many_is_signed_under_its_own_id() -> None:
    keys = keys_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = webhook_post(many(), NOW, "https://hook.test/", keys, CONSOLE).headers
    assert headers["webhook-id"] == headers["Idempotency-Key"] == many().id


def test_alertmanager_gets_them_as_a_list() -> None:
    alerts = json.loads(alertmanager_post(many(), NOW, "https://am.test", CONSOLE).content)
    assert [alert["labels"]["alert"] for alert in alerts] == list(many().keys)


def test_a_person_gets_one_message_and_a_link_to_all_of_them() -> None:
    slack = json.loads(slack_post(many(), "https://slack.test/x", CONSOLE).content)
    assert slack["text"] == text_of(many())
    (link,) = slack["blocks"][1]["elements"]
    assert link["text"] == f"<{INBOX.replace('&', '&amp;')}|Open in the console>"
    mail = as_message(many(), "handoff@company.test", ["a@company.test"], CONSOLE)
    assert mail["Subject"] == TITLE
    assert mail["Message-ID"] == f"<{many().id}@company.test>"
    assert mail["In-Reply-To"] is None
    assert mail.get_all("X-Handoff-Alert") == list(many().keys)
    assert f"Open in the console: {INBOX}" in mail.get_content()
    assert written(many(), CONSOLE) == (TITLE, f"{text_of(many())}\n{INBOX}")


def test_the_whole_of_a_full_post_fits_into_slack() -> None:
    assert len(slack_post(many(100), "https://slack.test/x", CONSOLE).content) < 3 * SECTION_LIMIT


@pytest.mark.parametrize(("more", "count", "taken"), [(0, 2, True), (1, 2, False), (1, 1, True)])
def test_several_have_so_many_bytes_and_no_more_and_one_has_any(
    more: int, count: int, taken: bool
) -> None:
    got: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        got.append(request)
        return httpx.Response(204, content=iter([b""]))

    def write(_post: Post, _now: int) -> Request:
        return Request("https://hook.test/", b"x" * (BYTES_A_POST + more))

    client = httpx.Client(transport=httpx.MockTransport(answer))
    channel = PostingChannel("hook", write, client, MovedClock(NOW))
    if taken:
        channel.send(many(count))
    else:
        with pytest.raises(DeliveryError, match="a post has at most 524,288") as refused:
            channel.send(many(count))
        assert (refused.value.permanent, refused.value.in_parts) == (True, True)
    assert len(got) == taken
