"""The CRD follows from the models and is what an API server takes."""

from __future__ import annotations

import pytest
import yaml

from detector_operator.api import crd
from detector_operator.cli import cmd_crd


def properties(schema, path=""):
    for name, value in schema.get("properties", {}).items():
        yield f"{path}.{name}", value
        yield from properties(value, f"{path}.{name}")
        if "items" in value:
            yield f"{path}.{name}[]", value["items"]
            yield from properties(value["items"], f"{path}.{name}[]")
        if "additionalProperties" in value:
            yield f"{path}.{name}{{}}", value["additionalProperties"]


PROPERTIES = dict(properties(crd.schema()))


def test_the_file_in_crds_is_up_to_date():
    assert crd.FILE.read_text(encoding="utf-8") == crd.to_yaml(), "run: make generate"


def test_the_verb_prints_it(capsys):
    assert cmd_crd.main([]) == 0
    assert capsys.readouterr().out == crd.to_yaml()


@pytest.mark.parametrize(
    "keyword", ["$ref", "$defs", "anyOf", "oneOf", "allOf", "title", "additionalProperties: false", "'null'"]
)
def test_it_has_nothing_that_a_structural_schema_may_not_have(keyword):
    assert f"{keyword}:" not in crd.to_yaml()


def test_every_value_has_a_type():
    untyped = [path for path, schema in PROPERTIES.items() if "type" not in schema and "x-kubernetes-int-or-string" not in schema]
    assert untyped == []


def test_every_field_is_described():
    assert [path for path, schema in PROPERTIES.items() if not path.endswith(("[]", "{}")) and "description" not in schema] == [
        ".metadata"
    ]


VERBATIM = {
    *(".spec.trainer.env[]", ".spec.trainer.envFrom[]", ".spec.trainer.volumes[]", ".spec.trainer.volumeMounts[]"),
    *(".spec.trainer.tolerations[]", ".spec.trainer.affinity", ".spec.trainer.podSecurityContext"),
    *(".spec.trainer.securityContext", ".spec.validation.tolerations[]", ".spec.validation.affinity"),
}
"""Fields of a pod, which are copied to it and appear in no status: the API server bounds them, with the whole request."""


def unbounded(schema, path=""):
    """Every text without a longest length, and every list and mapping without a largest number."""
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        yield path
    if schema.get("type") == "string" and not {"enum", "maxLength"} & schema.keys() and schema.get("format") != "date-time":
        yield path
    if "items" in schema:
        if "maxItems" not in schema:
            yield path
        yield from unbounded(schema["items"], f"{path}[]")
    if "additionalProperties" in schema:
        if "maxProperties" not in schema:
            yield path
        yield from unbounded(schema["additionalProperties"], f"{path}{{}}")
    for name, value in schema.get("properties", {}).items():
        yield from unbounded(value, f"{path}.{name}")


def test_everything_has_a_bound():
    assert set(unbounded(crd.schema())) == VERBATIM


def test_bounds_are_not_below_what_kubernetes_allows():
    """What a user may write into a pod may be written here."""
    bounds = {
        ".spec.trainer.serviceAccountName": 253,
        ".spec.trainer.priorityClassName": 253,
        ".spec.trainer.imagePullSecrets[].name": 253,
        ".spec.trainer.labels{}": 63,
        ".spec.trainer.nodeSelector{}": 63,
        ".spec.trainer.volumes[].name": 63,
        ".spec.trainer.volumeMounts[].mountPath": 4096,
        ".spec.trainer.image": 512,
        ".spec.pipelineConfig.path": 4096,
        ".spec.pipelineConfig.configMapKeyRef.key": 253,
        ".spec.pipelineConfig.overrides.trainInputPaths[]": 4096,
    }
    assert [path for path, least in bounds.items() if PROPERTIES[path]["maxLength"] < least] == []


def test_columns_as_designed():
    (version,) = crd.custom_resource_definition()["spec"]["versions"]
    columns = {column["name"].upper(): column["jsonPath"] for column in version["additionalPrinterColumns"]}
    assert list(columns) == ["PHASE", "STEP", "LOSS", "RESTARTS", "REASON", "AGE"]
    assert [path for path in columns.values() if path not in PROPERTIES and not path.startswith(".metadata.")] == []


def test_names_status_subresource_and_category():
    spec = crd.custom_resource_definition()["spec"]
    assert (spec["names"]["shortNames"], spec["names"]["categories"], spec["scope"]) == (["dt"], ["all"], "Namespaced")
    assert spec["versions"][0]["subresources"] == {"status": {}}


def test_rules_are_at_their_field():
    rules = {
        path: [rule.get("fieldPath", "") for rule in schema["x-kubernetes-validations"]]
        for path, schema in {".": crd.schema(), **PROPERTIES}.items()
        if "x-kubernetes-validations" in schema
    }
    assert rules == {
        ".": [".metadata.name", ".spec.modelDir"],
        ".spec": [".pipelineConfig.overrides.batchSize"],
        ".spec.pipelineConfig": ["", ".inline"],
        ".spec.modelDir": [""],
        ".spec.trainer.gpuResource": [""],
        ".spec.trainer.shmSize": [""],
        ".spec.trainer.resources.requests{}": [""],
        ".spec.trainer.resources.limits{}": [""],
        ".spec.validation.ignore[]": [""],
        ".spec.validation.resources.requests{}": [""],
        ".spec.validation.resources.limits{}": [""],
        ".spec.trainer.annotations": [""],
        ".spec.trainer.labels": [""],
        ".spec.validation.annotations": [""],
        ".spec.validation.labels": [""],
    }


@pytest.mark.parametrize(
    ("path", "key"),
    {
        ".spec.trainer.imagePullSecrets": "name",
        ".spec.trainer.env": "name",
        ".spec.trainer.volumes": "name",
        ".spec.trainer.volumeMounts": "mountPath",
        ".status.conditions": "type",
    }.items(),
)
def test_lists_that_are_maps(path, key):
    assert PROPERTIES[path]["x-kubernetes-list-type"] == "map"
    assert PROPERTIES[path]["x-kubernetes-list-map-keys"] == [key]
    assert key in PROPERTIES[f"{path}[]"]["required"]


def test_defaults_are_those_of_the_models():
    defaults = {
        path: schema["default"] for path, schema in PROPERTIES.items() if path.startswith(".spec") and "default" in schema
    }
    assert defaults[".spec.retries"] == 3
    assert defaults[".spec.checkpointEverySteps"] == 1000
    assert defaults[".spec.validation"] == {}  # so that those inside it hold though it is left out
    assert defaults[".spec.validation.policy"] == "Enforce"


def test_a_status_has_no_defaults_but_that_no_generation_was_observed():
    defaults = {
        path: schema["default"] for path, schema in PROPERTIES.items() if path.startswith(".status") and "default" in schema
    }
    assert defaults == {".status": {"observedGeneration": 0}}


@pytest.mark.parametrize(
    "field",
    [
        "trainer.affinity",
        "trainer.volumes[]",
        "trainer.podSecurityContext",
        "trainer.securityContext",
        "validation.tolerations[]",
    ],
)
def test_fields_of_pods_are_copied_verbatim(field):
    assert PROPERTIES[f".spec.{field}"]["x-kubernetes-preserve-unknown-fields"] is True


def test_it_has_no_aliases():
    assert "&id" not in yaml.dump(yaml.safe_load(crd.to_yaml()), Dumper=crd._Dumper)
