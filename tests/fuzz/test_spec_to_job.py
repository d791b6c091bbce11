"""What the operator builds of any spec that it accepts: no builder raises, and no spec gets what is the operator's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from detector_operator.api import DetectorTraining
from detector_operator.api.resource import GROUP, MAX_NAME
from detector_operator.builders import Settings, build_config_map, build_training_job, build_validation_job
from detector_operator.builders.labels import run_labels
from detector_operator.builders.validation_access import READ_ONLY_MOUNTS
from detector_operator.reconcile.runs import RunKind
from support.manifests import SETTINGS, containers, pod

BUILDERS = {RunKind.VALIDATION: build_validation_job, RunKind.TRAINING: build_training_job}
MOST = 4
"""Times that a pod has what a spec has once: in two containers, and in each perhaps as a variable and an argument."""

TEXT = st.text(min_size=1, max_size=12) | st.sampled_from(["a", "$(HOME)", "/", "--set", "a,b", "\n", "é" * 60])
PATHS = st.sampled_from(["/data", "/data/", "/models", "/models/pets", "/tmp", "/dev/shm", "/", "/key", "data", ".."]) | TEXT
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda part: st.lists(part, max_size=3) | st.dictionaries(TEXT, part, max_size=3),
    max_leaves=6,
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=3)
SECRET_REFERENCE = st.builds(lambda name: {"name": name, "key": "k"}, TEXT)
KEYS = st.sampled_from(["team", "kueue.x-k8s.io/queue-name", "app.kubernetes.io/managed-by", "app.kubernetes.io/name"]) | TEXT
STRINGS = st.dictionaries(KEYS, TEXT, max_size=3)
QUANTITIES = st.sampled_from(["1", "500m", "16Gi", 2, "0", "1e3"])
RESOURCES = st.fixed_dictionaries(
    {},
    optional={
        part: st.dictionaries(
            st.sampled_from(["cpu", "memory", "ephemeral-storage", "nvidia.com/gpu"]) | TEXT, QUANTITIES, max_size=3
        )
        for part in ("requests", "limits")
    },
)
NAMES = st.sampled_from(["data", "models", "key", "detector-training-tmp"]) | TEXT


def items(key: str, names: st.SearchStrategy[str], *parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[Any]]:
    """A list whose items have a key that is theirs alone."""
    item = st.builds(lambda name, part: {**part, key: name}, names, st.one_of(*parts))
    return st.lists(item, max_size=4, unique_by=lambda each: each[key])


ENV = items(
    "name",
    st.sampled_from(["HOME", "TMPDIR", "A", READ_ONLY_MOUNTS]) | TEXT,
    st.builds(lambda value: {"value": value}, PATHS),
    st.builds(lambda secret: {"valueFrom": {"secretKeyRef": secret}}, SECRET_REFERENCE | JSON),
    st.builds(lambda value: {"valueFrom": value}, JSON),
    OBJECT,
)
SOURCES = st.lists(
    st.sampled_from([{"secret": {"name": "s"}}, {"configMap": {"name": "c"}}, {"serviceAccountToken": {"path": "t"}}]) | JSON,
    max_size=3,
)
VOLUMES = items(
    "name",
    NAMES,
    st.sampled_from([{"secret": {"secretName": "s"}}, {"persistentVolumeClaim": {"claimName": "c"}}, {"emptyDir": {}}]),
    st.builds(lambda sources: {"projected": {"sources": sources}}, SOURCES | JSON),
    st.builds(lambda kind, value: {kind: value}, st.sampled_from(["secret", "csi", "projected", "hostPath"]), JSON),
    st.builds(lambda driver: {"csi": {"driver": driver}}, st.just("secrets-store.csi.k8s.io") | JSON),
    OBJECT,
)
MOUNTS = items(
    "mountPath",
    PATHS,
    st.builds(
        lambda name, more: {**more, "name": name}, NAMES | JSON, st.sampled_from([{}, {"readOnly": True}, {"subPath": "x"}])
    ),
    OBJECT,
)
TRAINER = st.fixed_dictionaries(
    {},
    optional={
        "image": TEXT,
        "imagePullPolicy": st.sampled_from(["Always", "IfNotPresent", "Never"]),
        "imagePullSecrets": items("name", TEXT, st.just({})),
        "gpus": st.integers(0, 64),
        "gpuResource": st.just("nvidia.com/mig-1g.5gb"),
        "resources": RESOURCES,
        "shmSize": QUANTITIES,
        "env": ENV,
        "envFrom": st.lists(st.builds(lambda secret: {"secretRef": secret}, SECRET_REFERENCE | JSON) | OBJECT, max_size=3),
        "volumes": VOLUMES,
        "volumeMounts": MOUNTS,
        "nodeSelector": STRINGS,
        "tolerations": st.lists(OBJECT, max_size=2),
        "affinity": OBJECT,
        "priorityClassName": TEXT,
        "runtimeClassName": TEXT,
        "schedulerName": TEXT,
        "serviceAccountName": TEXT,
        "podSecurityContext": OBJECT,
        "securityContext": OBJECT,
        "labels": STRINGS,
        "annotations": STRINGS,
        "terminationGracePeriodSeconds": st.integers(1, 3600),
    },
)
VALIDATION = st.fixed_dictionaries(
    {},
    optional={
        "policy": st.sampled_from(["Enforce", "Warn", "Skip"]),
        "ignore": st.lists(st.just("records/too-many-boxes"), max_size=2),
        "timeoutSeconds": st.integers(1, 2**31 - 1),
        "resources": RESOURCES,
        "nodeSelector": STRINGS,
        "tolerations": st.lists(OBJECT, max_size=2),
        "affinity": OBJECT,
        "labels": STRINGS,
        "annotations": STRINGS,
        "secrets": st.sampled_from(["Inherit", "Omit"]),
    },
)
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "numClasses": st.integers(1, 2**31 - 1),
        "fineTuneCheckpoint": PATHS,
        "fineTuneCheckpointType": st.sampled_from(["detection", "classification", "full"]),
        "labelMapPath": PATHS,
        "trainInputPaths": st.lists(PATHS, min_size=1, max_size=3),
        "evalInputPaths": st.lists(PATHS, min_size=1, max_size=3),
    },
)
CONFIG = st.builds(
    lambda source, overrides: {**source, "overrides": overrides},
    st.builds(lambda path: {"path": path}, PATHS)
    | st.builds(lambda name, key: {"configMapKeyRef": {"name": name, "key": key}}, TEXT, TEXT)
    | st.builds(lambda text: {"inline": text}, TEXT),
    OVERRIDES,
)
SPECS = st.fixed_dictionaries(
    {
        "pipelineConfig": CONFIG,
        "modelDir": PATHS | st.sampled_from(["gs://bucket/pets", "file:///models/pets"]),
        "numSteps": st.integers(1, 2**31 - 1),
        "trainer": TRAINER,
        "validation": VALIDATION,
    }
)
CHOSEN = st.sampled_from([SETTINGS, Settings(trainer_image="t:1", validation_secrets="Omit", tmp_size=None, user_id=None)])


def many(share: int) -> Any:
    """So many examples, or as many times more as a profile wants."""
    return settings(max_examples=max(1, share * settings().max_examples // 150))


def accepted(spec: Mapping[str, Any], name: str = "pets") -> DetectorTraining:
    """The resource of a spec, as the API server gives it."""
    metadata = {"name": name, "namespace": "vision", "uid": "0001", "generation": 1}
    try:
        return DetectorTraining.model_validate({"metadata": metadata, "spec": spec})
    except ValidationError:
        assume(False)
        raise


def strings(value: Any) -> Iterator[str]:
    """Every string in a manifest, keys included."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from strings(key)
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value


