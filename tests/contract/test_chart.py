"""The Helm chart, rendered: valid for Kubernetes, understood by the services, safe by default.

No cluster is asked: whether pods start in one is not seen here.
"""

import tomllib
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml

from services.alerts.settings import AlertsSettings
from services.local.programs import SERVICES
from services.shared.settings import Endpoint, MongoSettings
from services.tracker.agreement_files import load_folder, shipped
from tests.charting import (
    CHART,
    ONCALL,
    Release,
    component,
    container,
    environment,
    mounted,
    of,
    pod,
    render,
    services,
)
from tests.variables import settings_with, variables

AGREEMENTS = {path.name: path.read_text() for path in shipped("olist").glob("*.yaml")}
LARGE: dict[str, Any] = {
    "kafka": {"bootstrap": "kafka-1:9092,kafka-2:9092", "partitions": 128},
    "mongo": {"secret": {"name": "mongo-login"}},
    "collector": "http://collector.telemetry:4317",
    "agreements": AGREEMENTS,
    "oncall": {**ONCALL, "secret": {"name": "oncall"}},
    "environment": {"HANDOFF_PARTIES": '{"carrier": {"allowed_lateness_s": 60}}'},
    "secrets": ["webhook"],
    "image": {"repository": "registry.example/handoff", "tag": "7", "pullSecrets": ["registry"]},
    "podAnnotations": {"prometheus.io/scrape": "true"},
    "services": {
        "tracker": {"replicas": 3, "environment": {"HANDOFF_TRACKER__SESSION_S": "20"}},
        "alerts": {"replicas": 2, "replies": 8306},
        "sales": {"grpc": 8101, "resources": {"requests": {"memory": "256Mi"}}},
    },
}
SMALL: dict[str, Any] = {
    "mongo": {"uri": "mongodb+srv://cluster.example/"},
    "topics": {"enabled": False},
    "services": {"console": None, "support": {"replicas": 0}},
}
SIGNED_IN: dict[str, Any] = {
    "kafka": {
        "tls": True,
        "username": "handoff",
        "secret": {"name": "kafka-login", "ca": "ca.crt"},
    },
}
VALUES = {"default": {}, "large": LARGE, "small": SMALL}
OLDEST, NEWEST = "1.29", "1.37"


@pytest.fixture(params=VALUES)
def release(request: pytest.FixtureRequest) -> Release:
    return render(VALUES[request.param])


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_document_is_one_that_kubernetes_takes(release: Release, version: str) -> None:
    for document in release.documents:
        kubernetes_validate.validate(document, version, strict=True)


def test_the_chart_has_no_fault_that_helm_finds() -> None:
    for values in VALUES.values():
        report = helm_python.lint(CHART, values, strict=True)
        assert report["errors"] == []


