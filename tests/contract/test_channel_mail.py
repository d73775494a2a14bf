"""What the e-mail channel does with what a mail server answers, over real connections and TLS."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.alerts.channels.email import EmailChannel
from services.alerts.destinations import Guard
from services.alerts.domain.posts import alone
from services.alerts.errors import DeliveryError
from services.alerts.receiver_options import EmailOptions
from tests.alerting import key
from tests.mailbox import CERTIFICATE, Mailbox
from tests.notices import CONSOLE, trigger

Mail = Callable[..., tuple[Mailbox, EmailChannel]]


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[Mail]:
    boxes = []
    (tmp_path / "password").write_text("s3cret\n")

    def opened(*, allowed: bool = True, starttls: bool = True, **options: str) -> object:
        box = Mailbox(implicit=options.get("tls") == "implicit", starttls=starttls)
        boxes.append(box)
        given = {
            "name": "mail",
            "kind": "email",
            "host": "mail.test",
            "port": box.port,
            "sender": "handoff@company.test",
            "to": ["a@company.test", "b@company.test"],
            "username": "handoff",
            "password_file": str(tmp_path / "password"),
        }
        guard = Guard(
            {f"mail.test:{box.port}"} if allowed else (), lambda _host, _port: ["127.0.0.1"]
        )
        trusted = ssl.create_default_context(cafile=CERTIFICATE)
        told = EmailOptions.model_validate(given | options)
        return box, EmailChannel(told, guard, CONSOLE, trusted)

    yield opened  # type: ignore[misc]
    for box in boxes:
        box.close()


def failure(channel: EmailChannel) -> DeliveryError:
    with pytest.raises(DeliveryError) as failed:
        channel.send(alone(trigger()))
    return failed.value


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_mail_goes_over_tls_to_everybody(mail: Mail, tls: str) -> None:
    box, channel = mail(tls=tls)
    assert channel.send(alone(trigger())) == "mail.test took it"
    assert [each for each in box.commands if each.startswith("RCPT")] == [
        "RCPT TO:<a@company.test>",
        "RCPT TO:<b@company.test>",
    ]
    assert f"Message-ID: <{key()}@company.test>".encode() in box.messages[0]


def test_no_mail_and_no_password_goes_without_tls(mail: Mail) -> None:
    box, channel = mail(starttls=False)
    failed = failure(channel)
    assert failed.permanent
    assert (box.messages, [each for each in box.commands if "AUTH" in each]) == ([], [])


def test_mail_goes_to_nobody_whose_certificate_is_of_another(mail: Mail) -> None:
    box, channel = mail(host="other.test", allowed=False)
    assert "not a public address" in str(failure(channel))
    object.__setattr__(channel, "guard", Guard({"other.test"}, lambda *_: ["127.0.0.1"]))
    assert "CERTIFICATE_VERIFY_FAILED" in str(failure(channel))
    assert box.messages == []


@pytest.mark.parametrize(
    ("command", "answer", "permanent"),
    [
        ("MAIL", "451 later", False),
        ("MAIL", "550 never", True),
        ("RCPT", "450 later", False),
        ("RCPT", "550 nobody", True),
        ("DATA", "554 spam", True),
        ("AUTH", "535 who?", True),
        ("AUTH", "454 later", False),
    ],
)
def test_a_mail_servers_no_is_for_now_or_for_good(
    mail: Mail, command: str, answer: str, permanent: bool
) -> None:
    box, channel = mail()
    box.answers[command] = answer
    failed = failure(channel)
    assert failed.permanent == permanent
    assert f"mail.test answered {answer[:3]}" in str(failed)
    assert "s3cret" not in str(failed)


def test_one_who_cannot_be_written_to_is_named_and_the_others_have_it(mail: Mail) -> None:
    box, channel = mail()
    box.answers["RCPT TO:<b@"] = "550 nobody"
    assert channel.send(alone(trigger())) == "mail.test took it, but not for b@company.test"
    assert len(box.messages) == 1


def test_a_mail_server_that_is_away_may_come_back(mail: Mail) -> None:
    box, channel = mail()
    box.close()
    assert not failure(channel).permanent


def test_a_password_that_mail_cannot_carry_is_said_and_not_shown(
    mail: Mail, tmp_path: Path
) -> None:
    (tmp_path / "other").write_text("gehüim")
    _, channel = mail(password_file=str(tmp_path / "other"))
    failed = failure(channel)
    assert (failed.permanent, "gehüim" in str(failed)) == (True, False)
