"""Given a container whose image cannot be pulled: what is reported, and the hint."""

from __future__ import annotations

import pytest

from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import job, pod, waiting, with_container
from support.observed import CREATING, only_run

# (reason and message of the kubelet, our reason, a part of the message, a part of the hint)
STATES = {
    "the image does not exist": (
        ("ErrImagePull", 'failed to pull and unpack image "registry.example/trainer:1": registry.example/trainer:1: not found'),
        "ImageNotPulled",
        "Image registry.example/trainer:1 cannot be pulled: failed to pull and unpack",
        "Fix the name or the tag in spec.trainer.image",
    ),
    "the image does not exist, in backoff": (
        ("ImagePullBackOff", 'Back-off pulling image "registry.example/trainer:1": ErrImagePull: manifest unknown'),
        "ImageNotPulled",
        "Image registry.example/trainer:1 cannot be pulled: manifest unknown.",
        "Fix the name or the tag in spec.trainer.image",
    ),
    "the registry requires authentication": (
        ("ErrImagePull", "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized"),
        "ImageNotPulled",
        "401 Unauthorized.",
        "The registry requires authentication: reference a pull Secret in spec.trainer.imagePullSecrets.",
    ),
    "nothing more is known yet": (
        ("ImagePullBackOff", 'Back-off pulling image "registry.example/trainer:1"'),
        "ImageNotPulled",
        "Image registry.example/trainer:1 cannot be pulled.",
        "Check that the node can reach the registry",
    ),
    "it must not be pulled": (
        ("ErrImageNeverPull", 'Container image "registry.example/trainer:1" is not present with pull policy of Never'),
        "ImageNotPulled",
        "pull policy of Never.",
        "spec.trainer.imagePullPolicy is Never",
    ),
    "an invalid image reference": (
        (
            "InvalidImageName",
            'Failed to apply default image tag "a b": couldn\'t parse image name "a b": invalid reference format',
        ),
        "InvalidImageName",
        "Invalid image reference registry.example/trainer:1",
        "Fix spec.trainer.image",
    ),
}


@pytest.mark.parametrize(("kubelet", "reason", "message", "hint"), STATES.values(), ids=STATES)
def test_the_image_is_named_with_a_hint(kubelet, reason, message, hint):
    run = only_run([job()], [pod(phase="Pending", init=waiting(*kubelet), main=waiting("PodInitializing"))])
    assert (run.state, run.waiting.reason) == (RunState.STARTING, reason)  # it has its node, and so its GPUs
    assert message in run.waiting.message
    assert hint in run.waiting.hint


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "InvalidImageName"])
@pytest.mark.parametrize("sidecar", [False, True], ids=["an init container", "a native sidecar"])
def test_the_image_of_an_injected_container_is_not_a_matter_of_the_spec(sidecar, reason):
    given = with_container(pod(**CREATING), "istio-proxy", waiting(reason, "not found"), init=True, first=True, sidecar=sidecar)
    run = only_run([job()], [given])
    assert run.state is RunState.STARTING
    assert "istio-proxy" in f"{run.waiting.message} {run.waiting.hint}"
    assert "spec.trainer.image" not in run.waiting.hint


def test_a_running_training_is_not_waiting_for_a_sidecar():
    given = with_container(pod(), "istio-proxy", waiting("ImagePullBackOff", "not found"))
    run = only_run([job()], [given])
    assert (run.state, run.waiting) == (RunState.RUNNING, None)


@pytest.mark.parametrize(
    "reason",
    [
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
        "SignatureValidationFailed",
    ],
)
def test_each_reason_of_the_kubelet_for_an_image_that_cannot_be_pulled(reason):
    run = only_run([job()], [pod(**{**CREATING, "init": waiting(reason, "it failed")})])
    assert run.waiting.reason == "ImageNotPulled"
    assert run.waiting.message == "Image registry.example/trainer:1 cannot be pulled: it failed."


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        *(
            (message, "a pull Secret")
            for message in ("unauthorized", "Denied", "authentication required", "no basic auth", "403")
        ),
        *((message, "Fix the name or the tag") for message in ("Not Found", "manifest unknown", "does not exist")),
        ("timeout", "Check that the node can reach the registry"),
    ],
)
def test_the_hint_follows_the_words_of_the_registry(message, hint):
    run = only_run([job()], [pod(**{**CREATING, "init": waiting("ErrImagePull", message)})])
    assert hint in run.waiting.hint
