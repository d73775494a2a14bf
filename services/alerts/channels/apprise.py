"""Anything else, by Apprise, where it is installed: `pip install 'handoff[apprise]'`.

Apprise connects by itself, so what is said of destinations does not hold for it.
"""

from dataclasses import dataclass

from services.alerts.domain.digest import text_of, title_of
from services.alerts.domain.pages import page_of_post
from services.alerts.domain.posts import ALERTS_A_POST, Post
from services.alerts.domain.words import shortened
from services.alerts.errors import DeliveryError
from services.alerts.receiver_options import Secret
from services.shared.errors import SettingsError

TITLE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """Sends one message a post; Apprise only says whether it worked."""

    name: str
    url: Secret
    console_url: str
    alerts_a_post: int = ALERTS_A_POST

    def __post_init__(self) -> None:
        try:
            import apprise  # noqa: F401, PLC0415 - optional, and slow to import
        except ImportError:
            raise SettingsError(
                f"The receiver {self.name!r} needs Apprise; install `handoff[apprise]`."
            ) from None

    def send(self, post: Post) -> str:
        """Raises DeliveryError, permanent where the address is none that Apprise knows."""
        import apprise  # noqa: PLC0415 - optional, and slow to import

        service = apprise.Apprise()
        if not service.add(self.url.read()):
            raise DeliveryError(
                f"Apprise does not know the address of {self.name}.", permanent=True
            )
        title, body = written(post, self.console_url)
        if not service.notify(title=title, body=body):
            raise DeliveryError(f"Apprise could not reach {self.name}.", permanent=False)
        return "Apprise delivered it"


def written(post: Post, console_url: str) -> tuple[str, str]:
    """Title and body, in plain text."""
    title = shortened(title_of(post), TITLE_LIMIT)
    return title, f"{text_of(post)}\n{page_of_post(post, console_url)}"
