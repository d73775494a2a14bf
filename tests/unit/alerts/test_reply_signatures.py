"""A reply is believed only where its sender signed exactly this body, and Slack just now."""

import pytest

from services.alerts.errors import DeliveryError
from services.alerts.replies.signatures import (
    SECRET_LENGTH_AT_LEAST,
    SECRETS_LIMIT,
    SIGNATURES_LIMIT,
    SLACK_WINDOW,
    secrets_of,
    signed_by_pagerduty,
    signed_by_slack,
)
from services.shared.clock import SECOND
from tests.notices import NOW
from tests.replying import OTHER, SECRET, by_pagerduty, by_slack

BODY = b'{"event": 1}'
KNOWN = secrets_of(SECRET)


def test_the_published_example_is_slacks() -> None:
    """From Slack's page on verifying requests."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
        b".803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": (
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        ),
    }
    secrets = secrets_of("8f742231b10e8888abcd99yyyzzz85a5")
    assert signed_by_slack(secrets, headers, body, 1531420618 * SECOND)


def test_pagerduty_signs_with_the_old_secret_and_the_new_one() -> None:
    assert signed_by_pagerduty(KNOWN, by_pagerduty(BODY), BODY)
    assert signed_by_pagerduty(KNOWN, by_pagerduty(BODY, OTHER, SECRET), BODY)
    assert not signed_by_pagerduty(KNOWN, by_pagerduty(BODY, OTHER), BODY)


def test_while_a_secret_is_replaced_both_of_the_file_are_known() -> None:
    both = secrets_of(f"{OTHER}\n{SECRET}\n")
    for secret in (OTHER, SECRET):
        assert signed_by_pagerduty(both, by_pagerduty(BODY, secret), BODY)
        assert signed_by_slack(both, by_slack(BODY, secret), BODY, NOW)


def test_of_signatures_and_secrets_only_the_first_few_are_looked_at() -> None:
    for before, seen in ((SIGNATURES_LIMIT - 1, True), (SIGNATURES_LIMIT, False)):
        headers = by_pagerduty(BODY, *[OTHER] * before, SECRET)
        assert signed_by_pagerduty(KNOWN, headers, BODY) is seen
    for before, seen in ((SECRETS_LIMIT - 1, True), (SECRETS_LIMIT, False)):
        secrets = secrets_of(f"{OTHER}\n" * before + SECRET)
        assert signed_by_pagerduty(secrets, by_pagerduty(BODY), BODY) is seen


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=",
        ",",
        "v1=ünïcode",
        by_pagerduty(BODY)["x-pagerduty-signature"].removeprefix("v1="),
        by_pagerduty(BODY)["x-pagerduty-signature"].replace("v1=", "v0="),
        by_pagerduty(BODY)["x-pagerduty-signature"].upper(),
        by_pagerduty(BODY)["x-pagerduty-signature"][:-1],
        by_pagerduty(BODY + b" ")["x-pagerduty-signature"],
    ],
)
def test_anything_else_is_not_signed_by_pagerduty(header: str) -> None:
    assert not signed_by_pagerduty(KNOWN, {"x-pagerduty-signature": header}, BODY)


def test_without_headers_and_without_secrets_nothing_is_signed() -> None:
    assert not signed_by_pagerduty(KNOWN, {}, BODY)
    assert not signed_by_slack(KNOWN, {}, BODY, NOW)
    assert not signed_by_pagerduty((), by_pagerduty(BODY), BODY)
    assert not signed_by_slack((), by_slack(BODY), BODY, NOW)


@pytest.mark.parametrize("way", [-1, 1])
def test_what_slack_signed_is_believed_for_five_minutes_either_way(way: int) -> None:
    for away, believed in ((SLACK_WINDOW, True), (SLACK_WINDOW + SECOND, False)):
        headers = by_slack(BODY, at=NOW + way * away)
        assert signed_by_slack(KNOWN, headers, BODY, NOW) is believed
    assert SLACK_WINDOW == 300 * SECOND


@pytest.mark.parametrize("at", ["", "now", "-1", "1.5", "٣", "9" * 13, "9" * 5_000])
def test_a_time_that_is_none_is_not_slacks(at: str) -> None:
    headers = {**by_slack(BODY), "x-slack-request-timestamp": at}
    assert not signed_by_slack(KNOWN, headers, BODY, NOW)


@pytest.mark.parametrize("part", ["time", "body", "version", "secret"])
def test_whatever_changes_it_is_not_slacks_any_more(part: str) -> None:
    headers, body = dict(by_slack(BODY)), BODY
    match part:
        case "time":
            headers |= {"x-slack-request-timestamp": str(NOW // SECOND + 1)}
        case "body":
            body += b" "
        case "version":
            headers |= {"x-slack-signature": headers["x-slack-signature"].replace("v0", "v1")}
        case "secret":
            headers = dict(by_slack(BODY, OTHER))
    assert not signed_by_slack(KNOWN, headers, body, NOW)


def test_a_secret_that_was_not_copied_whole_is_refused_and_not_repeated() -> None:
    short = "s" * (SECRET_LENGTH_AT_LEAST - 1)
    assert secrets_of(f"{short}s") == [b"s" * SECRET_LENGTH_AT_LEAST]
    with pytest.raises(DeliveryError, match="Signing secret 2 has fewer than 16") as refused:
        secrets_of(f"{SECRET}\n{short}")
    assert short not in str(refused.value)
