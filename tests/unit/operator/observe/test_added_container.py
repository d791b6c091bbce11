"""Containers that a mesh or a policy injects do not decide how a run ended."""

from __future__ import annotations

import json

import pytest

from detector_operator.observe.added_container import ADDED
from detector_operator.reconcile.run_end import succeeded
from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import complete, ended, failed, job, pod, with_container
from support.observed import DATA, only_run


def test_the_hint_names_who_can_fix_it():
    assert "cluster administrator" in ADDED
    assert "spec" not in ADDED


def test_the_main_container_is_the_run_whatever_was_injected():
    given = pod(phase="Succeeded", main=ended(0, message=json.dumps({"reason": "Completed", "message": "Done.", "step": 100})))
    with_container(given, "istio-proxy", ended(1))
    with_container(given, "logger", ended(143), sidecar=True)
    run = only_run([job(**complete())], [given])
    assert (run.exit_code, run.container, run.cause) == (0, "train", None)


def test_a_training_has_succeeded_although_a_sidecar_failed_and_the_job_with_it():
    given = with_container(pod(phase="Failed", main=ended(0)), "istio-proxy", ended(1))
    run = only_run([job(**failed())], [given])
    assert (succeeded(run), run.cause, run.lingering) == (True, None, False)


@pytest.mark.parametrize("kind", ["train", "validate"])
def test_a_container_before_ours_is_not_mistaken_for_it(kind):
    given = with_container(pod(kind, phase="Failed", main=ended(70)), "istio-proxy", ended(0, message=DATA), first=True)
    run = only_run([job(kind, **failed())], [given])
    assert (run.exit_code, run.container, run.message) == (70, kind, None)
    live = with_container(pod(kind), "istio-proxy", ended(65, message=DATA), first=True)
    assert only_run([job(kind)], [live]).live


def test_a_sidecar_that_fails_ends_nothing():
    for sidecar, name in ((False, "istio-proxy"), (True, "logger")):
        given = with_container(pod(), name, ended(65, message=DATA), sidecar=sidecar)
        assert only_run([job()], [given]).state is RunState.RUNNING
