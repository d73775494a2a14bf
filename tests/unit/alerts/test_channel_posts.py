"""What each kind of receiver is sent, word for word, and where it is cut."""

import json
from dataclasses import replace
from typing import Any

import pytest

from services.alerts.channels.alertmanager import FIRES_FOR, alertmanager_post, as_alerts
from services.alerts.channels.pagerduty import SUMMARY_LIMIT, as_event, pagerduty_post
from services.alerts.channels.posting import RETRY_AFTER_LIMIT, patience
from services.alerts.channels.signing import keys_of, signed
from services.alerts.channels.slack import (
    KEYS_APART,
    SECTION_LIMIT,
    VALUE_LIMIT,
    as_blocks,
    escaped,
    slack_post,
)
from services.alerts.channels.webhook import webhook_post
from services.alerts.domain.alert import Reason
from services.alerts.domain.answers import Cause, Closing
from services.alerts.domain.labels import SEVERITIES, name_of
from services.alerts.domain.posts import ALERTS_A_POST, Post, alone
from services.alerts.domain.promise import Condition
from services.alerts.errors import DeliveryError
from services.shared.clock import SECOND, iso
from tests.alerting import a_promise, breached, key, warned
from tests.notices import CONSOLE, NOW, in_hand, notices, resolve, text_of, together, trigger

