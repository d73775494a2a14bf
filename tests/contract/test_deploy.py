"""The image and the compose file hold together, and say what the services understand.

No engine is started: whether the images of others start is not seen here.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.local.programs import SERVICES
from services.local.topics import CONFIG, MESSAGE_BYTES
from services.shared.settings import Endpoint
from tests.variables import OURS, TRACES, settings_with, variables

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
ONCE = "service_completed_successfully"
HEALTHY = "service_healthy"


@cache
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def container(name: str) -> dict[str, Any]:
    described: dict[str, Any] = compose()["services"][name]
    return described


def environment(name: str) -> dict[str, str]:
    given = container(name).get("environment", {})
    return {name: str(value) for name, value in given.items()}


def project() -> dict[str, Any]:
    described: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return described


def ours() -> list[str]:
    """The containers of this project's image."""
    return [name for name in compose()["services"] if "build" in container(name)]


def kafka_listeners() -> set[str]:
    told = environment("kafka")["KAFKA_ADVERTISED_LISTENERS"]
    return {listener.partition("://")[2] for listener in told.split(",")}


def test_every_service_is_in_the_compose_file_with_the_topics_before_it() -> None:
    assert set(ours()) == {*SERVICES, "topics"}
    for name in SERVICES:
        assert container(name)["command"] == ["python", "-P", "-m", f"services.{name}"]
        assert container(name)["depends_on"]["topics"]["condition"] == ONCE
    assert container("topics")["command"] == ["handoff", "topics"]
    assert container("topics")["depends_on"]["kafka"]["condition"] == HEALTHY


@pytest.mark.parametrize("name", ours())
def test_every_variable_of_a_container_is_a_setting(name: str) -> None:
    assert environment(name).keys() <= variables()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_with_its_environment_and_finds_the_others(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings = settings_with(monkeypatch, name, environment(name))
    assert settings.kafka.bootstrap in kafka_listeners()
    for other in ("tracker", "alerts"):
        endpoint: Endpoint = getattr(settings.endpoints, other)
        if container(name).get("network_mode") == "host":
            assert endpoint.host == "127.0.0.1"
            assert f"127.0.0.1:{endpoint.grpc}:{endpoint.grpc}" in container(other)["ports"]
        else:
            assert endpoint.host == other


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_asked_whether_it_is_ready_where_it_listens(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings = settings_with(monkeypatch, name, environment(name))
    endpoint: Endpoint = getattr(settings.endpoints, name)
    *command, probe, port = container(name)["healthcheck"]["test"]
    assert command == ["CMD", "python", "-I", "-c"]
    compile(probe, "probe", "exec")
    assert int(port) == endpoint.http
    if "ports" in container(name):
        published = [f"127.0.0.1:{each}:{each}" for each in (endpoint.grpc, endpoint.http)]
        assert container(name)["ports"] == published
        assert settings.listen == "0.0.0.0"


def test_the_mongo_that_services_are_told_of_is_the_replica_set_that_is_made() -> None:
    uri = environment("sales")["HANDOFF_MONGO__URI"]
    address, name = re.fullmatch(r"mongodb://([\w:]+)/\?replicaSet=(\w+)", uri).groups()  # type: ignore[union-attr]
    script = container("replica-set")["command"][-1]
    assert f'host: "{address}"' in script
    assert f'_id: "{name}"' in script
    assert container("mongo")["command"][1:3] == ["--replSet", name]


def test_kafka_is_the_one_of_the_lock_with_the_limits_of_the_topics() -> None:
    lock = tomllib.loads((ROOT / "kafka.lock.toml").read_text())
    version = lock["dependencies"][0]["version"]
    assert container("kafka")["image"] == f"apache/kafka:{version}"
    told = environment("kafka")
    assert told["KAFKA_MESSAGE_MAX_BYTES"] == str(MESSAGE_BYTES)
    assert told["KAFKA_LOG_MESSAGE_TIMESTAMP_TYPE"] == CONFIG["message.timestamp.type"]
    assert told["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_image_bears_the_version_of_the_project() -> None:
    image = f"handoff:{project()['project']['version']}"
    assert {container(name)["image"] for name in ours()} == {image}
    assert image in DOCKERFILE


def test_nothing_is_published_beyond_this_machine() -> None:
    for name in compose()["services"]:
        for port in container(name).get("ports", []):
            assert port.startswith("127.0.0.1:"), name


@pytest.mark.parametrize("name", ours())
def test_our_containers_may_do_no_more_than_they_need(name: str) -> None:
    assert container(name)["read_only"] is True
    assert container(name)["tmpfs"] == ["/tmp"]
    assert container(name)["cap_drop"] == ["ALL"]
    assert container(name)["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", compose()["services"])
def test_what_a_container_waits_for_can_come(name: str) -> None:
    for other, wait in container(name).get("depends_on", {}).items():
        match wait["condition"]:
            case "service_healthy":
                assert "healthcheck" in container(other)
            case "service_completed_successfully":
                assert "restart" not in container(other)
            case condition:
                assert condition == "service_started"


@pytest.mark.parametrize("name", compose()["services"])
def test_what_a_container_mounts_is_there(name: str) -> None:
    for volume in container(name).get("volumes", []):
        source = volume.split(":")[0]
        there = (DEPLOY / source).is_file() if source.startswith(".") else source in volumes()
        assert there, source


def volumes() -> dict[str, Any]:
    declared: dict[str, Any] = compose()["volumes"]
    return declared


def test_spans_go_through_the_collector_to_jaeger() -> None:
    told = yaml.safe_load((DEPLOY / "otel-collector.yaml").read_text())
    traces = told["service"]["pipelines"]["traces"]
    for kind, names in traces.items():
        assert set(names) <= told[kind].keys()
    port = told["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"].rpartition(":")[2]
    assert environment("sales")[TRACES] == f"http://collector:{port}"
    assert f"127.0.0.1:{port}:{port}" in container("collector")["ports"]
    assert told["exporters"]["otlp_grpc/jaeger"]["endpoint"].startswith("jaeger:")
    assert "jaeger" in compose()["services"]


def test_the_image_is_of_python_3_11_and_runs_as_nobody() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert set(bases) == {"python:3.11-slim"}
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "USER 65532:65532" in final
    assert "ENTRYPOINT" not in final
    assert set(re.findall(rf"{OURS}\w+", final)) <= variables()


def test_the_image_is_installed_from_the_lock_by_hash() -> None:
    installs = re.findall(r"uv pip install(?:.*\\\n)*.*", DOCKERFILE)
    dependencies, project_itself = installs
    assert "--require-hashes --constraints requirements.lock" in dependencies
    assert "--require-build-hashes" in project_itself
    assert "--build-constraints requirements.lock" in project_itself
    uv = re.findall(r"uv==\S+", (ROOT / "Makefile").read_text())
    assert set(re.findall(r"uv==\S+", DOCKERFILE)) == set(uv)


def test_the_image_is_built_from_all_that_the_wheel_holds_and_nothing_else() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    wheel = project()["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *("pyproject.toml", "requirements.lock", project()["project"]["readme"]),
        *project()["project"]["license-files"],
        *wheel["packages"],
        *wheel["force-include"],
    }
    assert "*" in rules
    allowed = [rule[1:] for rule in rules if rule.startswith("!")]
    ends = {rule for rule in allowed if f"{rule}/*" not in rules}
    for path in needed:
        assert any(path == end or path.startswith(f"{end}/") for end in ends), path
    for end in ends:
        assert any(path == end or path.startswith(f"{end}/") for path in needed), end
