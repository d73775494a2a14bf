"""Writes notices to the service's own log: always there, and what a demonstration shows."""

import structlog

from services.alerts.domain.alert import Notice
from services.alerts.domain.pages import page_of


class LogChannel:
    """One line a notice, a warning while somebody has something to do."""

    def __init__(
        self, log: structlog.typing.FilteringBoundLogger, console_url: str, name: str = "log"
    ) -> None:
        self.name = name
        self._log = log
        self._console_url = console_url

    def send(self, notice: Notice) -> str:
        alert = notice.alert
        say = self._log.info if alert.end else self._log.warning
        say(
            notice.text,
            alert=alert.key,
            reason=notice.reason,
            condition=alert.condition,
            state=alert.state,
            subject=alert.promise.subject,
            url=page_of(alert.promise, self._console_url),
        )
        return "written to the log"
