"""Given a container that the runtime cannot start: what is reported."""

from __future__ import annotations

import pytest

from detector_operator.observe.waits.container_start import REASONS
from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import job, pod, waiting, with_container
from support.observed import CREATING, only_run


@pytest.mark.parametrize("reason", REASONS)
def test_the_message_of_the_runtime_is_reported(reason):
    error = 'exec: "detector-training": executable file not found in $PATH'
    run = only_run([job()], [pod(**{**CREATING, "init": waiting(reason, error)})])
    assert (run.state, run.waiting.reason) == (RunState.STARTING, "ContainerCannotStart")
    assert run.waiting.message == f"Container preflight cannot be started: {error}"
    assert "detector-training" in run.waiting.hint


def test_a_runtime_without_a_message():
    given = pod(**{**CREATING, "init": waiting("RunContainerError")})
    assert only_run([job()], [given]).waiting.message == "Container preflight cannot be started: RunContainerError"


def test_an_injected_container_is_not_a_matter_of_our_image():
    given = with_container(pod(**CREATING), "istio-init", waiting("RunContainerError", "no"), init=True, first=True)
    found = only_run([job()], [given]).waiting
    assert found.message == "Container istio-init cannot be started: no"
    assert "`detector-training`" not in found.hint


def test_the_reasons_of_the_kubelet_for_a_container_that_cannot_be_started():
    assert set(REASONS) == {
        "CreateContainerError",
        "RunContainerError",
        "PreCreateHookError",
        "PreStartHookError",
        "PostStartHookError",
    }
