"""Labels and owners: how the operator finds its objects, and how they go when the resource goes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from detector_operator.builders import build_config_map
from support.manifests import on_cluster, training_job, validation_job

JOBS = [(validation_job, "validate"), (training_job, "train")]


@pytest.mark.parametrize(("build", "run"), JOBS)
def test_a_job_and_its_pod_say_which_run_they_are(build, run):
    job = build(attempt=2, generation=5)
    expected = {
        "app.kubernetes.io/managed-by": "detector-training",
        "detector-training.io/name": "pets",
        "detector-training.io/run": run,
        "detector-training.io/attempt": "2",
        "detector-training.io/generation": "5",
    }
    assert job["metadata"]["labels"] == expected
    assert job["spec"]["template"]["metadata"]["labels"] == expected


@pytest.mark.parametrize(("build", "run"), JOBS)
def test_nobody_can_replace_these_labels(build, run):
    given = {"labels": {"app.kubernetes.io/managed-by": "Helm", "team": "vision"}}
    job = build(trainer=given, validation=given)
    for labels in (job["metadata"]["labels"], job["spec"]["template"]["metadata"]["labels"]):
        assert labels["app.kubernetes.io/managed-by"] == "detector-training"
        assert (labels["detector-training.io/run"], labels["team"]) == (run, "vision")


@pytest.mark.parametrize("build", [validation_job, training_job])
@pytest.mark.parametrize("part", ["trainer", "validation"])
@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_keys_of_the_operator_are_rejected(build, part, field):
    with pytest.raises(ValidationError, match="reserved for the operator"):
        build(**{part: {field: {"detector-training.io/run": "other"}}})


OBJECTS = {
    "validation": validation_job(),
    "training": training_job(),
    "config": build_config_map(on_cluster(pipelineConfig={"inline": "model { }"})),
}


@pytest.mark.parametrize("built", OBJECTS.values(), ids=OBJECTS)
def test_everything_belongs_to_the_resource_and_hinders_its_deletion_in_no_way(built):
    assert built["metadata"]["namespace"] == "vision"
    assert built["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "detector-training.io/v1alpha1",
            "kind": "DetectorTraining",
            "name": "pets",
            "uid": "0001-pets",
            "controller": True,
            "blockOwnerDeletion": False,
        }
    ]


def test_the_config_map_says_whose_it_is():
    assert OBJECTS["config"]["metadata"]["labels"] == {
        "app.kubernetes.io/managed-by": "detector-training",
        "detector-training.io/name": "pets",
    }
