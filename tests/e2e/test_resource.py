"""What an API server makes of the resource: what it refuses, fills in, shows, and leaves alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from cluster.kubectl import Kubectl, KubectlError, Manifest
from cluster.waiting import until
from detector_operator.api import crd
from support.verdicts import CASES, Case, manifest

pytestmark = pytest.mark.cluster
CRD = "detectortrainings.detector-training.io"


@pytest.fixture(autouse=True, scope="module")
def definition(kubectl: Kubectl) -> Manifest:
    """The CRD, as it lies in the repository, established."""
    kubectl("apply", "--server-side", "-f", str(crd.FILE))
    established = kubectl.wait("crd", CRD, lambda found: conditions(found).get("Established") == "True", "established")
    until(lambda: explained(kubectl, "dt"), "the API server to describe it", seconds=30)
    return established


def explained(kubectl: Kubectl, *words: str) -> str | None:
    """The output of `kubectl explain`; None while the API server has not published the schema yet."""
    try:
        return kubectl("explain", *words)
    except KubectlError:
        return None


def conditions(found: Manifest) -> dict[str, str]:
    return {condition["type"]: condition["status"] for condition in found.get("status", {}).get("conditions", [])}


def apply(namespace: Kubectl, spec: dict[str, Any] | None = None, *words: str) -> Manifest:
    text = namespace("apply", "--server-side", "-o", "json", *words, "-f", "-", stdin=json.dumps(manifest(spec)))
    return json.loads(text)


def set_status(namespace: Kubectl, **status: Any) -> Manifest:
    patch = json.dumps({"status": status})
    text = namespace("patch", "dt", "pets", "--subresource=status", "--type=merge", "--patch", patch, "-o", "json")
    return json.loads(text)


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(KubectlError) as refused:
        act()
    return str(refused.value)


# The definition


def test_it_is_a_structural_schema_with_names_that_are_free(definition: Manifest):
    assert conditions(definition) == {"Established": "True", "NamesAccepted": "True"}


def test_explain_reads_well(kubectl: Kubectl):
    text = kubectl("explain", "dt.spec.trainer")
    assert "DESCRIPTION:\n    The pod that trains." in text
    assert re.search(r"gpus\t<integer>\n    GPUs per worker; 0 trains on the CPU\.", text)
    assert re.search(
        r"imagePullPolicy\t<string>\n  enum: Always, IfNotPresent, Never\n    Pull policy of the image, as in a pod\.", text
    )


@pytest.mark.parametrize(
    "field",
    ["", ".spec", ".spec.pipelineConfig.overrides", ".spec.validation", ".status", ".status.conditions", ".status.failure"],
)
def test_explain_describes_every_field(kubectl: Kubectl, field: str):
    text = kubectl("explain", f"dt{field}")
    assert "<empty>" not in text
    assert "<no description>" not in text


def test_explain_shows_the_whole_tree(kubectl: Kubectl):
    text = kubectl("explain", "dt", "--recursive")
    for field in ("batchSize\t<integer>", "volumeMounts\t<[]Object>", "lastTransitionTime\t<string>"):
        assert field in text


# What is refused


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_wrong_is_refused_with_a_sentence(namespace: Kubectl, case: Case):
    def create() -> str:
        return namespace("create", "--dry-run=server", "-f", "-", stdin=json.dumps(case.manifest))

    if case.cluster is None:
        create()
    else:
        assert case.cluster in refusal(create)


@pytest.mark.parametrize("phase", ["Queued", "Training"])
def test_the_model_directory_stays_while_the_training_runs(namespace: Kubectl, phase: str):
    apply(namespace)
    set_status(namespace, observedGeneration=1, phase=phase, training={"step": 40})
    said = refusal(lambda: apply(namespace, {"modelDir": "/models/other"}))
    assert (
        "spec.modelDir: Invalid value: must not change while the training runs, because it would start from scratch there" in said
    )
    assert apply(namespace, {"numSteps": 200})["spec"]["numSteps"] == 200


@pytest.mark.parametrize(
    "status",
    [
        {"observedGeneration": 0},
        {"phase": "Validating"},
        {"phase": "Queued", "training": {"attempt": 1}},
        {"phase": "Suspended", "training": {"step": 40}},
        {"phase": "Failed", "training": {"step": 40}},
    ],
    ids=["not seen yet", "validated", "before its first step", "suspended", "failed"],
)
def test_the_model_directory_may_change_while_nothing_is_lost(namespace: Kubectl, status: dict[str, Any]):
    apply(namespace)
    set_status(namespace, **status)
    assert apply(namespace, {"modelDir": "/models/other"})["metadata"]["generation"] == 2


# What is filled in, and what is left alone


def test_defaults_are_filled_in(namespace: Kubectl):
    found = apply(namespace)
    assert found["spec"] == {
        "pipelineConfig": {"path": "/data/pipeline.config"},
        "modelDir": "/models/pets",
        "numSteps": 100,
        "checkpointEverySteps": 1000,
        "trainer": {"gpus": 1, "startTimeoutSeconds": 3600, "terminationGracePeriodSeconds": 120},
        "validation": {"policy": "Enforce", "timeoutSeconds": 3600},
        "retries": 3,
        "stallTimeoutSeconds": 1800,
        "ttlSecondsAfterFinished": 600,
        "suspend": False,
    }


def test_what_no_operator_has_seen_is_not_taken_for_done(namespace: Kubectl):
    assert apply(namespace)["status"] == {"observedGeneration": 0}


def test_the_status_has_a_door_of_its_own(namespace: Kubectl):
    created = apply(namespace)
    namespace("patch", "dt", "pets", "--type=merge", "--patch", json.dumps({"status": {"phase": "Succeeded"}}))
    written = set_status(namespace, phase="Validating")
    assert "phase" not in created["status"]
    assert (written["status"]["phase"], written["metadata"]["generation"]) == ("Validating", 1)


def test_a_changed_spec_is_a_new_generation_and_a_changed_status_is_none(namespace: Kubectl):
    apply(namespace)
    assert set_status(namespace, phase="Training")["metadata"]["generation"] == 1
    assert apply(namespace, {"suspend": True})["metadata"]["generation"] == 2


EVERYTHING = {
    **CASES["quantities"].spec,
    "trainer": {**CASES["quantities"].spec["trainer"], **CASES["fields of a pod"].spec["trainer"], "gpus": 0},
    "validation": {"ignore": ["records/too-many-boxes"]},
}


@pytest.mark.parametrize("how", [["--server-side", "--field-manager=gitops"], []], ids=["server-side", "client-side"])
def test_applied_again_nothing_is_written(namespace: Kubectl, how: list[str]):
    text = json.dumps(manifest(EVERYTHING))
    namespace("apply", *how, "-f", "-", stdin=text)
    written = set_status(namespace, observedGeneration=1, phase="Training", training={"step": 40})
    for _ in range(3):
        namespace("apply", *how, "-f", "-", stdin=text)
    found = namespace.get("dt", "pets")
    assert found is not None
    assert found["metadata"]["resourceVersion"] == written["metadata"]["resourceVersion"]
    assert namespace("diff", *how, "-f", "-", stdin=text) == ""


def test_two_who_apply_own_items_of_one_list(namespace: Kubectl):
    apply(namespace, {"trainer": {"env": [{"name": "A", "value": "git"}]}})
    patch = json.dumps({**manifest(), "spec": {"trainer": {"env": [{"name": "B", "value": "platform"}]}}})
    namespace("apply", "--server-side", "--field-manager=platform", "-f", "-", stdin=patch)
    found = apply(namespace, {"trainer": {"env": [{"name": "A", "value": "changed"}]}})
    assert found["spec"]["trainer"]["env"] == [{"name": "A", "value": "changed"}, {"name": "B", "value": "platform"}]


# What is shown


def test_columns(namespace: Kubectl):
    apply(namespace)
    training = {"progress": "40/100", "loss": 1.235, "restarts": 1}
    failure = {"reason": "OutOfMemory", "message": "It was."}
    set_status(namespace, phase="Training", reason="LogUnavailable", training=training, failure=failure)
    header, row = namespace("get", "dt").splitlines()
    assert header.split() == ["NAME", "PHASE", "STEP", "LOSS", "RESTARTS", "REASON", "AGE"]
    assert row.split()[:-1] == ["pets", "Training", "40/100", "1.235", "1", "LogUnavailable"]


def test_get_all_shows_it(namespace: Kubectl):
    apply(namespace)
    assert "detectortraining.detector-training.io/pets" in namespace("get", "all")
