"""From a signed request to an acknowledgement: who sent it, what it says, what it does to an alert.

It goes the way of every acknowledgement, and is in the audit under the name that the other system
gives. Whoever is not known hears nothing but that, a receiver that there is not included.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from opentelemetry.trace import SpanKind

from services.alerts.actions import acknowledge_alert
from services.alerts.domain.alert import Alert
from services.alerts.domain.requests import Acknowledge
from services.alerts.errors import DeliveryError, UnreadableReply
from services.alerts.handlers import Desk
from services.alerts.receiver_options import AnyOptions, PagerDutyOptions, SlackOptions
from services.alerts.replies.outcome import OF_OTHERS, STATUS, Outcome
from services.alerts.replies.pagerduty import pagerduty_reply
from services.alerts.replies.reply import Reply
from services.alerts.replies.saying import Say, in_hand
from services.alerts.replies.signatures import secrets_of, signed_by_pagerduty, signed_by_slack
from services.alerts.replies.slack import slack_reply
from services.alerts.rounds import TRANSIENT
from services.shared import telemetry as names
from services.shared.clock import Clock, Instant
from services.shared.errors import RefusalCode, Refused, SettingsError
from services.shared.telemetry import Telemetry

Sender = PagerDutyOptions | SlackOptions
Headers = Mapping[str, str]
"""Looked up in lower case."""


@dataclass(frozen=True, slots=True)
class Door:
    """`senders` by the name of their receiver. Alerts live by `clock`, signatures by the wall."""

    senders: Mapping[str, Sender]
    desk: Desk
    clock: Clock
    wall: Clock
    count: Callable[[str, Outcome], None]
    telemetry: Telemetry
    say: Say

    def answer(self, receiver: str, headers: Headers, body: bytes) -> HTTPStatus:
        """What the sender is answered, whatever it sent; a status and no more."""
        sender = self.senders.get(receiver)
        if sender is None:
            self.count("", Outcome.NOT_SIGNED)
            return STATUS[Outcome.NOT_SIGNED]
        outcome = self._outcome(sender, headers, body)
        self.count(receiver, outcome)
        if sender.kind == "pagerduty" and outcome in OF_OTHERS:
            return HTTPStatus.OK
        return STATUS[outcome]

    def _outcome(self, sender: Sender, headers: Headers, body: bytes) -> Outcome:
        now = self.wall.now()
        try:
            if not _is_signed(sender, headers, body, now):
                return Outcome.NOT_SIGNED
            reply = _read(sender, body, now)
            return self._take_up(sender, reply) if reply else Outcome.NOTHING
        except UnreadableReply:
            return Outcome.UNREADABLE
        except Refused as refusal:
            unknown = refusal.code is RefusalCode.NOT_FOUND
            return Outcome.NOT_KNOWN if unknown else Outcome.REFUSED
        except DeliveryError as error:
            return self._unable(sender, error)
        except TRANSIENT as error:
            return self._unable(sender, error)

    def _unable(self, sender: Sender, error: Exception) -> Outcome:
        self.telemetry.log.warning("reply not taken", receiver=sender.name, problem=str(error))
        return Outcome.UNABLE

    def _take_up(self, sender: Sender, reply: Reply) -> Outcome:
        """In a trace of its own: what strangers say of theirs is not read."""
        about = {names.HANDOFF_CHANNEL: sender.name, names.HANDOFF_ALERT_KEY: reply.keys[0]}
        with self.telemetry.span(
            f"reply {sender.name}", parent=(), kind=SpanKind.SERVER, attributes=about
        ):
            taken = self._taken_up(sender, reply)
        words = in_hand(taken, len(reply.keys))
        if words and reply.answer_at:
            self.say(reply.answer_at, words)
        return Outcome.TAKEN_UP

    def _taken_up(self, sender: Sender, reply: Reply) -> Sequence[Alert]:
        """Each by itself: what is over keeps nobody from the others. Raises Refused where none
        can be taken up.
        """
        taken, refused = list[Alert](), list[Refused]()
        for key in reply.keys:
            wish = Acknowledge(
                key,
                f"{sender.kind}:{reply.who}",
                reply.note,
                idempotency_key=f"{sender.name}:{reply.id}",
                through=sender.name,
            )
            try:
                taken.append(acknowledge_alert(wish, self.desk, self.clock.now()))
            except Refused as refusal:
                refused.append(refusal)
        if not taken:
            raise refused[0]
        return taken


def senders_of(receivers: tuple[AnyOptions, ...]) -> Mapping[str, Sender]:
    """The receivers whose systems may reply: those that have a signing secret.

    Raises SettingsError where it was not copied whole.
    """
    senders: dict[str, Sender] = {}
    for each in receivers:
        if isinstance(each, PagerDutyOptions | SlackOptions) and each.signing_secret:
            try:
                secrets_of(each.signing_secret.read())
            except DeliveryError as error:
                raise SettingsError(f"The receiver {each.name!r}: {error}") from None
            senders[each.name] = each
    return senders


def _is_signed(sender: Sender, headers: Headers, body: bytes, now: Instant) -> bool:
    """The secret is read anew each time, so that it can be replaced. Raises DeliveryError."""
    assert sender.signing_secret, "only those that have one are let in"
    secrets = secrets_of(sender.signing_secret.read())
    if sender.kind == "pagerduty":
        return signed_by_pagerduty(secrets, headers, body)
    return signed_by_slack(secrets, headers, body, now)


def _read(sender: Sender, body: bytes, now: Instant) -> Reply | None:
    return pagerduty_reply(body, now) if sender.kind == "pagerduty" else slack_reply(body)
