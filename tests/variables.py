"""The environment variables that each service reads, taken from its settings class."""

import importlib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec

import pytest
from pydantic import BaseModel

from services.local.programs import SERVICES
from services.shared.settings import Settings, load

OURS = "HANDOFF_"
TRACES = "OTEL_EXPORTER_OTLP_ENDPOINT"


def settings_of(service: str) -> type[Settings]:
    """The class of its own that a service fills, or else the shared one."""
    place = f"services.{service}.settings"
    if find_spec(place) is None:
        return Settings
    found = [
        value
        for value in vars(importlib.import_module(place)).values()
        if isinstance(value, type) and issubclass(value, Settings) and value.__module__ == place
    ]
    assert len(found) == 1, f"{place} has {len(found)} settings classes"
    return found[0]


def variables() -> set[str]:
    """Every name that some service reads."""
    return {TRACES}.union(*(_names(settings_of(service), OURS) for service in SERVICES))


def settings_with(
    monkeypatch: pytest.MonkeyPatch, service: str, environment: Mapping[str, str]
) -> Settings:
    """What a service makes of an environment; raises SettingsError as its start would."""
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load(settings_of(service))


def _names(settings: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in settings.model_fields.items():
        variable = prefix + name.upper()
        yield variable
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _names(field.annotation, f"{variable}__")
