"""What the console adds to the shared settings, and their one rule: no login, no network."""

import getpass
import ipaddress
from typing import Literal

from pydantic import Field

from services.shared.errors import SettingsError
from services.shared.settings import Settings

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def _this_user() -> str:
    """The one who started the console: without a login it is that person who acts."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name
        return "operator"


class ConsoleSettings(Settings):
    """The shared settings, who may look, and in whose name a click acts."""

    login: Literal["none"] = Field(
        "none", description="`none`: whoever reaches the page may act; on loopback only"
    )
    actor: str = Field(
        default_factory=_this_user,
        min_length=1,
        max_length=100,
        description="who acts, where there is no login",
    )
    department: str = Field(
        "", max_length=100, description="whose console this is, for its own part of the list"
    )
    hosts: tuple[str, ...] = Field(
        (), description="names, besides loopback's, that the page is asked for by a local proxy"
    )

    def model_post_init(self, context: object) -> None:
        Settings.model_post_init(self, context)
        if self.login == "none" and not is_loopback(self.listen):
            raise SettingsError(
                f"HANDOFF_LISTEN is {self.listen!r} and HANDOFF_LOGIN is 'none': anybody on that"
                " network could read the page and acknowledge, snooze and release. Set"
                " HANDOFF_LISTEN=127.0.0.1 for the console, and reach it from elsewhere through an"
                " SSH tunnel or a reverse proxy on this machine that asks for a login"
                " (name its host in HANDOFF_HOSTS)."
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`; any name but localhost may point anywhere."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