def test_the_chart_bears_the_version_of_the_project_and_the_oldest_kubernetes_that_is_tested() -> (
    None
):
    project = tomllib.loads((CHART.parents[1] / "pyproject.toml").read_text())["project"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["version"] == chart["appVersion"] == project["version"]
    assert chart["kubeVersion"] == f">={OLDEST}.0-0"


def test_every_service_is_in_the_chart_with_its_own_command() -> None:
    installed = {component(each): container(each)["command"] for each in services(render({}))}
    assert installed == {name: ["python", "-P", "-m", f"services.{name}"] for name in SERVICES}


def test_every_variable_is_a_setting(release: Release) -> None:
    for workload in release.workloads:
        assert environment(workload).keys() <= variables()


def test_each_service_starts_with_its_environment_and_finds_the_others(
    monkeypatch: pytest.MonkeyPatch, release: Release
) -> None:
    reachable = {
        (each["metadata"]["name"], port["name"]): port["port"]
        for each in release.of("Service")
        for port in each["spec"]["ports"]
    }
    for workload in services(release):
        name = component(workload)
        settings = settings_with(monkeypatch, name, environment(workload))
        for other in {component(each) for each in services(release)} - {name, "console"}:
            endpoint: Endpoint = getattr(settings.endpoints, other)
            assert endpoint.grpc == reachable[endpoint.host, "grpc"]
            assert endpoint.http == reachable[endpoint.host, "http"]


def test_each_service_listens_on_the_ports_of_its_container(
    monkeypatch: pytest.MonkeyPatch, release: Release
) -> None:
    for workload in services(release):
        name = component(workload)
        settings = settings_with(monkeypatch, name, environment(workload))
        endpoint = getattr(settings.endpoints, name).model_dump()
        if isinstance(settings, AlertsSettings):
            endpoint["replies"] = settings.alerts.replies_port
        for port in container(workload)["ports"]:
            assert port["containerPort"] == endpoint[port["name"]]
        assert settings.listen == ("127.0.0.1" if name == "console" else "0.0.0.0")


def test_each_is_asked_whether_it_lives_and_is_ready(release: Release) -> None:
    for workload in services(release):
        for kind, path in {
            "startupProbe": "/healthz",
            "livenessProbe": "/healthz",
            "readinessProbe": "/readyz",
        }.items():
            probe = container(workload)[kind]
            if component(workload) == "console":
                code = probe["exec"]["command"][-1]
                compile(code, kind, "exec")
                assert f'"{path}"' in code
                assert "7207" in code
            else:
                assert probe["httpGet"] == {"path": path, "port": "http"}


def test_a_pod_whose_name_is_known_to_kafka_keeps_it(release: Release) -> None:
    stable = release.of("StatefulSet")
    assert {component(each) for each in stable} == {"tracker", "alerts"}
    for workload in stable:
        name = workload["metadata"]["name"]
        governing = release.one("Service", workload["spec"]["serviceName"])
        assert governing["spec"]["clusterIP"] == "None"
        told = environment(workload)
        upper = component(workload).upper()
        assert told[f"HANDOFF_{upper}__INSTANCE"] == f"{name}-0"
        address = f"{name}-0.{governing['metadata']['name']}"
        assert told[f"HANDOFF_ENDPOINTS__{upper}__HOST"] == address


def test_no_pod_may_do_more_than_it_needs(release: Release) -> None:
    for workload in release.workloads:
        security = pod(workload)["securityContext"]
        assert security["runAsNonRoot"] is True
        assert security["runAsUser"] == 65532
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container(workload)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert pod(workload)["automountServiceAccountToken"] is False
        assert {"name": "tmp", "emptyDir": {}} in pod(workload)["volumes"]
        assert {"name": "tmp", "mountPath": "/tmp"} in container(workload)["volumeMounts"]
        assert "memory" in container(workload)["resources"]["requests"]


def test_topics_are_made_before_anything_else_is_there() -> None:
    job = render(LARGE).one("Job", "handoff-topics")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert container(job)["command"] == ["handoff", "topics"]
    told = environment(job)
    assert told["HANDOFF_KAFKA__BOOTSTRAP"] == LARGE["kafka"]["bootstrap"]
    assert told["HANDOFF_PARTITIONS"] == "128"
    assert told["HANDOFF_PARTIES"] == LARGE["environment"]["HANDOFF_PARTIES"]
    assert all("configMap" not in volume for volume in pod(job)["volumes"])


def test_no_topics_are_made_where_that_is_not_wanted() -> None:
    assert render(SMALL).of("Job") == []


def test_the_tracker_reads_the_agreements_of_the_values(tmp_path: Path) -> None:
    release = render(LARGE)
    tracker = of("tracker", release)
    assert environment(tracker)["HANDOFF_AGREEMENTS"] == mounted(tracker)["agreements"]
    (volume,) = (each for each in pod(tracker)["volumes"] if each["name"] == "agreements")
    for file, text in release.one("ConfigMap", volume["configMap"]["name"])["data"].items():
        (tmp_path / file).write_text(text)
    assert load_folder(tmp_path).hash == load_folder(shipped("olist")).hash


def test_without_agreements_in_the_values_the_shipped_ones_apply() -> None:
    release = render({})
    assert release.of("ConfigMap") == []
    assert all("HANDOFF_AGREEMENTS" not in environment(each) for each in release.workloads)


def test_a_changed_agreement_starts_the_tracker_again_and_nothing_else() -> None:
    changed = {**LARGE, "agreements": dict.fromkeys(AGREEMENTS, "agreement: another")}
    before, after = (
        {component(each): each["spec"]["template"] for each in services(render(values))}
        for values in (LARGE, changed)
    )
    assert {name for name in before if before[name] != after[name]} == {"tracker"}


def test_an_address_out_of_a_secret_stands_nowhere_in_the_documents() -> None:
    release = render(LARGE)
    assert MongoSettings().uri not in str(release.documents)
    for workload in services(release):
        (uri,) = (each for each in container(workload)["env"] if "MONGO__URI" in each["name"])
        reference = {"secretKeyRef": {"name": "mongo-login", "key": "uri"}}
        assert uri == {"name": "HANDOFF_MONGO__URI", "valueFrom": reference}
        assert container(workload)["envFrom"] == [{"secretRef": {"name": "webhook"}}]


def test_every_client_of_kafka_signs_in_with_what_is_in_the_secret() -> None:
    for workload in render(SIGNED_IN).workloads:
        kubernetes_validate.validate(workload, OLDEST, strict=True)
        (password,) = (each for each in container(workload)["env"] if "PASSWORD" in each["name"])
        reference = {"secretKeyRef": {"name": "kafka-login", "key": "password"}}
        assert password == {"name": "HANDOFF_KAFKA__PASSWORD", "valueFrom": reference}
        told = environment(workload)
        assert (told["HANDOFF_KAFKA__TLS"], told["HANDOFF_KAFKA__USERNAME"]) == ("true", "handoff")
        assert told["HANDOFF_KAFKA__CA_FILE"] == f"{mounted(workload)['kafka']}/ca.pem"
        (volume,) = (each for each in pod(workload)["volumes"] if each["name"] == "kafka")
        items = [{"key": "ca.crt", "path": "ca.pem"}]
        assert volume["secret"] == {"secretName": "kafka-login", "items": items}


def test_without_an_authority_in_the_values_nothing_of_kafka_is_mounted() -> None:
    for workload in render({}).workloads:
        assert [mount["name"] for mount in container(workload)["volumeMounts"]] == ["tmp"]
        assert "HANDOFF_KAFKA__CA_FILE" not in environment(workload)


def test_the_console_is_reached_by_a_forwarded_port_only() -> None:
    release = render({})
    assert "console" not in {component(each) for each in release.of("Service")}
    assert "port-forward deployment/handoff-console 7207" in release.notes
    assert "console" not in render(SMALL).notes


def test_the_longest_name_of_a_release_leaves_room_for_every_name() -> None:
    release = render({}, name="x" * 53)
    for document in release.documents:
        assert len(document["metadata"]["name"]) <= (
            52 if document["kind"] == "StatefulSet" else 63
        )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kafka": {"partitions": 0}}, "/kafka/partitions"),
        ({"kafka": {"bootstrap": "kafka"}}, "/kafka/bootstrap"),
        ({"mongo": {"uri": "127.0.0.1:27017"}}, "/mongo/uri"),
        ({"services": {"sales": {"replica": 2}}}, "/services/sales"),
        ({"kafka": {"username": "handoff"}}, "needs `kafka.secret.name`"),
        ({"tracker": {}}, "'tracker' not allowed"),
        ({"environment": {"HANDOFF_MONGO__URI": "mongodb://db/"}}, "set `mongo.uri`"),
    ],
)
def test_values_that_cannot_be_are_refused_by_name(values: dict[str, Any], says: str) -> None:
    with pytest.raises(helm_python.HelmError, match=says):
        render(values)
