"""Every setting that services share, read once from `HANDOFF_*`; a bad value stops the start.

Nested names use two underscores (`HANDOFF_KAFKA__BOOTSTRAP`). A secret may come from a file:
`HANDOFF_SECRETS` names a folder that holds one file a setting, `handoff_kafka__password` for one.
"""

import os
import re
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as UnreadableSettings

from services.shared.errors import SettingsError
from services.shared.subjects import (
    DEPARTMENTS,
    ONCALL,
    RESERVED_PARTIES,
    VERDICTS_TOPIC,
    Kind,
    topic_of,
    valid_name,
)


class KafkaSettings(BaseModel):
    """Where the broker is, how we know that it is the right one, and who we are.

    With a `username` we prove it by SCRAM-SHA-512, and only over TLS.
    """

    bootstrap: str = Field("127.0.0.1:9092", description="host:port, several with commas")
    tls: bool = False
    ca_file: Path | None = Field(
        None, description="PEM of who signed the broker's certificate; by default the system's"
    )
    username: str = ""
    password: SecretStr = SecretStr("")

    def model_post_init(self, _context: object) -> None:
        """Refuses what would connect otherwise than its reader believes; never says a secret."""
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise SettingsError(
                "HANDOFF_KAFKA__USERNAME and HANDOFF_KAFKA__PASSWORD go together; set both or none."
            )
        if not self.tls and (self.username or self.ca_file):
            raise SettingsError(
                "HANDOFF_KAFKA__USERNAME and HANDOFF_KAFKA__CA_FILE need HANDOFF_KAFKA__TLS=true."
            )
        if self.ca_file and not self.ca_file.is_file():
            raise SettingsError(f"HANDOFF_KAFKA__CA_FILE is {self.ca_file}, and that is no file.")


class MongoSettings(BaseModel):
    """Where the replica set is; transactions need one, even of a single member.

    The URI says all that a client has to know, TLS and the password too, so nothing shows it.
    """

    uri: str = Field("mongodb://127.0.0.1:27017/?replicaSet=handoff", repr=False)
    database: str = "handoff"

    @property
    def shown(self) -> str:
        """The URI without who signs in."""
        scheme, _, rest = self.uri.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"


class Endpoint(BaseModel):
    """Where one service is reached: `grpc` for calls, `http` for health, metrics and pages."""

    host: str = "127.0.0.1"
    grpc: int = Field(ge=1, le=65535)
    http: int = Field(ge=1, le=65535)

    @property
    def grpc_address(self) -> str:
        return f"{self.host}:{self.grpc}"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.http}"


class Endpoints(BaseModel):
    """One a service; `HANDOFF_ENDPOINTS__TRACKER__GRPC=7105` moves one."""

    sales: Endpoint = Endpoint(grpc=7101, http=7201)
    operations: Endpoint = Endpoint(grpc=7102, http=7202)
    finance: Endpoint = Endpoint(grpc=7103, http=7203)
    support: Endpoint = Endpoint(grpc=7104, http=7204)
    tracker: Endpoint = Endpoint(grpc=7105, http=7205)
    alerts: Endpoint = Endpoint(grpc=7106, http=7206)
    console: Endpoint = Endpoint(grpc=7107, http=7207)

    @model_validator(mode="before")
    @classmethod
    def _the_rest_as_usual(cls, given: object) -> object:
        """Whoever names a host, or one port, leaves the others where they are."""
        if not isinstance(given, dict):
            return given
        usual = {name: field.default.model_dump() for name, field in cls.model_fields.items()}
        return {
            name: usual.get(name, {}) | part if isinstance(part, dict) else part
            for name, part in given.items()
        }


class Party(BaseModel):
    """One that may speak: what it may say beyond the built-in types, and how late it may be."""

    types: dict[str, Kind] = Field(
        default_factory=dict, description="its own event types and the kind of subject of each"
    )
    allowed_lateness_s: float | None = Field(
        None, ge=0, description="for a party that cannot send heartbeats"
    )
    backfill: tuple[str, ...] = Field(
        (),
        description="its sources that tell of the past, such as an import: what they tell opens"
        " promises however old it is, and silently where it is due already",
    )


def default_parties() -> dict[str, Party]:
    return {party: Party() for party in (*DEPARTMENTS, ONCALL)}


class Settings(BaseSettings):
    """What each service needs to know about its surroundings."""

    model_config = SettingsConfigDict(
        env_prefix="HANDOFF_",
        env_nested_delimiter="__",
        secrets_dir=os.environ.get("HANDOFF_SECRETS"),
        extra="ignore",
    )

    kafka: KafkaSettings = KafkaSettings()
    mongo: MongoSettings = MongoSettings()
    partitions: int = Field(4, ge=1, le=1024, description="of every party's topic, for life")
    parties: dict[str, Party] = Field(default_factory=default_parties)
    clock: Literal["wall", "heartbeats"] = "wall"
    listen: str = Field("127.0.0.1", description="the address that gRPC and HTTP listen on")
    endpoints: Endpoints = Endpoints()
    home: Path = Path("~/.local/share/handoff")
    log: Literal["json", "text"] = "json"
    spans_file: Path | None = Field(None, description="spans are also appended here, a line each")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A secret's file may be of a nested setting; a variable of the same name goes before."""
        secrets = NestedSecretsSettingsSource(file_secret_settings)
        return init_settings, env_settings, secrets

    def model_post_init(self, _context: object) -> None:
        self.parties = default_parties() | self.parties
        for party in self.parties:
            if party in RESERVED_PARTIES or not valid_name(party):
                raise SettingsError(
                    f"HANDOFF_PARTIES names a party {party!r}; use lower-case letters,"
                    f" digits and hyphens, and none of {', '.join(sorted(RESERVED_PARTIES))}."
                )
        self.home = self.home.expanduser()

    @property
    def own_types(self) -> dict[str, Kind]:
        """The event types that parties declare beyond the built-in ones, by full name."""
        return {
            f"{name}.{event_type}": kind
            for name, party in self.parties.items()
            for event_type, kind in party.types.items()
        }

    @property
    def topics(self) -> tuple[str, ...]:
        """Where events and verdicts lie: a topic a party, and the verdicts."""
        return (*map(topic_of, self.parties), VERDICTS_TOPIC)

    @property
    def backfilling(self) -> frozenset[tuple[str, str]]:
        """The sources that tell of the past, each with its party."""
        return frozenset(
            (name, source) for name, party in self.parties.items() for source in party.backfill
        )

    @property
    def heartbeating_parties(self) -> tuple[str, ...]:
        """Those that say how far they have come; the others declare how late they may be."""
        return tuple(
            name
            for name, party in self.parties.items()
            if name != ONCALL and party.allowed_lateness_s is None
        )


_S = TypeVar("_S", bound=Settings)


def load(settings: type[_S]) -> _S:
    """Fill `settings` from the environment; raises SettingsError that names each bad variable."""
    try:
        return settings()
    except ValidationError as error:
        lines = [
            f"HANDOFF_{'__'.join(str(part) for part in problem['loc']).upper()}:"
            f" {problem['msg']} (it is {problem['input']!r})"
            for problem in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from None
    except UnreadableSettings as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = f"HANDOFF_{field[1].upper()}" if field else "A HANDOFF_ variable"
        raise SettingsError(
            f"{name} is not JSON; write its parts as {name}__<PART>=... or give a JSON object."
        ) from None
