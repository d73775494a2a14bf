"""Messages by e-mail, over TLS alone; those of one alert are one conversation, and a
message about several stands alone.

A message has the same id however often it is sent, so that a mailbox can drop what it has.
"""

import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.alerts.destinations import CONNECT_S, Guard
from services.alerts.domain.alert import Reason
from services.alerts.domain.digest import text_of, title_of
from services.alerts.domain.pages import pages_beside
from services.alerts.domain.posts import ALERTS_A_POST, Post
from services.alerts.domain.words import one_line, shortened
from services.alerts.errors import DeliveryError
from services.alerts.receiver_options import EmailOptions
from services.shared.clock import to_datetime

SUBJECT_LIMIT = 200
_PERMANENT_FROM = 500


def as_message(post: Post, sender: str, to: Sequence[str], console_url: str) -> EmailMessage:
    """The alert's first notice begins the conversation, all others answer it."""
    domain = sender.rpartition("@")[2]
    beginning = f"<{post.first.alert.key}@{domain}>"
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Subject"] = shortened(title_of(post), SUBJECT_LIMIT)
    message["Date"] = format_datetime(to_datetime(max(notice.at for notice in post.notices)))
    single = len(post.notices) == 1
    if single and post.first.reason is Reason.FIRST_NOTICE:
        message["Message-ID"] = beginning
    else:
        message["Message-ID"] = f"<{post.id.replace(':', '.')}@{domain}>"
        if single:
            message["In-Reply-To"] = message["References"] = beginning
    message["Auto-Submitted"] = "auto-generated"
    for key in post.keys:
        message["X-Handoff-Alert"] = key
    message.set_content(_body(post, console_url), cte="quoted-printable")
    return message


def _body(post: Post, console_url: str) -> str:
    lines = [f"{text}: {href}" for text, href in pages_beside(post, console_url)]
    if len(post.notices) == 1 and not post.group.over:
        lines.append(f"In hand: handoff ack {post.first.alert.key}")
    return "\n".join([text_of(post), "", *lines, ""])


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """Sends one message a post, each over a connection of its own."""

    options: EmailOptions
    guard: Guard
    console_url: str
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    alerts_a_post: int = ALERTS_A_POST

    @property
    def name(self) -> str:
        return self.options.name

    def send(self, post: Post) -> str:
        """What was answered; raises DeliveryError, permanent where the server said 5xx."""
        options = self.options
        message = as_message(post, options.sender, options.to, self.console_url)
        address = self.guard.addresses(options.host, options.port)[0]
        try:
            with _Connection(options, address, self.context) as connection:
                connection.sign_in(options)
                refused = connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise self._failed(max(error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise self._failed((error.smtp_code, error.smtp_error)) from None
        except UnicodeError:
            raise DeliveryError(
                f"{options.host} can be signed in to with ASCII characters only.", permanent=True
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(
                f"{options.host} does not take mail: {type(error).__name__} {error}",
                permanent=isinstance(error, smtplib.SMTPNotSupportedError),
            ) from error
        beside = f", but not for {', '.join(sorted(refused))}" if refused else ""
        return f"{options.host} took it{beside}"

    def _failed(self, answer: tuple[int, bytes | str]) -> DeliveryError:
        code, said = answer
        text = one_line(said if isinstance(said, str) else said.decode(errors="replace"))
        return DeliveryError(
            f"{self.options.host} answered {code}: {text[:SUBJECT_LIMIT]}",
            permanent=code >= _PERMANENT_FROM,
        )


class _Connection(smtplib.SMTP):
    """Goes to the address that was judged, and is whom the certificate names."""

    def __init__(self, options: EmailOptions, address: str, context: ssl.SSLContext) -> None:
        self._address, self._tls = address, context
        self._implicit = options.tls == "implicit"
        super().__init__(options.host, options.port, socket.gethostname(), CONNECT_S)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self._address, port), timeout)
        return self._tls.wrap_socket(plain, server_hostname=host) if self._implicit else plain

    def sign_in(self, options: EmailOptions) -> None:
        """Only over TLS; a server that has none is not spoken to."""
        if not self._implicit:
            self.starttls(context=self._tls)
        if options.username and options.password:
            self.login(options.username, options.password.read())
