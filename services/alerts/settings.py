"""What alerts add to the shared settings: whom they go to, and the name that this process has."""

import socket
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

import structlog
from pydantic import BaseModel, Field, HttpUrl, UrlConstraints

from services.alerts.domain.ladders import Escalation, everybody_at_once
from services.alerts.domain.schedules.calls import NO_CALLS, Calls
from services.alerts.domain.schedules.schedule import Schedule
from services.alerts.errors import SchedulesError
from services.alerts.escalation_file import load_escalation
from services.alerts.receiver_options import LogOptions, WebhookOptions
from services.alerts.receivers_file import ReceiversFile, read_receivers
from services.alerts.schedule_files import LiveSchedules, load_schedules
from services.shared.errors import SettingsError
from services.shared.settings import Settings


class AlertsOptions(BaseModel):
    """`HANDOFF_ALERTS__WEBHOOK_URL` and its like."""

    webhook_url: Annotated[HttpUrl, UrlConstraints(max_length=2_000)] | None = Field(
        None, description="notices are POSTed here as JSON, to the receiver `webhook`"
    )
    receivers: Path | None = Field(
        None, description="the receivers file; without it notices only go to the log"
    )
    console_url: HttpUrl | None = Field(
        None, description="the console as receivers reach it, where that is not its own address"
    )
    escalation: Path | None = Field(
        None, description="the file of ladders and routes; without it all receivers are told once"
    )
    schedules: Path | None = Field(
        None, description="the file of who is on call; that nobody will be is an alert"
    )
    watchdog_url: Annotated[HttpUrl, UrlConstraints(max_length=2_000)] | None = Field(
        None, description="told each minute that we live, by somebody who calls when it is not"
    )
    audit_anchor: Path | None = Field(
        None, description="the file that the audit's head is appended to, beside the log"
    )
    replies_port: int = Field(
        7306,
        ge=1,
        le=65535,
        description="where PagerDuty and Slack reply, if a receiver has a signing secret",
    )
    instance: str = Field(
        default_factory=socket.gethostname,
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="this process, the same after a restart; two that run at once must differ",
    )


class AlertsSettings(Settings):
    """The shared settings and those of alerts."""

    alerts: AlertsOptions = Field(default_factory=AlertsOptions)

    def checked(self) -> Self:
        """The same, once every file that it names is read. Raises SettingsError."""
        _ = self.receivers, self.schedules
        return self

    @property
    def console_url(self) -> str:
        if self.alerts.console_url:
            return str(self.alerts.console_url).rstrip("/")
        return self.endpoints.console.url

    @cached_property
    def escalation(self) -> Escalation:
        """The ladders and routes of the file, or everybody at once. Raises SettingsError."""
        if self.alerts.escalation is None:
            return everybody_at_once(self.receivers.direct)
        return load_escalation(self.alerts.escalation, self._receiver_names, self._schedules())

    @property
    def calls(self) -> Calls:
        """What the file of schedules has to answer for. Raises SettingsError."""
        return Calls(self.escalation.schedules_called, self._receiver_names)

    @property
    def _receiver_names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.receivers.receivers)

    @cached_property
    def schedules(self) -> Mapping[str, Schedule]:
        """By name; none where no file is set. Raises SettingsError."""
        return self._schedules(self.calls)

    def live_schedules(self, log: structlog.typing.FilteringBoundLogger) -> LiveSchedules:
        """Those of the file as it will be, with a line in `log` where it is wrong then."""
        return LiveSchedules(self.alerts.schedules, self.calls, self.schedules, log)

    def _schedules(self, calls: Calls = NO_CALLS) -> Mapping[str, Schedule]:
        if self.alerts.schedules is None:
            return {}
        try:
            return load_schedules(self.alerts.schedules, calls)
        except SchedulesError as error:
            raise SettingsError(str(error)) from error

    @cached_property
    def receivers(self) -> ReceiversFile:
        """Those of the file, or the log; beside them the one webhook. Raises SettingsError.

        Whoever starts the process chose the webhook's host, so it may be anywhere.
        """
        path, url = self.alerts.receivers, self.alerts.webhook_url
        if path:
            found = read_receivers(path)
        else:
            found = ReceiversFile(receivers=(LogOptions(name="log", kind="log"),))
        if url is None:
            return found
        if any(each.name == "webhook" for each in found.receivers):
            raise SettingsError(
                f"{path}: receiver 'webhook' is HANDOFF_ALERTS__WEBHOOK_URL already; name it"
                " otherwise, or leave the variable out."
            )
        webhook = WebhookOptions(name="webhook", kind="webhook", url=str(url))
        return ReceiversFile(
            allow=found.allow | {f"{url.host}:{url.port}"}, receivers=(*found.receivers, webhook)
        )