SUMMARY = (
    "At risk: operations owes sales “parcel handed over” for order 4711, due 2026-11-02 16:00 UTC"
    " (35 minutes left). Customer c-88 would notice at 2026-11-03 00:00 UTC, in 8 hours 35 minutes."
)
TEXT = f"{SUMMARY} Next step: Ask the shift lead to pull the order forward."
PAGE = "https://console.test/subjects/order/4711"
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_published_vector_is_signed_as_published() -> None:
    """From the specification's reference libraries."""
    headers = signed(
        keys_of(KEY),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330 * SECOND,
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def signature(id: str = "a", now: int = NOW, body: bytes = b"{}", key: str = KEY) -> str:
    return signed(keys_of(key), id, now, body)["webhook-signature"]


@pytest.mark.parametrize(
    "change",
    [{"id": "b"}, {"now": NOW + SECOND}, {"body": b"[]"}, {"key": KEY.replace("Sw", "SA")}],
)
def test_whatever_changes_the_signature_changes(change: dict[str, Any]) -> None:
    assert signature() == signature()
    assert signature(**change) != signature()


def test_while_a_key_is_replaced_both_sign() -> None:
    other = KEY.replace("Sw", "SA")
    assert signature(key=f"{other}\n{KEY}\n") == f"{signature(key=other)} {signature()}"


@pytest.mark.parametrize(
    "text", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_!"]
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(DeliveryError, match="Key 2 is not whsec_") as refused:
        keys_of(f"{KEY}\n{text}")
    assert text == "whsec_" or text not in str(refused.value)


def test_a_webhook_has_the_same_id_whenever_it_is_sent() -> None:
    post, url, keys = alone(trigger()), "https://hook.test/", keys_of(KEY)
    first = webhook_post(post, NOW, url, keys, CONSOLE)
    again = webhook_post(post, NOW + SECOND, url, keys, CONSOLE)
    assert first.content == again.content
    assert first.headers["webhook-id"] == again.headers["webhook-id"] == f"{key()}:1:first_notice"
    assert first.headers["webhook-signature"] != again.headers["webhook-signature"]


def test_what_alertmanager_is_sent() -> None:
    post = alertmanager_post(alone(trigger()), NOW, "https://am.test/", CONSOLE)
    assert post.url == "https://am.test/api/v2/alerts"
    assert json.loads(post.content) == [
        {
            "labels": {
                "alertname": "HandoffAtRisk",
                "alert": key(),
                "severity": "page",
                "owed_by": "operations",
                "owed_to": "sales",
                "agreement": "ship-paid-order",
                "promise": "order/4711~ship-paid-order",
                "order": "4711",
            },
            "annotations": {"summary": SUMMARY, "description": TEXT, "order_url": PAGE},
            "startsAt": "2026-11-02T15:25:00Z",
            "endsAt": iso(NOW + FIRES_FOR),
            "generatorURL": PAGE,
        }
    ]


def test_what_fired_under_other_labels_is_over_for_alertmanager() -> None:
    worse = notices(warned(2), breached(3))[-1]
    fires, *over = as_alerts(worse, NOW + SECOND, CONSOLE)
    assert (fires["labels"]["alertname"], fires["endsAt"]) == (
        "HandoffBreached",
        iso(NOW + SECOND + FIRES_FOR),
    )
    assert {alert["labels"]["alertname"]: alert["endsAt"] for alert in over} == {
        name: iso(NOW)
        for name in ("HandoffAtRisk", "HandoffUnknown", "HandoffReturned", "HandoffDisputed")
    }


def test_an_alert_that_ends_is_resolved_under_all_its_labels() -> None:
    alerts = as_alerts(resolve(), NOW + SECOND, CONSOLE)
    assert {alert["endsAt"] for alert in alerts} == {iso(NOW)}
    assert "HandoffAtRisk" in {alert["labels"]["alertname"] for alert in alerts}
    assert all(alert["startsAt"] <= alert["endsAt"] for alert in alerts)


def test_no_order_is_no_label() -> None:
    (alert,) = as_alerts(trigger(a_promise(order="")), NOW, CONSOLE)
    assert "order" not in alert["labels"]


@pytest.mark.parametrize("condition", Condition)
def test_every_condition_has_a_name_and_a_severity(condition: Condition) -> None:
    assert name_of(condition).startswith("Handoff")
    assert name_of(condition).isalpha()
    assert condition in SEVERITIES


def test_what_pagerduty_is_sent() -> None:
    post = pagerduty_post(alone(trigger()), "https://pd.test/v2/enqueue", "R0UT1NG", CONSOLE)
    event = json.loads(post.content)
    details = event["payload"].pop("custom_details")
    assert (details["key"], details["because"], details["text"]) == (
        key(),
        "The customer's date cannot be met if the parcel leaves later.",
        TEXT,
    )
    assert event == {
        "routing_key": "R0UT1NG",
        "event_action": "trigger",
        "dedup_key": key(),
        "client": "handoff",
        "client_url": PAGE,
        "links": [{"href": PAGE, "text": "Open in the console"}],
        "payload": {
            "summary": SUMMARY,
            "source": "operations",
            "severity": "critical",
            "timestamp": "2026-11-02T15:25:00Z",
            "component": "ship-paid-order",
            "group": "order/4711",
            "class": "HandoffAtRisk",
        },
    }


def test_pagerduty_hears_that_it_is_in_hand_and_that_it_is_over() -> None:
    assert as_event(in_hand(), CONSOLE) == {"event_action": "acknowledge", "dedup_key": key()}
    closed = in_hand()
    closing = Closing("ann", NOW, Cause.CAPACITY)
    closed = replace(closed, alert=replace(closed.alert, closing=closing, acknowledgements=()))
    assert as_event(closed, CONSOLE) == {"event_action": "acknowledge", "dedup_key": key()}
    assert as_event(resolve(), CONSOLE) == {"event_action": "resolve", "dedup_key": key()}


def test_what_is_open_again_is_a_new_incident_for_pagerduty() -> None:
    """What is acknowledged calls nobody, whatever is triggered."""
    again = replace(trigger(), reason=Reason.OPEN_AGAIN)
    post = pagerduty_post(alone(again), "https://pd.test/v2/enqueue", "R0UT1NG", CONSOLE)
    assert post.before
    assert json.loads(post.before.content) == {
        "routing_key": "R0UT1NG",
        "event_action": "resolve",
        "dedup_key": key(),
    }
    assert json.loads(post.content)["event_action"] == "trigger"
    first = pagerduty_post(alone(trigger()), "https://pd.test/v2/enqueue", "R0UT1NG", CONSOLE)
    assert first.before is None


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_summary_for_pagerduty_is_cut_beyond_its_limit_and_says_so(more: int) -> None:
    bare = len(as_event(trigger(a_promise(customer="")), CONSOLE)["payload"]["summary"])
    customer = "c" * (SUMMARY_LIMIT - bare + len("The customer") - len("Customer ") + more)
    summary = as_event(trigger(a_promise(customer=customer)), CONSOLE)["payload"]["summary"]
    assert len(summary) == SUMMARY_LIMIT + min(more, 0)
    assert summary.endswith("(cut at 1,024 characters)") == (more > 0)


def test_what_slack_is_sent() -> None:
    promise = a_promise(runbook="https://runbooks.test/ship?a=1&b=2")
    post = slack_post(alone(trigger(promise)), "https://slack.test/x", CONSOLE)
    text = f"{TEXT} Runbook: https://runbooks.test/ship?a=1&amp;b=2"
    links = [
        f"<{PAGE}|Open in the console>",
        "<https://runbooks.test/ship?a=1&amp;b=2|Runbook>",
        f"`handoff ack {key()}`",
    ]
    assert json.loads(post.content) == {
        "text": text,
        "unfurl_links": False,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": each} for each in links]},
        ],
    }


def test_where_somebody_listens_a_message_has_a_button_to_take_the_alert_up() -> None:
    plain = as_blocks(alone(trigger()), CONSOLE)["blocks"]
    section, button, context = as_blocks(alone(trigger()), CONSOLE, buttons=True)["blocks"]
    assert [section, context] == plain
    assert button == {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "handoff-take-up",
                "value": key(),
                "style": "primary",
                "text": {"type": "plain_text", "text": "I have it"},
            }
        ],
    }


