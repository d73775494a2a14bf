"""From a receiver's options to its channel: the table of kinds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx
import structlog

from services.alerts.channels.alertmanager import alertmanager_post
from services.alerts.channels.apprise import AppriseChannel
from services.alerts.channels.email import EmailChannel
from services.alerts.channels.log import LogChannel
from services.alerts.channels.pagerduty import ALERTS_A_POST as PAGERDUTY_ALERTS_A_POST
from services.alerts.channels.pagerduty import pagerduty_post
from services.alerts.channels.posting import PostingChannel, Write
from services.alerts.channels.signing import keys_of
from services.alerts.channels.slack import slack_post
from services.alerts.channels.webhook import webhook_post
from services.alerts.destinations import Guard, guarded_client
from services.alerts.domain.posts import ALERTS_A_POST
from services.alerts.errors import DeliveryError
from services.alerts.receiver import Channel
from services.alerts.receiver_options import (
    AlertmanagerOptions,
    AnyOptions,
    AppriseOptions,
    EmailOptions,
    LogOptions,
    PagerDutyOptions,
    Secret,
    SlackOptions,
    WebhookOptions,
)
from services.shared.clock import Clock, WallClock
from services.shared.errors import SettingsError

Posting: TypeAlias = WebhookOptions | AlertmanagerOptions | PagerDutyOptions | SlackOptions


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What channels need beside their own options."""

    log: structlog.typing.FilteringBoundLogger
    console_url: str
    guard: Guard
    clock: Clock = field(default_factory=WallClock)
    client: Callable[[Guard], httpx.Client] = guarded_client


def channel_of(options: AnyOptions, around: Surroundings) -> Channel:
    """Connects to nobody yet. Raises SettingsError where it never could."""
    match options:
        case LogOptions():
            return LogChannel(around.log, around.console_url, options.name)
        case EmailOptions():
            return EmailChannel(options, around.guard, around.console_url)
        case AppriseOptions():
            return AppriseChannel(options.name, options.url, around.console_url)
        case _:
            write = _writing(options, around.console_url)
            client = around.client(around.guard)
            most = PAGERDUTY_ALERTS_A_POST if options.kind == "pagerduty" else ALERTS_A_POST
            return PostingChannel(options.name, write, client, around.clock, most)


def _writing(options: Posting, console: str) -> Write:
    """Secrets are read when a post is written, so that they can be replaced meanwhile."""
    match options:
        case WebhookOptions():
            url, keys = options.url, options.keys
            _check_keys(options)
            return lambda post, now: webhook_post(
                post, now, _text(url), keys_of(keys.read()) if keys else (), console
            )
        case AlertmanagerOptions():
            return lambda post, now: alertmanager_post(post, now, options.url, console)
        case PagerDutyOptions():
            return lambda post, _now: pagerduty_post(
                post, options.url, options.routing_key.read(), console
            )
        case SlackOptions():
            buttons = options.signing_secret is not None
            return lambda post, _now: slack_post(post, options.url.read(), console, buttons=buttons)


def _text(address: str | Secret) -> str:
    return address.read() if isinstance(address, Secret) else address


def _check_keys(options: WebhookOptions) -> None:
    try:
        keys_of(options.keys.read() if options.keys else "")
    except DeliveryError as error:
        raise SettingsError(f"The receiver {options.name!r}: {error}") from None
