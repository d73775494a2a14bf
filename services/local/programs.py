"""The project's services as programs of a supervisor: each told where all the others are."""

import sys
from collections.abc import Iterable, Mapping

from services.local.ports import Ports
from services.local.supervisor import Program
from services.shared.settings import Endpoint, Endpoints

SERVICES = ("sales", "operations", "finance", "support", "tracker", "alerts", "console")
"""In order of start; each is `python -m services.<name>` and a field of `Endpoints`."""

COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT"


def place(usual: Endpoints, ports: Ports) -> Endpoints:
    """Where each service listens: its usual ports, or others where these are taken."""
    return Endpoints(**{name: _place(getattr(usual, name), ports) for name in SERVICES})


def endpoint_variables(endpoints: Endpoints) -> dict[str, str]:
    """The settings that say where each service listens."""
    return {
        f"HANDOFF_ENDPOINTS__{name.upper()}__{key.upper()}": str(value)
        for name in SERVICES
        for key, value in getattr(endpoints, name).model_dump().items()
    }


def traces_to(endpoints: Endpoints) -> dict[str, str]:
    """OpenTelemetry's own variables: the console keeps the spans, and nobody waits long for it."""
    address = f"http://{endpoints.console.grpc_address}"
    return {COLLECTOR: address, "OTEL_EXPORTER_OTLP_TIMEOUT": "2"}


def service_programs(names: Iterable[str], environment: Mapping[str, str]) -> list[Program]:
    """`-P` keeps the working folder off the import path: a `services` there is not ours."""
    return [
        Program(
            name=name,
            command=(sys.executable, "-P", "-m", f"services.{name}"),
            environment={"PYTHONUNBUFFERED": "1", **environment},
        )
        for name in names
    ]


def _place(usual: Endpoint, ports: Ports) -> Endpoint:
    return Endpoint(host=usual.host, grpc=ports.take(usual.grpc), http=ports.take(usual.http))