def button_of(post: Post) -> dict[str, Any] | None:
    blocks = as_blocks(post, CONSOLE, buttons=True)["blocks"]
    actions = [each["elements"] for each in blocks if each["type"] == "actions"]
    return actions[0][0] if actions else None


def many(count: int) -> Post:
    return together(*(a_promise(str(number)) for number in range(count)))


def test_one_button_takes_up_all_alerts_of_a_message() -> None:
    post = many(3)
    button = button_of(post)
    assert button
    assert (button["value"], button["text"]["text"]) == (" ".join(post.keys), "I have all 3")
    assert "handoff ack" not in json.dumps(as_blocks(post, CONSOLE, buttons=True))
    assert as_blocks(post, CONSOLE)["blocks"] == [
        each
        for each in as_blocks(post, CONSOLE, buttons=True)["blocks"]
        if each["type"] != "actions"
    ]


def test_a_full_post_has_a_button_and_one_alert_more_would_be_too_long_for_it() -> None:
    button = button_of(many(ALERTS_A_POST))
    assert button
    assert VALUE_LIMIT - len(KEYS_APART) == len(button["value"])
    assert button_of(many(ALERTS_A_POST + 1)) is None


def test_what_is_over_has_no_button() -> None:
    assert as_blocks(alone(resolve()), CONSOLE, buttons=True) == as_blocks(
        alone(resolve()), CONSOLE
    )


def test_nobody_can_mention_a_channel_or_make_up_a_link_in_slack() -> None:
    said = as_blocks(alone(text_of("<!channel> & <https://evil.test|Open>")), CONSOLE)["text"]
    assert said == "&lt;!channel&gt; &amp; &lt;https://evil.test|Open&gt;"


@pytest.mark.parametrize("letter", ["x", "&", "<"])
@pytest.mark.parametrize("more", [0, 1])
def test_a_text_for_slack_is_cut_between_what_is_escaped(letter: str, more: int) -> None:
    one = escaped(letter, 100)
    text = escaped(letter * (SECTION_LIMIT // len(one) + more), SECTION_LIMIT)
    assert len(text) <= SECTION_LIMIT
    kept, cut, _ = text.partition(" … (cut at 3,000 characters)")
    assert bool(cut) == bool(more)
    assert kept.replace(one, "") == ""


def test_what_is_over_has_nothing_to_be_taken_in_hand() -> None:
    (link,) = as_blocks(alone(resolve()), CONSOLE)["blocks"][1]["elements"]
    assert link["text"].endswith("|Open in the console>")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("0", 0),
        (" 7 ", 7),
        ("-7", 0),
        ("1.5", 0),
        ("soon", 0),
        ("3600", 3600),
        ("3601", 3600),
        ("9" * 400, 3600),
        ("Mon, 02 Nov 2026 15:26:00 GMT", 60),
        ("Mon, 02 Nov 2026 15:24:00 GMT", 0),
        ("Mon, 02 Nov 2099 15:24:00 GMT", 3600),
        ("Mon, 99 Nov 2026 15:24:00 GMT", 0),
    ],
)
def test_how_much_patience_a_receiver_asks_for(header: str | None, seconds: int) -> None:
    assert patience(header, NOW) == seconds * SECOND
    assert RETRY_AFTER_LIMIT == 3600 * SECOND


def test_secrets_are_in_no_body_but_where_the_protocol_has_them() -> None:
    notice = replace(trigger(), traceparent="")
    assert b"R0UT1NG" not in json.dumps(as_event(notice, CONSOLE)).encode()
    post = webhook_post(alone(notice), NOW, "https://hook.test/", keys_of(KEY), CONSOLE)
    assert KEY not in f"{post}"
