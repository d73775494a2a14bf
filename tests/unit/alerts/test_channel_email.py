"""What is sent by e-mail: one conversation an alert, and no header that a ledger could write."""

from dataclasses import replace
from email.message import EmailMessage

import pytest

from services.alerts.channels.email import SUBJECT_LIMIT, as_message
from services.alerts.domain.alert import Notice
from services.alerts.domain.posts import alone
from tests.alerting import a_promise, key
from tests.notices import CONSOLE, resolve, trigger


def message(notice: Notice) -> EmailMessage:
    return as_message(
        alone(notice), "handoff@company.test", ["a@company.test", "b@company.test"], CONSOLE
    )


def test_what_is_sent() -> None:
    sent = message(trigger())
    assert dict(sent.items()) | {"Subject": ""} == {
        "From": "handoff@company.test",
        "To": "a@company.test, b@company.test",
        "Subject": "",
        "Date": "Mon, 02 Nov 2026 15:25:00 +0000",
        "Message-ID": f"<{key()}@company.test>",
        "Auto-Submitted": "auto-generated",
        "X-Handoff-Alert": key(),
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert sent["Subject"].startswith("At risk: operations owes sales “parcel handed over”")
    body = sent.get_content()
    assert body.startswith("At risk: operations owes sales")
    assert "Open in the console: https://console.test/subjects/order/4711" in body
    assert f"handoff ack {key()}" in body


def test_the_notices_of_an_alert_are_one_conversation_with_an_id_each() -> None:
    first, last = message(trigger()), message(resolve())
    assert last["In-Reply-To"] == last["References"] == first["Message-ID"]
    assert last["Message-ID"] != first["Message-ID"]
    assert message(resolve())["Message-ID"] == last["Message-ID"]
    assert first["In-Reply-To"] is None


@pytest.mark.parametrize(
    "evil",
    ["a\r\nBcc: evil@evil.test", "a\nBcc: x", "a\rBcc: x", "a\x85Bcc: x", "a\u2028Bcc: x", "\x00"],
)
def test_a_name_in_a_ledger_cannot_write_a_header(evil: str) -> None:
    sent = message(trigger(a_promise(customer=evil, owed_by=evil)))
    head = sent.as_bytes().partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] != b" "]
    assert b"bcc" not in names
    assert set(names) == {name.lower().encode() for name in message(trigger())}
    assert not any(each in sent["Subject"] for each in "\r\n\x00\x85\u2028")


def test_a_long_subject_is_cut_and_says_so() -> None:
    subject = message(trigger(a_promise(customer="c" * 500)))["Subject"]
    assert len(subject) == SUBJECT_LIMIT
    assert subject.endswith("(cut at 200 characters)")


def test_a_text_with_a_dot_alone_is_whole() -> None:
    sent = message(replace(trigger(), text="first\n.\nlast ü"))
    assert sent.get_content().startswith("first\n.\nlast ü\n")
