"""What alerts add to the shared settings: whom they go to, and the name that this process has."""

import socket
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, HttpUrl, UrlConstraints

from services.shared.settings import Settings


class AlertsOptions(BaseModel):
    """`HANDOFF_ALERTS__WEBHOOK_URL` and its like."""

    webhook_url: Annotated[HttpUrl, UrlConstraints(max_length=2_000)] | None = Field(
        None, description="notices are POSTed here as JSON; without it they only go to the log"
    )
    console_url: HttpUrl | None = Field(
        None, description="the console as receivers reach it, where that is not its own address"
    )
    escalation: Path | None = Field(
        None, description="the file of ladders and routes; without it all receivers are told once"
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

    @property
    def console_url(self) -> str:
        if self.alerts.console_url:
            return str(self.alerts.console_url).rstrip("/")
        return self.endpoints.console.url
