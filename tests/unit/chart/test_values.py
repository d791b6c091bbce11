"""The chart's values: each has a comment, a row in the README and a place in the schema, which refuses everything else."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
import yaml

from cluster.helm import CHART, HelmError
from cluster.images import ROOT

VALUES = (CHART / "values.yaml").read_text(encoding="utf-8")
SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
GROUPS = (
    "image",
    "trainer",
    "log",
    "metrics",
    "metrics.serviceMonitor",
    "metrics.prometheusRule",
    "metrics.dashboard",
    "networkPolicy",
    "admissionPolicy",
    "admissionPolicy.allowed",
    "trainingNetworkPolicy",
    "podDisruptionBudget",
    "crds",
    "rbac",
    "serviceAccount",
)
"""Values that hold others. All others are one value, be they maps."""


def documented() -> dict[str, str]:
    """Name to comment: the line above it."""
    found: dict[str, str] = {}
    path: list[str] = []
    comment = ""
    for line in VALUES.splitlines():
        if match := re.match(r"( *)([A-Za-z]+):", line):
            indent, name = match.groups()
            depth = len(indent) // 2
            if ".".join(path[:depth]) in ("", *GROUPS) and depth <= len(path):
                path = [*path[:depth], name]
                if ".".join(path) not in GROUPS:
                    found[".".join(path)] = comment
        comment = line.strip().removeprefix("# ") if line.strip().startswith("#") else ""
    return found


def defaults() -> dict[str, Any]:
    """Name to value, groups before what is in none."""
    found = _flat(yaml.safe_load(VALUES))
    return {**{name: value for name, value in found.items() if "." in name}, **found}


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{prefix}{name}"
        found |= _flat(value, f"{path}.") if path in GROUPS else {path: value}
    return found


def table() -> str:
    rows = (f"| `{name}` | `{json.dumps(value)}` | {documented()[name]} |" for name, value in defaults().items())
    return "\n".join(["| value | default | what it is |", "|---|---|---|", *rows])


def objects(schema: Any, path: str = "") -> dict[str, Any]:
    """Every object of a schema."""
    if isinstance(schema, list):
        schema = dict(enumerate(schema))
    if not isinstance(schema, dict):
        return {}
    found = {path: schema} if schema.get("type") == "object" else {}
    for name, part in schema.items():
        found |= objects(part, f"{path}/{name}")
    return found


def test_each_has_a_comment():
    assert set(documented()) == set(defaults())
    assert [name for name, comment in documented().items() if not comment.endswith(".")] == []


def test_the_readme_has_a_table_of_them():
    assert table() in (CHART / "README.md").read_text(encoding="utf-8"), f"it has to read:\n{table()}"


def test_the_schema_has_the_same_and_asks_for_each():
    """A value that is set to null is removed, and a template would be rendered without it."""
    names = set(SCHEMA["required"]) - set(GROUPS)
    for group in GROUPS:
        part = SCHEMA
        for name in group.split("."):
            part = part["properties"][name]
        assert part["required"] == list(part["properties"])
        names |= {f"{group}.{name}" for name in part["properties"]} - set(GROUPS)
    assert names == set(defaults())
    assert set(SCHEMA["properties"]) == {*SCHEMA["required"], "global", "enabled"}


def test_the_schema_is_strict():
    handed_on = {"global", "nodeAffinity", "podAffinity", "podAntiAffinity", "namespaceSelector", "podSelector", "ipBlock"}
    loose = [path for path, part in objects(SCHEMA).items() if part.get("additionalProperties") in (None, True)]
    assert {path.rpartition("/")[2] for path in loose} == handed_on


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("watchNamespace=[]", "'watchNamespace' not allowed"),
        ("replicaCount=1", "'replicaCount' not allowed"),
        ("replicas=2", "/replicas"),
        ('replicas="1"', "/replicas"),
        ("trainer.gpus=1", "'gpus' not allowed"),
        ("trainer.userId=0", "/trainer/userId"),
        ("trainer.userId=null", "missing property 'userId'"),
        ('trainer.userId="root"', "/trainer/userId"),
        ('trainer.gpuResource="gpu"', "/trainer/gpuResource"),
        ('trainer.shmSize="1GB"', "/trainer/shmSize"),
        ('trainer.imagePullPolicy="always"', "/trainer/imagePullPolicy"),
        ('image.repository="operator:1.0"', "/image/repository"),
        ("image.tag=1.0", "/image/tag"),
        ('image.digest="sha256:0"', "/image/digest"),
        ('imagePullSecrets=["pull"]', "/imagePullSecrets/0"),
        ('watchNamespaces="a"', "/watchNamespaces"),
        ('watchNamespaces=["a","a"]', "/watchNamespaces"),
        ('watchNamespaces=["Team A"]', "/watchNamespaces/0"),
        ('log.level="verbose"', "/log/level"),
        ("metrics.port=8080", "/metrics/port"),
        ("metrics.port=80", "/metrics/port"),
        ("metrics.enabled=null", "missing property 'enabled'"),
        ('metrics.serviceMonitor.interval="30 s"', "/metrics/serviceMonitor/interval"),
        ('metrics.prometheusRule.runbookUrl="runbook.md"', "/metrics/prometheusRule/runbookUrl"),
        ('networkPolicy.metricsFrom=[{"namespace":"monitoring"}]', "'namespace' not allowed"),
        ("networkPolicy.apiServerPorts=[]", "/networkPolicy/apiServerPorts"),
        ("trainer.tmpSize=16", "/trainer/tmpSize"),
        ('trainer.tmpSize="16GB"', "/trainer/tmpSize"),
        ('trainer.validationSecrets="None"', "/trainer/validationSecrets"),
        ("admissionPolicy.allowed.images=null", "missing property 'images'"),
        ('admissionPolicy.allowed.image=["*"]', "'image' not allowed"),
        ('admissionPolicy.allowed.images=["registry.example*"]', "/admissionPolicy/allowed/images/0"),
        ('admissionPolicy.allowed.images=["*/trainer"]', "/admissionPolicy/allowed/images/0"),
        ('admissionPolicy.allowed.secrets=["*-public"]', "/admissionPolicy/allowed/secrets/0"),
        ('admissionPolicy.allowed.volumeTypes=["host*"]', "/admissionPolicy/allowed/volumeTypes/0"),
        ('admissionPolicy.validationActions=["Deny", "Warn"]', "/admissionPolicy/validationActions"),
        ("admissionPolicy.validationActions=[]", "/admissionPolicy/validationActions"),
        ('trainingNetworkPolicy.egress=[{"cidr":"10.0.0.0/8"}]', "'cidr' not allowed"),
        ('trainingNetworkPolicy.egress=[{"ports":[443]}]', "/trainingNetworkPolicy/egress/0/ports/0"),
        ('trainingNetworkPolicy.namespaces=["Team A"]', "/trainingNetworkPolicy/namespaces/0"),
        ("podDisruptionBudget.minAvailable=1", "'minAvailable' not allowed"),
        ("crds.keep=false", "'keep' not allowed"),
        ('resources.limit={"memory":"1Gi"}', "'limit' not allowed"),
        ('nodeSelector={"gpu":true}', "/nodeSelector/gpu"),
        ('tolerations=[{"keys":"a"}]', "'keys' not allowed"),
        ('affinity={"nodeAffinities":{}}', "'nodeAffinities' not allowed"),
    ],
)
def test_a_mistake_is_refused(render, value, says):
    with pytest.raises(HelmError, match=re.escape(says)):
        render(value)


def test_helm_lint_finds_nothing(helm):
    assert "0 chart(s) failed" in helm("lint", "--strict", CHART)


def test_another_chart_can_depend_on_it(helm, tmp_path):
    """Helm then adds `global`, and the condition is most often NAME.enabled."""
    parent = tmp_path / "parent"
    (parent / "charts").mkdir(parents=True)
    helm("package", CHART, "--destination", parent / "charts")
    dependency = {"name": "detector-training", "version": "0.1.0", "condition": "detector-training.enabled"}
    chart = {"apiVersion": "v2", "name": "parent", "version": "1.0.0", "dependencies": [dependency]}
    values = {"image": {"repository": "o"}, "trainer": {"image": "t:1"}, "enabled": True}
    (parent / "Chart.yaml").write_text(json.dumps(chart))
    (parent / "values.yaml").write_text(json.dumps({"detector-training": values}))
    assert "Deployment" in {manifest["kind"] for manifest in helm.render(chart=parent)}


def test_version_and_licence_are_those_of_the_project():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert chart["version"] == chart["appVersion"] == project["version"]
    assert chart["annotations"]["artifacthub.io/license"] == project["license"]
