"""The chart on a real API server: what it grants, and what outlives an upgrade and an uninstall."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster.helm import CHART, Helm, HelmError
from cluster.kubectl import Kubectl, KubectlError
from cluster.up import Cluster
from cluster.waiting import until
from detector_operator.api import crd
from support.helm import find_helm
from support.rights import EDIT, GROUP, OPERATOR, VIEW

pytestmark = pytest.mark.cluster
CRD = "detectortrainings.detector-training.io"
# The operator itself does not run: these are tests of what is installed around it.
VALUES = ("--set=replicas=0", "--set=image.repository=none", "--set=trainer.image=none")
WITHOUT_CRD = "--set=crds.install=false"
OWNER = ("meta.helm.sh/release-name", "meta.helm.sh/release-namespace")

Rights = dict[tuple[str, str], set[str]]


@pytest.fixture
def helm(namespace: Kubectl) -> Helm:
    return Helm(find_helm(), namespace.kubeconfig, namespace.namespace)


@pytest.fixture
def install(helm: Helm) -> Iterator[Callable[..., str]]:
    """Installs a release named after the test's namespace, as no other test's is, and gives the name of what it makes."""

    def installed(*words: str, chart: Path = CHART) -> str:
        helm("install", helm.namespace, chart, *VALUES, *words)
        return f"{helm.namespace}-detector-training"[:63].rstrip("-")

    yield installed
    helm("uninstall", helm.namespace, "--ignore-not-found")


@pytest.fixture
def other_namespace(kubectl: Kubectl, namespace: Kubectl) -> Iterator[str]:
    name = f"{namespace.namespace}-2"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def take_crd(own_cluster: Cluster) -> Iterator[tuple[str, ...]]:
    """What `helm install` needs, to have the CRD. After the test it is whose it was, or gone."""
    kubectl = own_cluster.kubectl
    before = kubectl.get("crd", CRD)
    yield ("--take-ownership",) if before else ()
    if before is None:
        kubectl("delete", "crd", CRD, "--ignore-not-found")
        return
    kubectl.apply(crd.custom_resource_definition())
    annotations = before["metadata"].get("annotations", {})
    kubectl(
        "annotate",
        "crd",
        CRD,
        "--overwrite",
        *(f"{key}={annotations[key]}" if key in annotations else f"{key}-" for key in OWNER),
    )


def created(kubectl: Kubectl, manifest: dict[str, Any], *words: str) -> dict[str, Any]:
    """What the API server makes of a manifest."""
    answer: dict[str, Any] = json.loads(kubectl("create", "--output=json", "-f", "-", *words, stdin=json.dumps(manifest)))
    return answer


def rights(kubectl: Kubectl, account: str, *, owner: str, namespace: str) -> Rights:
    """What a service account may do in a namespace: as the API server reports it, like `kubectl auth can-i --list` does."""
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": namespace}}
    found: Rights = {}
    for rule in created(kubectl, review, f"--as=system:serviceaccount:{owner}:{account}", "--validate=false")["status"][
        "resourceRules"
    ]:
        assert "resourceNames" not in rule
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                found.setdefault((group, resource), set()).update(rule["verbs"])
    return found


def beyond(found: Rights, everybody: Rights) -> Rights:
    return {what: verbs for what, verbs in found.items() if verbs != everybody.get(what)}


def may(kubectl: Kubectl, user: str, verb: str, resource: str, *, group: str = GROUP, namespace: str = "") -> bool:
    """Asks the API server. Without a namespace: in all of them."""
    resource, _, subresource = resource.partition("/")
    asked = {"verb": verb, "group": group, "resource": resource, "subresource": subresource, "namespace": namespace}
    # Of those who have logged in: system:authenticated has rights too.
    spec = {"user": user, "groups": ["system:authenticated"], "resourceAttributes": asked}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    return bool(created(kubectl, review)["status"]["allowed"])


def test_in_all_namespaces_the_operator_may_do_this_and_no_more(
    namespace: Kubectl, other_namespace: str, install: Callable[..., str]
):
    account, owner = install(WITHOUT_CRD), namespace.namespace
    for where in (owner, other_namespace):
        everybody = rights(namespace, "default", owner=owner, namespace=where)
        assert beyond(rights(namespace, account, owner=owner, namespace=where), everybody) == OPERATOR
    assert may(namespace, f"system:serviceaccount:{owner}:{account}", "watch", "pods", group="")


def test_in_some_namespaces_it_may_do_this_there_and_nothing_elsewhere(
    namespace: Kubectl, other_namespace: str, install: Callable[..., str]
):
    account, owner = install(WITHOUT_CRD, f"--set=watchNamespaces={{{other_namespace}}}"), namespace.namespace
    found = {where: rights(namespace, account, owner=owner, namespace=where) for where in (owner, other_namespace)}
    everybody = rights(namespace, "default", owner=owner, namespace=owner)
    assert beyond(found[other_namespace], everybody) == OPERATOR
    assert beyond(found[owner], everybody) == {}
    assert not may(namespace, f"system:serviceaccount:{owner}:{account}", "watch", "pods", group="")


@pytest.mark.parametrize("role", ["admin", "edit", "view"])
def test_users_may_use_it_where_they_may_use_other_things(role: str, namespace: Kubectl, install: Callable[..., str]):
    install(WITHOUT_CRD)
    resource = (GROUP, "detectortrainings")
    granted = VIEW[resource] if role == "view" else VIEW[resource] | EDIT[resource]
    user, where = f"{role}@example.com", namespace.namespace
    namespace("create", "rolebinding", "of-the-test", f"--clusterrole={role}", f"--user={user}")

    def found() -> set[str]:
        verbs = VIEW[resource] | EDIT[resource]
        return {verb for verb in verbs if may(namespace, user, verb, "detectortrainings", namespace=where)}

    # The controller manager adds the rules to the role a moment later.
    until(lambda: found() == granted, f"{role} to have {sorted(granted)}", seconds=90)
    assert not may(namespace, user, "patch", "detectortrainings/status", namespace=where)
    assert not may(namespace, user, "get", "detectortrainings", namespace="default")


def test_a_namespace_of_the_level_restricted_takes_the_operator(namespace: Kubectl, install: Callable[..., str]):
    deployment = namespace.get("deployment", install(WITHOUT_CRD))
    assert deployment is not None
    spec = deployment["spec"]["template"]["spec"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "operator"}, "spec": spec}
    created(namespace, pod, "--dry-run=server")
    spec["securityContext"].pop("seccompProfile")
    with pytest.raises(KubectlError, match="violates PodSecurity"):
        created(namespace, pod, "--dry-run=server")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("replicas=1", "trains the DetectorTrainings of all namespaces. Next:"),
        ("replicas=1,watchNamespaces={a,b}", "trains the DetectorTrainings of a, b. Next:"),
        ("replicas=0", "is paused: nothing starts before replicas is 1. Then:"),
    ],
)
def test_the_notes_say_what_to_do_next(value: str, says: str, helm: Helm):
    notes = helm("install", helm.namespace, CHART, *VALUES, f"--set={value}", WITHOUT_CRD, "--dry-run=client").partition(
        "NOTES:\n"
    )[2]
    commands = "  kubectl apply -f training.yaml\n  kubectl describe detectortraining NAME\n"
    assert notes == f"The operator {says}\n\n{commands}"


# Suspended, so that an operator of another test starts nothing for it.
TRAINING = {
    "apiVersion": f"{GROUP}/v1alpha1",
    "kind": "DetectorTraining",
    "metadata": {"name": "kept"},
    "spec": {"pipelineConfig": {"path": "/data/pipeline.config"}, "modelDir": "/models/kept", "numSteps": 1, "suspend": True},
}


def create_training(namespace: Kubectl) -> str:
    """The uid of a new DetectorTraining."""
    namespace.wait("crd", CRD, established, "established")
    uid: str = created(namespace, TRAINING)["metadata"]["uid"]
    return uid


def established(found: dict[str, Any]) -> bool:
    conditions = found.get("status", {}).get("conditions", [])
    return any((condition["type"], condition["status"]) == ("Established", "True") for condition in conditions)


def uid_of_training(namespace: Kubectl) -> str | None:
    found = namespace.get("detectortraining", "kept")
    return found and found["metadata"]["uid"]


def columns(namespace: Kubectl) -> list[str]:
    found = namespace.get("crd", CRD)
    assert found is not None
    return [column["name"] for column in found["spec"]["versions"][0]["additionalPrinterColumns"]]


def an_older_chart(folder: Path) -> Path:
    """One whose CRD has one column only."""
    chart = folder / "older"
    shutil.copytree(CHART, chart)
    older = crd.custom_resource_definition()
    del older["spec"]["versions"][0]["additionalPrinterColumns"][1:]
    (chart / "files" / crd.FILE.name).write_text(yaml.safe_dump(older), encoding="utf-8")
    return chart


def test_an_upgrade_changes_the_crd_and_keeps_what_there_is(
    namespace: Kubectl, helm: Helm, install: Callable[..., str], take_crd: tuple[str, ...], tmp_path: Path
):
    deployment = install(*take_crd, chart=an_older_chart(tmp_path))
    uid = create_training(namespace)
    assert columns(namespace) == ["Phase"]
    helm("upgrade", helm.namespace, CHART, *VALUES, "--set=log.level=debug")
    assert columns(namespace) == [name for name, *_ in crd.COLUMNS]
    assert uid_of_training(namespace) == uid
    changed = namespace.get("deployment", deployment)
    assert changed is not None
    assert "--log-level=debug" in changed["spec"]["template"]["spec"]["containers"][0]["args"]


def test_a_release_that_leaves_the_crd_to_others_keeps_it(
    namespace: Kubectl, helm: Helm, install: Callable[..., str], take_crd: tuple[str, ...]
):
    install(*take_crd)
    uid = create_training(namespace)
    helm("upgrade", helm.namespace, CHART, *VALUES, WITHOUT_CRD)
    assert uid_of_training(namespace) == uid


def test_an_uninstall_keeps_the_trainings_and_an_install_takes_them_over(
    namespace: Kubectl, helm: Helm, install: Callable[..., str], take_crd: tuple[str, ...]
):
    deployment = install(*take_crd)
    uid = create_training(namespace)
    helm("uninstall", helm.namespace, "--wait")
    assert namespace.get("deployment", deployment) is None
    assert uid_of_training(namespace) == uid
    install()
    assert namespace.get("deployment", deployment) is not None
    assert uid_of_training(namespace) == uid


def test_a_release_of_another_name_says_that_it_takes_the_crd_over(
    namespace: Kubectl, helm: Helm, install: Callable[..., str], take_crd: tuple[str, ...]
):
    install(*take_crd)
    uid = create_training(namespace)
    helm("uninstall", helm.namespace, "--wait")
    with pytest.raises(HelmError, match="invalid ownership metadata"):
        helm("install", "another", CHART, *VALUES)
    try:
        helm("install", "another", CHART, *VALUES, "--take-ownership")
        assert uid_of_training(namespace) == uid
    finally:
        helm("uninstall", "another", "--ignore-not-found")