def secrets_of(job: Mapping[str, Any]) -> Iterator[str]:
    """Where a pod gives its processes a Secret."""
    for container in containers(dict(job)):
        for variable in container.get("env", []):
            source = variable.get("valueFrom")
            if isinstance(source, dict) and "secretKeyRef" in source:
                yield f"env {variable['name']}"
        yield from ("envFrom" for source in container.get("envFrom", []) if "secretRef" in source)
    for volume in pod(dict(job)).get("volumes", []):
        projected, csi = volume.get("projected"), volume.get("csi")
        sources = projected.get("sources") if isinstance(projected, dict) else None
        if (
            "secret" in volume
            or (isinstance(csi, dict) and csi.get("driver") == "secrets-store.csi.k8s.io")
            or any(isinstance(each, dict) and each.keys() & {"secret", "serviceAccountToken"} for each in _list(sources))
        ):
            yield f"volume {volume['name']}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


@many(60)
@given(spec=SPECS, chosen=CHOSEN, kind=st.sampled_from(RunKind), attempt=st.integers(1, 10**6))
def test_every_spec_that_is_accepted_becomes_a_job_that_json_can_hold(spec, chosen, kind, attempt):
    resource = accepted(spec)
    before = resource.model_dump()
    job = BUILDERS[kind](resource, attempt, chosen)
    json.dumps(job, allow_nan=False)
    json.dumps(build_config_map(resource), allow_nan=False)
    assert job == BUILDERS[kind](resource, attempt, chosen)
    assert resource.model_dump() == before


