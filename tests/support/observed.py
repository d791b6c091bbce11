"""The run that `observe` makes of a Job, its pod and their events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from detector_operator.api import RetryClass
from detector_operator.builders.manifest import Manifest
from detector_operator.observe import observe
from detector_operator.reconcile.run_end import classify_training
from detector_operator.reconcile.run_failure import failure_of
from detector_operator.reconcile.runs import Run, RunState
from support.kubernetes_objects import OWNER, failed, job, pod, waiting

CREATING: dict[str, Any] = {"phase": "Pending", "init": waiting("PodInitializing"), "main": waiting("PodInitializing")}
REJECTED_BY_KUBELET: dict[str, Any] = {**CREATING, "phase": "Failed"}
LOG = 'INFO a line\ndetector-training: {"step": 12, "totalSteps": 100, "lastCheckpointStep": 10}\nRuntimeError: boom\n'
DATA = json.dumps({"reason": "DataError", "message": "Record 3 cannot be decoded.", "hint": "Write it again.", "step": 12})
STOPPED = json.dumps({"reason": "Stopped", "message": "Stopped at step 12.", "step": 12, "lastCheckpointStep": 12})
FINAL_CODE = "Container {} for pod team/pets-train-1-x7k2p failed with exit code 65 matching FailJob rule at index 1"
JOB_STATUS = {"the Job failed": failed(), "the Job controller is down": {}}


def only_run(jobs: Iterable[Manifest], pods: Iterable[Manifest], events: Iterable[Manifest] = (), **more: Any) -> Run:
    """The one run of these Jobs and pods."""
    (run,) = observe(jobs, pods, owner=OWNER, events=events, **more)
    return run


def failed_pod(main: Manifest | None = None, **facts: Any) -> Manifest:
    """The pod of a run that failed."""
    return pod(phase="Failed", main=main, **facts)


def assert_end(
    its_pod: Manifest, how: RetryClass, reason: str, message: str, hint: str, job_status: dict[str, Any] | None = None
) -> None:
    """Check how a run of this pod ended, and parts of the message and the hint."""
    run = only_run([job(**(failed() if job_status is None else job_status))], [its_pod])
    failure = failure_of(run, "pets-train-1")
    assert (run.state, classify_training(run), failure.reason) == (RunState.ENDED, how, reason)
    assert message in failure.message
    assert hint in (failure.hint or "")
    assert (failure.pod, failure.node) == ("pets-train-1-x7k2p", "gpu-1")
