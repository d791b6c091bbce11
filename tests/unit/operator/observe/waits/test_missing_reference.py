"""Given a container that references a missing ConfigMap, Secret or key: what is reported."""

from __future__ import annotations

import pytest

from support.kubernetes_objects import job, pod, waiting, with_container
from support.observed import CREATING, only_run

# (message of the kubelet, our reason, a part of the message, a part of the hint)
MESSAGES = {
    "a ConfigMap": (
        'configmap "env" not found',
        *("ConfigMapNotFound", "ConfigMap env not found in this namespace.", "Create it"),
    ),
    "a Secret": ('secret "bucket" not found', "SecretNotFound", "Secret bucket not found in this namespace.", "Create it"),
    "a key in a Secret": (
        "couldn't find key token in Secret team/bucket",
        *("SecretNotFound", "Secret bucket has no key token.", "Add the key"),
    ),
    "a user ID": (
        "container has runAsNonRoot and image will run as root (pod: ...)",
        *("ContainerCannotStart", "runAsNonRoot", "spec.trainer.podSecurityContext.runAsUser"),
    ),
}


@pytest.mark.parametrize(("kubelet", "reason", "message", "hint"), MESSAGES.values(), ids=MESSAGES)
def test_what_is_missing_is_named_with_a_hint(kubelet, reason, message, hint):
    given = pod(**{**CREATING, "init": waiting("CreateContainerConfigError", kubelet)})
    found = only_run([job()], [given]).waiting
    assert found.reason == reason
    assert message in found.message
    assert hint in found.hint


@pytest.mark.parametrize("sidecar", [False, True], ids=["an init container", "a native sidecar"])
def test_a_reference_of_an_injected_container_is_not_a_matter_of_the_spec(sidecar):
    state = waiting("CreateContainerConfigError", 'secret "mesh" not found')
    given = with_container(pod(**CREATING), "istio-proxy", state, init=True, first=True, sidecar=sidecar)
    found = only_run([job()], [given]).waiting
    assert found.message == "Container istio-proxy: Secret mesh not found in this namespace."
    assert "the spec" not in found.hint
