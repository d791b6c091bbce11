"""In the operator's own namespace and in those of Kubernetes nothing is trained: a resource there is reported, and not acted on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cluster.helm import CHART
from detector_operator.controller.unwatched_namespaces import SYSTEM_NAMESPACES
from support.kubernetes_objects import pod
from support.reconciling import EVENT, STATUS, Cluster, verbs

REASON = "NamespaceNotWatched"
MESSAGE = (
    "Namespace team is not watched: the operator does not train in its own namespace or in kube-system, kube-public and "
    "kube-node-lease. Create the DetectorTraining in another namespace."
)


@pytest.fixture
def cluster():
    """One whose operator runs in the namespace of the resource."""
    cluster = Cluster()
    cluster.reconciler = replace(cluster.reconciler, unwatched=SYSTEM_NAMESPACES | {"team"})
    return cluster


def test_no_pod_is_created_and_its_status_reports_why(cluster):
    cluster.apply()
    assert verbs(cluster.reconcile()) == [EVENT, STATUS]
    for kind, status in (("Reconciling", "False"), ("Stalled", "True")):
        condition = cluster.condition(kind)
        assert (condition["status"], condition["reason"], condition["message"]) == (status, REASON, MESSAGE)
    assert cluster.status["reason"] == REASON


def test_it_is_written_once(cluster):
    cluster.apply()
    cluster.reconcile()
    cluster.passes(600)
    assert cluster.reconcile() == []


def test_what_trained_there_under_an_earlier_operator_is_left_alone(cluster):
    """To stop it would be a healthy training lost: its Job and pod stay, and end as they end."""
    watching, cluster.reconciler = cluster.reconciler, replace(cluster.reconciler, unwatched=frozenset())
    cluster.apply(validation={"policy": "Skip"})
    cluster.reconcile()
    cluster.put_pod(pod("train"))
    cluster.server.logs["pets-train-1-x7k2p"] = []
    cluster.reconcile()
    assert cluster.status["phase"] == "Training"
    cluster.reconciler = watching
    cluster.apply(generation=2, validation={"policy": "Skip"}, suspend=True)
    assert verbs(cluster.reconcile()) == [EVENT, STATUS]
    assert len(cluster.store.jobs(cluster.key)) == 1


def test_a_resource_that_cannot_be_read_is_not_acted_on_there_either(cluster):
    cluster.apply(numSteps="many", suspend=True)
    assert verbs(cluster.reconcile()) == [EVENT, STATUS]
    assert cluster.status["reason"] == REASON


def test_in_every_other_namespace_it_is_trained():
    cluster = Cluster()
    cluster.apply()
    assert ("create", "jobs") in verbs(cluster.reconcile())


def test_the_chart_excludes_the_same_namespaces():
    helpers = (CHART / "templates" / "_helpers.tpl").read_text(encoding="utf-8")
    named = " ".join(f'"{name}"' for name in sorted(SYSTEM_NAMESPACES))
    assert f"list {named} .Release.Namespace" in helpers
