"""The labels by which the operator finds its objects."""

from __future__ import annotations

import pytest

from detector_operator.builders.labels import object_labels, run_labels
from detector_operator.reconcile.runs import RunKind
from support.manifests import BUILDERS, on_cluster, pod


def test_labels_of_a_run():
    assert run_labels(on_cluster(generation=3), RunKind.TRAINING, 2) == {
        "app.kubernetes.io/managed-by": "detector-training",
        "detector-training.io/name": "pets",
        "detector-training.io/run": "train",
        "detector-training.io/attempt": "2",
        "detector-training.io/generation": "3",
    }


def test_labels_of_an_object_of_no_run():
    assert object_labels(on_cluster()) == {
        "app.kubernetes.io/managed-by": "detector-training",
        "detector-training.io/name": "pets",
    }


@pytest.mark.parametrize("build", BUILDERS)
def test_a_job_and_its_pod_have_the_same_labels(build):
    job = build(4)
    assert pod(job)
    assert job["metadata"]["labels"] == job["spec"]["template"]["metadata"]["labels"]
    assert job["metadata"]["labels"]["detector-training.io/attempt"] == "4"