@many(40)
@given(
    spec=SPECS, reserved=st.dictionaries(st.sampled_from(["run", "attempt", "stop-reason", "name", "x"]), TEXT), part=st.data()
)
def test_no_spec_sets_a_key_of_the_operator(spec, reserved, part):
    """Also one that is older than the rule that refuses it, which is not asked again."""
    resource, theirs = accepted(spec), {f"{GROUP}/{key}": value for key, value in reserved.items()}
    name, field = part.draw(st.sampled_from(["trainer", "validation"])), part.draw(st.sampled_from(["labels", "annotations"]))
    owner = getattr(resource.spec, name)
    older = owner.model_copy(update={field: {**getattr(owner, field), **theirs}})
    resource = resource.model_copy(update={"spec": resource.spec.model_copy(update={name: older})})
    for kind, build in BUILDERS.items():
        job = build(resource, 3, SETTINGS)
        for metadata in (job["metadata"], job["spec"]["template"]["metadata"]):
            ours = {key: value for key, value in metadata["labels"].items() if key.startswith(GROUP)}
            assert ours == {key: value for key, value in run_labels(resource, kind, 3).items() if key.startswith(GROUP)}
            assert metadata["labels"]["app.kubernetes.io/managed-by"] == "detector-training"
            assert not [key for key in metadata.get("annotations", {}) if key.startswith(GROUP)]


@many(40)
@given(spec=SPECS, length=st.integers(1, MAX_NAME), attempt=st.integers(1, 10**6), kind=st.sampled_from(RunKind))
def test_what_is_built_is_bounded_by_the_spec_and_its_names_by_kubernetes(spec, length, attempt, kind):
    resource = accepted(spec, "a" * length)
    job = BUILDERS[kind](resource, attempt, SETTINGS)
    assert len(job["metadata"]["name"]) <= 63
    ours = run_labels(resource, kind, attempt)
    assert all(len(value) <= 63 for value in ours.values())
    size, given_size = (sum(map(len, strings(part))) for part in (job, resource.spec.model_dump(by_alias=True)))
    assert size <= 6000 + MOST * given_size, "a string of the spec is repeated without bound"


@many(60)
@given(spec=SPECS, chosen=CHOSEN)
def test_a_validation_that_omits_secrets_has_none(spec, chosen):
    spec = {**spec, "validation": {**spec["validation"], "secrets": "Omit"}, "modelDir": "/models/pets"}
    # No path of the spec is on a volume, which then would stay.
    spec["pipelineConfig"] = {"configMapKeyRef": {"name": "c", "key": "k"}}
    resource = accepted(spec)
    job = build_validation_job(resource, 1, chosen)
    assert list(secrets_of(job)) == []
    left = {volume["name"] for volume in pod(job).get("volumes", [])}
    gone = {volume["name"] for volume in resource.spec.trainer.volumes} - left
    assert not [mount for each in containers(job) for mount in each.get("volumeMounts", []) if mount.get("name") in [*gone]]


@many(60)
@given(spec=SPECS)
def test_a_validation_can_write_its_report_and_to_tmp_wherever_the_trainer_can(spec):
    """A mount that is read-only for the validation alone is neither that of the model directory nor one for temporary files."""
    spec = {**spec, "modelDir": "/models/pets"}
    resource = accepted(spec)
    theirs = {mount["mountPath"]: mount for mount in resource.spec.trainer.volume_mounts}
    for container in containers(build_validation_job(resource, 1, SETTINGS)):
        for mount in container["volumeMounts"]:
            if (
                mount.get("readOnly") is True
                and mount["mountPath"] in theirs
                and theirs[mount["mountPath"]].get("readOnly") is not True
            ):
                path = mount["mountPath"].rstrip("/")
                assert path not in ("/models/pets", "/tmp", "/dev/shm")
                inner = [other for other in theirs if other.rstrip("/") in ("/models", "/models/pets")]
                assert path != "/models" or "/models/pets" in [each.rstrip("/") for each in inner]


# What was found, and what is not known to have been tried.
FOUND = {
    "a mount whose name is a list": {"volumeMounts": [{"mountPath": "/a", "name": [1]}, {"mountPath": "/models", "name": {}}]},
    "a driver that is a mapping": {"volumes": [{"name": "a", "csi": {"driver": {"a": 1}}}]},
    "sources that are a text": {"volumes": [{"name": "a", "projected": {"sources": "secret"}}]},
    "valueFrom that is a text": {"env": [{"name": "A", "valueFrom": "secretKeyRef"}]},
}


@pytest.mark.parametrize("kind", BUILDERS)
@pytest.mark.parametrize("secrets", ["Inherit", "Omit"])
@pytest.mark.parametrize("trainer", FOUND.values(), ids=FOUND)
def test_fields_of_a_pod_that_make_no_sense_are_left_to_the_api_server(kind, secrets, trainer):
    spec = {"pipelineConfig": {"path": "/p"}, "modelDir": "/models/pets", "numSteps": 1}
    assert BUILDERS[kind](accepted({**spec, "trainer": trainer, "validation": {"secrets": secrets}}), 1, SETTINGS)


@pytest.mark.parametrize("kind", BUILDERS)
def test_the_smallest_spec_is_accepted(kind):
    assert BUILDERS[kind](accepted({"pipelineConfig": {"path": "/p"}, "modelDir": "/m", "numSteps": 1}), 1, SETTINGS)
