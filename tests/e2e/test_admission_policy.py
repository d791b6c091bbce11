"""The chart's ValidatingAdmissionPolicy on a real API server: who may create a DetectorTraining, and what its spec may set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from cluster.helm import CHART, Helm
from cluster.kubectl import Kubectl, KubectlError
from cluster.waiting import until
from detector_operator.api import crd
from support.helm import find_helm
from support.rights import GROUP
from support.verdicts import manifest

pytestmark = pytest.mark.cluster
JOBS, TRAININGS = "jobs@example.com", "trainings@example.com"
"""Two users: both may write DetectorTrainings, and only the first may create Jobs."""
CRD = "detectortrainings.detector-training.io"
RELEASE = "admission-detector-training"
OLDER = "older"
"""A training that was there before the policy, and has what it does not allow."""
PRIVILEGED = {"securityContext": {"privileged": True}}
ALLOWED = {
    "images": ["registry.example/vision/*", "registry.example/trainer:1"],
    "secrets": ["public-*"],
    "serviceAccounts": ["reader"],
    "volumeTypes": ["csi", "configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"],
    "securityContextFields": ["runAsUser"],
    "priorityClasses": [],
    "runtimeClasses": ["nvidia"],
    "schedulers": ["volcano"],
    "tolerations": ["nvidia.com/gpu"],
    "extendedResources": ["nvidia.com/*"],
    "labels": ["kueue.x-k8s.io/*"],
    "annotations": ["team"],
}
VALUES = (
    *("--set=replicas=0", "--set=image.repository=none", "--set=trainer.image=none"),
    *("--set=crds.install=false", "--set=rbac.aggregateClusterRoles=false", "--set=admissionPolicy.enabled=true"),
)


class Policy(NamedTuple):
    """A namespace in which the policy holds, as the administrator and as either user."""

    kubectl: Kubectl

    def create(self, spec: dict[str, Any] | None = None, *words: str, user: str = JOBS, name: str = "pets") -> None:
        """Creates a training of this spec."""
        text = json.dumps({**manifest(spec), "metadata": {"name": name}})
        self.kubectl("create", f"--as={user}", *words, "-f", "-", stdin=text)

    def refusal(self, spec: dict[str, Any] | None = None, *, user: str = JOBS) -> str:
        """Why a training of this spec is not created."""
        with pytest.raises(KubectlError) as refused:
            self.create(spec, "--dry-run=server", user=user)
        return str(refused.value)

    def change(self, patch: dict[str, Any], *, user: str, name: str = "pets") -> None:
        """Merges a patch into a training."""
        self.kubectl("patch", "detectortraining", name, f"--as={user}", "--type=merge", f"--patch={json.dumps(patch)}")


@pytest.fixture(scope="module")
def policy(kubectl: Kubectl) -> Iterator[Policy]:
    kubectl("apply", "--server-side", "-f", str(crd.FILE))
    kubectl.wait("crd", CRD, _established, "established")
    owner, watched = "admission-system", "admission"
    for name in (owner, watched):
        kubectl("create", "namespace", name)
    within = kubectl.within(watched)
    for user, rules in ((TRAININGS, [_TRAININGS]), (JOBS, [_TRAININGS, _JOBS])):
        name = user.partition("@")[0]
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
        kinds = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": name, "namespace": watched}}
        subjects = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}]
        within.create(
            {**kinds, "kind": "Role", "rules": rules}, {**kinds, "kind": "RoleBinding", "roleRef": role, "subjects": subjects}
        )
    within.create({**manifest({"trainer": PRIVILEGED}), "metadata": {"name": OLDER}})
    helm = Helm(find_helm(), kubectl.kubeconfig, owner)
    allowed = f"--set-json=admissionPolicy.allowed={json.dumps(ALLOWED)}"
    helm("install", "admission", CHART, *VALUES, f"--set=watchNamespaces={{{watched}}}", allowed)
    found = Policy(within)
    try:
        until(lambda: _refuses(found), "the API server to enforce the policy", seconds=60)
        yield found
    finally:
        helm("uninstall", "admission", "--ignore-not-found")
        for name in (owner, watched):
            kubectl("delete", "namespace", name, "--wait=false")


_TRAININGS = {"apiGroups": [GROUP], "resources": ["detectortrainings"], "verbs": ["get", "create", "update", "patch", "delete"]}
_JOBS = {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"]}


def _established(found: dict[str, Any]) -> bool:
    conditions = found.get("status", {}).get("conditions", [])
    return any((each["type"], each["status"]) == ("Established", "True") for each in conditions)


def _refuses(found: Policy) -> bool:
    try:
        found.create(None, "--dry-run=server", user=TRAININGS)
    except KubectlError as error:
        return "ValidatingAdmissionPolicy" in str(error)
    return False


@pytest.fixture
def training(policy: Policy) -> Iterator[Policy]:
    """The policy, and a training that exists."""
    policy.create()
    yield policy
    policy.kubectl("delete", "detectortraining", "pets", "--ignore-not-found")


def test_the_api_server_finds_no_mistake_in_its_expressions(policy: Policy):
    def checked() -> dict[str, Any] | None:
        found = policy.kubectl.get("validatingadmissionpolicy", RELEASE)
        assert found is not None
        status: dict[str, Any] = found.get("status", {})
        return status if "observedGeneration" in status else None

    status = until(checked, "the API server to check the policy", seconds=60)
    assert status.get("typeChecking", {}).get("expressionWarnings", []) == []


# Who


def test_a_user_who_may_create_jobs_may_create_a_training(policy: Policy):
    policy.create(None, "--dry-run=server", user=JOBS)


def test_a_user_who_may_not_create_jobs_is_refused_and_told_which_right_is_missing(policy: Policy):
    assert (
        "user trainings@example.com may not create Jobs in namespace admission, and a DetectorTraining creates Jobs with the pod "
        "fields of its spec; grant the user the verb create on jobs.batch in this namespace"
    ) in policy.refusal(user=TRAININGS)


def test_such_a_user_cannot_change_a_spec(training: Policy):
    with pytest.raises(KubectlError, match="may not create Jobs in namespace admission"):
        training.change({"spec": {"numSteps": 200}}, user=TRAININGS)
    training.change({"spec": {"numSteps": 200}}, user=JOBS)


def test_such_a_user_can_change_what_starts_nothing(training: Policy):
    training.change({"metadata": {"labels": {"team": "vision"}}}, user=TRAININGS)


def test_every_user_can_suspend_a_training_and_change_nothing_else_with_it(training: Policy):
    """It frees GPUs. To resume it, or to smuggle in a change, needs the rights of its author."""
    with pytest.raises(KubectlError, match="may not create Jobs"):
        training.change({"spec": {"suspend": True, "trainer": {"gpus": 2}}}, user=TRAININGS)
    training.change({"spec": {"suspend": True}}, user=TRAININGS)
    with pytest.raises(KubectlError, match="may not create Jobs"):
        training.change({"spec": {"numSteps": 200}}, user=TRAININGS)
    with pytest.raises(KubectlError, match="may not create Jobs"):
        training.change({"spec": {"suspend": False}}, user=TRAININGS)
    training.change({"spec": {"suspend": False}}, user=JOBS)


def test_the_status_is_not_the_policys(training: Policy):
    patch = json.dumps({"status": {"observedGeneration": 1, "phase": "Validating"}})
    training.kubectl("patch", "detectortraining", "pets", "--subresource=status", "--type=merge", f"--patch={patch}")


def test_it_holds_in_the_watched_namespaces_alone(policy: Policy):
    policy.kubectl.within("admission-system")(
        "create", "--dry-run=server", "-f", "-", stdin=json.dumps(manifest({"trainer": PRIVILEGED}))
    )


# What


def volume(kind: str, **source: Any) -> dict[str, Any]:
    return {"volumes": [{"name": "data", kind: source}]}


def environment(secret: str) -> dict[str, Any]:
    return {"env": [{"name": "A", "value": "b"}, {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": secret, "key": "k"}}}]}


REFUSED = {
    "image": (
        {"image": "docker.io/any"},
        "spec.trainer.image: docker.io/any is not allowed in this cluster; use one of registry.example/",
    ),
    "an image whose registry only begins alike": (
        {"image": "registry.example/visionary/t"},
        "spec.trainer.image: registry.example/visionary/t",
    ),
    "serviceAccountName": (
        {"serviceAccountName": "admin"},
        "spec.trainer.serviceAccountName: admin is not allowed in this cluster; use reader, or remove it",
    ),
    "priorityClassName": (
        {"priorityClassName": "system-node-critical"},
        "spec.trainer.priorityClassName: system-node-critical is not allowed in this cluster; remove it",
    ),
    "runtimeClassName": (
        {"runtimeClassName": "host"},
        "spec.trainer.runtimeClassName: host is not allowed in this cluster; use nvidia",
    ),
    "schedulerName": ({"schedulerName": "mine"}, "spec.trainer.schedulerName: mine is not allowed in this cluster; use volcano"),
    "privileged": (
        PRIVILEGED,
        "spec.trainer.securityContext: 'privileged' is not allowed in this cluster; use runAsUser, or remove it",
    ),
    "podSecurityContext": (
        {"podSecurityContext": {"runAsUser": 0, "fsGroup": 0}},
        "spec.trainer.podSecurityContext: 'fsGroup' is not allowed in this cluster; use runAsUser, or remove it",
    ),
    "hostPath": (
        volume("hostPath", path="/"),
        "spec.trainer.volumes: the type of volume 'data' is not allowed in this cluster; use one of csi, configMap",
    ),
    "a projected token": (
        volume("projected", sources=[{"configMap": {"name": "c"}}, {"serviceAccountToken": {"path": "token"}}]),
        "spec.trainer.volumes: the type of volume 'data' is not allowed",
    ),
    "secret volume": (
        volume("secret", secretName="private"),
        "spec.trainer.volumes: the Secret of volume 'data' is not allowed in this cluster; use public-*, or remove it",
    ),
    "projected Secret": (
        volume("projected", sources=[{"secret": {"name": "private"}}]),
        "spec.trainer.volumes: the Secret of volume 'data' is not allowed",
    ),
    "Secret of a csi volume": (
        volume("csi", driver="d", nodePublishSecretRef={"name": "private"}),
        "spec.trainer.volumes: the Secret of volume 'data' is not allowed",
    ),
    "a class of the Secrets Store": (
        volume("csi", driver="secrets-store.csi.k8s.io", volumeAttributes={"secretProviderClass": "private"}),
        "spec.trainer.volumes: the Secret of volume 'data' is not allowed",
    ),
    "env": (environment("private"), "spec.trainer.env.valueFrom.secretKeyRef.name: 'private' is not allowed"),
    "envFrom": (
        {"envFrom": [{"secretRef": {"name": "private"}}]},
        "spec.trainer.envFrom.secretRef.name: 'private' is not allowed",
    ),
    "imagePullSecrets": (
        {"imagePullSecrets": [{"name": "private"}]},
        "spec.trainer.imagePullSecrets.name: 'private' is not allowed",
    ),
    "a taint": (
        {"tolerations": [{"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"}]},
        "spec.trainer.tolerations.key: 'node-role.kubernetes.io/control-plane' is not allowed",
    ),
    "all taints": ({"tolerations": [{"operator": "Exists"}]}, "spec.trainer.tolerations.key: '' is not allowed"),
    "gpuResource": ({"gpuResource": "devices.example/kvm"}, "spec.trainer.gpuResource: 'devices.example/kvm' is not allowed"),
    "extended resource": (
        {"resources": {"limits": {"cpu": 1, "devices.example/fuse": 1}}},
        "spec.trainer.resources.limits: 'devices.example/fuse' is not allowed in this cluster; use nvidia.com/*",
    ),
    "labels": ({"labels": {"app": "database"}}, "spec.trainer.labels: 'app' is not allowed"),
    "annotations": (
        {"annotations": {"sidecar.example/inject": "x"}},
        "spec.trainer.annotations: 'sidecar.example/inject' is not allowed",
    ),
}
REFUSED_OF_VALIDATION = {
    "labels": ({"labels": {"app": "database"}}, "spec.validation.labels: 'app' is not allowed"),
    "annotations": ({"annotations": {"a": "b"}}, "spec.validation.annotations: 'a' is not allowed"),
    "tolerations": ({"tolerations": [{"operator": "Exists"}]}, "spec.validation.tolerations.key: '' is not allowed"),
}
EVERYTHING_ALLOWED = {
    "image": "registry.example/vision/trainer:2",
    "serviceAccountName": "reader",
    "runtimeClassName": "nvidia",
    "schedulerName": "volcano",
    "securityContext": {"runAsUser": 5},
    "podSecurityContext": {"runAsUser": 5},
    "volumes": [
        {"name": "nothing"},
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "key", "secret": {"secretName": "public-key", "defaultMode": 256}},
        {"name": "both", "projected": {"sources": [{"secret": {"name": "public-key"}}, {"configMap": {"name": "c"}}]}},
    ],
    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    "env": [{"name": "A", "value": "b"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "public-key", "key": "k"}}}],
    "envFrom": [{"configMapRef": {"name": "c"}}, {"secretRef": {"name": "public-key"}}],
    "imagePullSecrets": [{"name": "public-pull"}],
    "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
    "gpuResource": "nvidia.com/mig-1g.5gb",
    "resources": {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"nvidia.com/gpu": "1"}},
    "labels": {"kueue.x-k8s.io/queue-name": "gpus"},
    "annotations": {"team": "vision"},
    "nodeSelector": {"pool": "gpus"},
    "affinity": {"nodeAffinity": {}},
}


@pytest.mark.parametrize(("trainer", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_allowed_is_refused_by_name(policy: Policy, trainer: dict[str, Any], message: str):
    assert message in policy.refusal({"trainer": trainer})


@pytest.mark.parametrize(("validation", "message"), REFUSED_OF_VALIDATION.values(), ids=REFUSED_OF_VALIDATION)
def test_what_is_not_allowed_for_the_validation_is_refused_too(policy: Policy, validation: dict[str, Any], message: str):
    assert message in policy.refusal({"validation": validation})


def test_what_is_allowed_is_accepted(policy: Policy):
    validation = {"labels": {"kueue.x-k8s.io/queue-name": "cpus"}, "tolerations": EVERYTHING_ALLOWED["tolerations"]}
    policy.create({"trainer": EVERYTHING_ALLOWED, "validation": validation}, "--dry-run=server")


def test_a_training_older_than_the_policy_can_be_suspended_and_nothing_else(policy: Policy):
    """Whatever its spec has: that a list became shorter must not keep a user from freeing GPUs."""
    refused = "spec.trainer.securityContext: 'privileged' is not allowed"
    with pytest.raises(KubectlError, match=refused):
        policy.change({"spec": {"numSteps": 200}}, user=JOBS, name=OLDER)
    policy.change({"spec": {"suspend": True}}, user=TRAININGS, name=OLDER)
    with pytest.raises(KubectlError, match=refused):
        policy.change({"spec": {"suspend": False}}, user=JOBS, name=OLDER)
    policy.change({"spec": {"suspend": False, "trainer": {"securityContext": None}}}, user=JOBS, name=OLDER)


# Where


@pytest.fixture
def everywhere(kubectl: Kubectl) -> Iterator[Kubectl]:
    """kubectl where a release that watches all namespaces has a policy."""
    owner = "admission-everywhere"
    kubectl("create", "namespace", owner)
    helm = Helm(find_helm(), kubectl.kubeconfig, owner)
    helm("install", owner, CHART, *VALUES, "--set=admissionPolicy.requireJobRights=false")
    try:
        yield kubectl.within(owner)
    finally:
        helm("uninstall", owner, "--ignore-not-found")
        kubectl("delete", "namespace", owner, "--wait=false")


@pytest.mark.usefixtures("policy")
def test_nothing_is_created_where_nothing_is_trained(everywhere: Kubectl):
    def refusal(namespace: str) -> str | None:
        try:
            everywhere.within(namespace)("create", "--dry-run=server", "-f", "-", stdin=json.dumps(manifest()))
        except KubectlError as error:
            return str(error)
        return None

    refused = until(lambda: refusal(everywhere.namespace), "the API server to enforce the policy", seconds=60)
    assert "the operator does not train in its own namespace or in kube-system" in refused
    assert "the operator does not train in its own namespace" in (refusal("kube-system") or "")
    assert refusal("default") is None
