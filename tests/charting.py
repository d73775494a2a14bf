"""The Helm chart as rendered by Helm's own library, and how to find one's way in the result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import helm_python
import yaml

CHART = Path(__file__).parents[1] / "helm" / "handoff"
NAMESPACE = "shop"
ONCALL = {path.stem: path.read_text() for path in Path("deploy/oncall").glob("*.yaml")}
"""The files for whoever is on call, as the chart's values have them."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Release:
    """What an installation would send to the cluster, and what it would tell the person."""

    documents: tuple[Document, ...]
    notes: str

    def of(self, *kinds: str) -> list[Document]:
        return [document for document in self.documents if document["kind"] in kinds]

    def one(self, kind: str, name: str) -> Document:
        (found,) = (each for each in self.of(kind) if each["metadata"]["name"] == name)
        return found

    @property
    def workloads(self) -> list[Document]:
        return self.of("Deployment", "StatefulSet", "Job")


def render(values: Mapping[str, Any], name: str = "handoff") -> Release:
    """Raises HelmError where Helm would refuse the values."""
    with helm_python.Chart.load(CHART) as chart:
        files = chart.render(dict(values), name=name, namespace=NAMESPACE)
    return Release(tuple(_documents(files)), files["handoff/templates/NOTES.txt"])


def services(release: Release) -> list[Document]:
    """The workloads that stay."""
    return [each for each in release.workloads if each["kind"] != "Job"]


def of(name: str, release: Release) -> Document:
    """The workload of one service."""
    (found,) = (each for each in services(release) if component(each) == name)
    return found


def mounted(workload: Document) -> dict[str, str]:
    return {mount["name"]: mount["mountPath"] for mount in container(workload)["volumeMounts"]}


def component(document: Document) -> str:
    """Which service a document is for."""
    name: str = document["metadata"]["labels"]["app.kubernetes.io/component"]
    return name


def pod(workload: Document) -> Document:
    spec: Document = workload["spec"]["template"]["spec"]
    return spec


def container(workload: Document) -> Document:
    """The only one of its pod."""
    (only,) = pod(workload)["containers"]
    found: Document = only
    return found


def environment(workload: Document) -> dict[str, str]:
    """As the first pod's process sees it."""
    seen: dict[str, str] = {}
    for variable in container(workload)["env"]:
        assert variable["name"] not in seen, f"{variable['name']} is there twice"
        seen[variable["name"]] = _expanded(_value(variable, workload), seen)
    return seen


def _value(variable: Document, workload: Document) -> str:
    source = variable.get("valueFrom", {})
    if "secretKeyRef" in source:
        return "mongodb://secret.example:27017/?replicaSet=handoff"
    if "fieldRef" in source:
        assert source["fieldRef"]["fieldPath"] == "metadata.name"
        return f"{workload['metadata']['name']}-0"
    value: str = variable["value"]
    assert isinstance(value, str)
    return value


def _expanded(value: str, seen: Mapping[str, str]) -> str:
    for name, known in seen.items():
        value = value.replace(f"$({name})", known)
    return value


def _documents(files: Mapping[str, str]) -> Iterator[Document]:
    for file, text in files.items():
        if file.endswith(".yaml"):
            yield from (
                document for document in yaml.load_all(text, Loader=yaml.CSafeLoader) if document
            )
