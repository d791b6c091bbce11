"""The operator's Deployment."""

from __future__ import annotations

import json

import pytest

from cluster.helm import HelmError

DEFAULTS = [
    "operator",
    "--trainer-image=detector-trainer:0.1.0",
    "--gpu-resource=nvidia.com/gpu",
    "--shm-size=1Gi",
    "--tmp-size=16Gi",
    "--validation-secrets=Inherit",
    "--user-id=1000",
    "--health-port=8080",
    "--metrics-port=8081",
    "--log-format=json",
    "--log-level=info",
]


def deployment(manifests):
    (found,) = (manifest for manifest in manifests if manifest["kind"] == "Deployment")
    return found


def pod(manifests):
    return deployment(manifests)["spec"]["template"]["spec"]


def operator(manifests):
    (container,) = pod(manifests)["containers"]
    return container


def test_what_it_is_called_with(render):
    assert operator(render())["args"] == DEFAULTS


@pytest.mark.parametrize(
    ("value", "argument"),
    [
        ('trainer.imagePullPolicy="Always"', "--image-pull-policy=Always"),
        ('trainer.gpuResource="amd.com/gpu"', "--gpu-resource=amd.com/gpu"),
        ('trainer.shmSize="8Gi"', "--shm-size=8Gi"),
        ('trainer.tmpSize="100Gi"', "--tmp-size=100Gi"),
        ('trainer.tmpSize="none"', "--tmp-size=none"),
        ('trainer.validationSecrets="Omit"', "--validation-secrets=Omit"),
        ("trainer.userId=1000680000", "--user-id=1000680000"),
        ('trainer.userId="none"', "--user-id=none"),
        ('log.format="text"', "--log-format=text"),
        ('log.level="debug"', "--log-level=debug"),
        ("metrics.port=9100", "--metrics-port=9100"),
        ("metrics.enabled=false", "--metrics-port=0"),
        ("metrics.perTraining=false", "--no-training-metrics"),
    ],
)
def test_values_become_arguments(render, value, argument):
    name = argument.partition("=")[0]
    others = [default for default in DEFAULTS if not default.startswith(f"{name}=")]
    assert sorted(operator(render(value))["args"]) == sorted([*others, argument])


def test_each_namespace_is_an_argument(render):
    args = operator(render('watchNamespaces=["a", "b"]'))["args"]
    assert [argument for argument in args if argument not in DEFAULTS] == ["--namespace=a", "--namespace=b"]


@pytest.mark.parametrize(
    ("values", "image"),
    [
        ([], "detector-training-operator:0.1.0"),
        (['image.tag="next"'], "detector-training-operator:next"),
        (['image.tag="next"', f'image.digest="sha256:{"0" * 64}"'], f"detector-training-operator@sha256:{'0' * 64}"),
        (['image.repository="registry.example:5000/team/op"'], "registry.example:5000/team/op:0.1.0"),
    ],
    ids=["appVersion", "tag", "digest", "registry with a port"],
)
def test_the_image(render, values, image):
    assert operator(render(*values))["image"] == image


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set=trainer.image=t:1"], "image.repository has to be set: the image built from operator/Containerfile"),
        (["--set=image.repository=o"], "trainer.image has to be set: the image built from trainer_image/Containerfile"),
        (
            ["--set=image.repository=o,trainer.image=t:1,serviceAccount.create=false"],
            "serviceAccount.name has to be set: serviceAccount.create is false",
        ),
    ],
)
def test_what_has_to_be_set_is_asked_for(helm, words, message):
    with pytest.raises(HelmError, match=message):
        helm.render(*words)


def test_it_meets_the_pod_security_level_restricted(render):
    """The rules of the Pod Security Standards; tests/e2e/test_chart.py asks the API server."""
    found, container = pod(render()), operator(render())
    assert not found.keys() & {"hostNetwork", "hostPID", "hostIPC", "hostUsers", "initContainers", "ephemeralContainers"}
    assert found["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert not any("hostPort" in port for port in container["ports"])
    assert [volume.keys() - {"name"} for volume in found["volumes"]] == [{"emptyDir"}]


def test_only_tmp_is_writable(render):
    assert operator(render())["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]


def test_there_are_never_two(render):
    spec = deployment(render())["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_only_the_pod_has_the_token(render):
    (account,) = (manifest for manifest in render() if manifest["kind"] == "ServiceAccount")
    assert (account["automountServiceAccountToken"], pod(render())["automountServiceAccountToken"]) == (False, True)


def test_probes_ask_the_port_that_it_is_told_to_serve(render):
    container = operator(render())
    port = next(port for port in container["ports"] if port["name"] == "health")
    assert f"--health-port={port['containerPort']}" in container["args"]
    asked = {
        container[probe]["httpGet"]["path"]: container[probe]["httpGet"]["port"] for probe in ("livenessProbe", "readinessProbe")
    }
    assert asked == {"/healthz": port["name"], "/readyz": port["name"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("imagePullSecrets", [{"name": "pull"}]),
        ("priorityClassName", "system-cluster-critical"),
        ("nodeSelector", {"pool": "system"}),
        ("tolerations", [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}]),
        ("affinity", {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}),
    ],
)
def test_fields_of_the_pod(render, name, value):
    assert name not in pod(render())
    assert pod(render(f"{name}={json.dumps(value)}"))[name] == value


def test_resources(render):
    changed = operator(render('resources.limits.memory="1Gi"'))["resources"]
    assert changed == {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}}


def test_labels_and_annotations_of_the_pod(render):
    """Ours win: the Deployment finds its pod by them."""
    labels = {"team": "vision", "app.kubernetes.io/name": "other"}
    found = deployment(render(f"podLabels={json.dumps(labels)}", 'podAnnotations={"a": "b"}'))["spec"]
    metadata = found["template"]["metadata"]
    assert metadata["annotations"] == {"a": "b"}
    assert metadata["labels"]["team"] == "vision"
    assert found["selector"]["matchLabels"].items() <= metadata["labels"].items()


def test_its_selector_never_changes(render):
    """Kubernetes refuses an upgrade that changes it."""
    assert deployment(render())["spec"]["selector"] == {
        "matchLabels": {"app.kubernetes.io/name": "detector-training", "app.kubernetes.io/instance": "detector-training"}
    }


def test_the_name_of_the_release_is_part_of_every_name(render):
    names = {manifest["metadata"]["name"] for manifest in render("crds.install=false", release="vision")}
    assert names == {f"vision-detector-training{end}" for end in ("", "-edit", "-view", "-metrics")}
