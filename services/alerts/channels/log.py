"""Writes posts to the service's own log: always there, and what a demonstration shows."""

import structlog

from services.alerts.domain.digest import text_of
from services.alerts.domain.pages import page_of_post
from services.alerts.domain.posts import ALERTS_A_POST, Post


class LogChannel:
    """One line a post, a warning while somebody has something to do."""

    alerts_a_post = ALERTS_A_POST

    def __init__(
        self, log: structlog.typing.FilteringBoundLogger, console_url: str, name: str = "log"
    ) -> None:
        self.name = name
        self._log = log
        self._console_url = console_url

    def send(self, post: Post) -> str:
        alert = post.first.alert
        say = self._log.info if post.group.over else self._log.warning
        say(
            text_of(post),
            alerts=len(post.notices),
            alert=alert.key,
            reason=post.first.reason,
            condition=alert.condition,
            state=alert.state,
            subject=alert.promise.subject,
            url=page_of_post(post, self._console_url),
        )
        return "written to the log"
