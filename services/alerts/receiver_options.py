"""What can be said of a receiver in the receivers file, one class a kind; nothing connects here.

A secret is never written in the file: where an option `X` is one, `X_file` names the file that
holds it, or `X_env` the environment variable. It is read anew each time: it can be replaced.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, model_validator

from services.alerts.domain.hours import Hours, parse_hours
from services.alerts.errors import DeliveryError

PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
RATE = r"^[1-9]\d{0,4}/min$"
_BY_PLACE = ("_file", "_env")


class Secret(BaseModel):
    """Where a secret lies; its value is in no repr, dump or error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    file: Path | None = None
    env: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _never_inline(cls, given: object) -> object:
        if isinstance(given, dict):
            return given
        raise ValueError("is a secret and may not stand here; name its file or variable instead")

    @model_validator(mode="after")
    def _one_place(self) -> "Secret":
        if (self.file is None) == (self.env is None):
            raise ValueError("lies in one place; name its file or its variable")
        return self

    def read(self) -> str:
        """Raises DeliveryError: whoever lays the secret there later need not start us again."""
        try:
            text = self.file.read_text() if self.file else os.environ.get(self.env or "", "")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise DeliveryError(
                f"The secret's file {self.file} cannot be read ({why}); make it readable.",
                permanent=False,
            ) from None
        if not text.strip():
            raise DeliveryError(
                f"{self.file or self.env} holds no secret; write it there.", permanent=False
            )
        return text.strip()


def _web_address(text: str) -> str:
    return str(HttpUrl(text))


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
Address = Annotated[str, Field(max_length=2_000), AfterValidator(_web_address)]
Line = Annotated[str, Field(pattern=r"^[^\s<>\",;]+@[^\s<>\",;]+$", max_length=254)]


class HoursOptions(BaseModel):
    """`zone` is an IANA time zone; `only` are windows as a rotation of a schedule has them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: str
    only: tuple[str, ...] = Field(min_length=1, max_length=16)

    @model_validator(mode="after")
    def _readable(self) -> "HoursOptions":
        self.read()
        return self

    def read(self) -> Hours:
        return parse_hours(self.zone, self.only)


class Options(BaseModel):
    """What every receiver has: whom it falls back on, how many posts a minute it takes, and the
    hours outside of which it hears of nothing that can wait.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Name
    fallback: Name | None = None
    rate: str | None = Field(None, pattern=RATE)
    hours: HoursOptions | None = None
    collapse: bool = True
    """What was resolved before this receiver heard of it is not sent at all."""

    @model_validator(mode="before")
    @classmethod
    def _secrets_by_their_place(cls, given: Any) -> Any:  # noqa: ANN401 - what a file holds
        """`key_file: a` becomes `key: {file: a}`."""
        if not isinstance(given, dict):
            return given
        placed: dict[str, Any] = {}
        for option, value in given.items():
            ending = next((each for each in _BY_PLACE if str(option).endswith(each)), None)
            name = str(option).removesuffix(ending or "")
            if name in placed:
                raise ValueError(f"{name} is given twice; give it once")
            placed[name] = {ending.removeprefix("_"): value} if ending else value
        return placed

    @property
    def per_minute(self) -> int | None:
        return int(self.rate.partition("/")[0]) if self.rate else None


class LogOptions(Options):
    kind: Literal["log"]
    collapse: bool = False


class WebhookOptions(Options):
    """`keys` are whsec_ keys, one a line, the newest first: each signs, until the old one goes."""

    kind: Literal["webhook"]
    url: Address | Secret
    keys: Secret | None = None
    collapse: bool = False


class AlertmanagerOptions(Options):
    """`url` is its root, such as https://alertmanager.example; the API's path is added."""

    kind: Literal["alertmanager"]
    url: Address


class PagerDutyOptions(Options):
    """With the `signing_secret` of a V3 webhook subscription, whoever takes it up there has it."""

    kind: Literal["pagerduty"]
    routing_key: Secret
    signing_secret: Secret | None = None
    url: Address = PAGERDUTY
    rate: str | None = Field("120/min", pattern=RATE)
    """What PagerDuty is known to take for one routing key."""


class SlackOptions(Options):
    """`url` is an incoming webhook's, which lets whoever knows it write to the channel.

    With the `signing_secret` of the app that has the webhook, messages have a button to take the
    alert up; the app's interactivity has to lead to us.
    """

    kind: Literal["slack"]
    url: Secret
    signing_secret: Secret | None = None


class EmailOptions(Options):
    kind: Literal["email"]
    host: str = Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:-]+$")
    port: int = Field(587, ge=1, le=65535)
    tls: Literal["starttls", "implicit"] = "starttls"
    sender: Line
    to: tuple[Line, ...] = Field(min_length=1, max_length=50)
    username: str | None = None
    password: Secret | None = None

    @model_validator(mode="after")
    def _sign_in_whole(self) -> "EmailOptions":
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password_file or password_env go together")
        return self


class AppriseOptions(Options):
    """Anything else that Apprise can reach; the address says it all, so it is a secret."""

    kind: Literal["apprise"]
    url: Secret


AnyOptions = Annotated[
    LogOptions
    | WebhookOptions
    | AlertmanagerOptions
    | PagerDutyOptions
    | SlackOptions
    | EmailOptions
    | AppriseOptions,
    Field(discriminator="kind"),
]
