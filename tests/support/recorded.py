"""Resources as an API server shows them, with the statuses that `decide` writes in every situation."""

from __future__ import annotations

from typing import Any

from detector_operator.api import Phase
from detector_operator.builders.manifest import Manifest
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.decide import decide
from detector_operator.reconcile.runs import ConditionReason, Run, RunState
from detector_trainer.contract import reasons
from support.trainings import T0, after, at, decided, passed, rejected, termination_message, train_run, training, validate_run

PENDING: dict[str, Any] = {"state": RunState.PENDING, "node": None}
STARTING: dict[str, Any] = {"state": RunState.STARTING}
UNSCHEDULABLE = ConditionReason(
    reasons.UNSCHEDULABLE, "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.", "Request fewer GPUs."
)


def recorded(*runs: Run, seconds: float = 30, **spec: Any) -> Manifest:
    """Return what `kubectl get -o json` shows so long after the first reconcile."""
    resource = training(**spec)
    status = decided(resource, (runs, T0), (runs, after(seconds))).status
    return resource.model_copy(update={"status": status}).to_dict()


def unseen() -> Manifest:
    """Created, and no operator was there: the default of the CRD."""
    return {**training().to_dict(), "status": {"observedGeneration": 0}}


def changed(resource: Manifest) -> Manifest:
    """The same after a change of its spec that no operator has seen yet."""
    return {**resource, "metadata": {**resource["metadata"], "generation": 2}}


def seen_again(*runs: Run, **spec: Any) -> Manifest:
    """A resource that had failed, its spec changed, and reconciled again."""
    failed = decide(training(), [rejected()], after(11), POLICIES).status
    resource = training(generation=2, status=failed, numSteps=200, **spec)
    return resource.model_copy(update={"status": decide(resource, runs, after(60), POLICIES).status}).to_dict()


SUCCEEDED = recorded(
    passed(), train_run(exit_code=0, message=termination_message(reasons.COMPLETED, "Trained 100 steps.", "", step=100))
)
REJECTED = recorded(rejected())
FAILED = recorded(
    passed(), train_run(exit_code=65, message=termination_message(reasons.DATA_ERROR, "Record 7 is broken.", "Fix it."))
)

RESOURCES = {
    "created": unseen(),
    "validating": recorded(validate_run()),
    "validating, no node yet": recorded(validate_run(**PENDING)),
    "rejected": REJECTED,
    "rejected, and the policy is Warn": recorded(rejected(), validation={"policy": "Warn"}),
    "queued": recorded(passed(), train_run(**PENDING)),
    "queued, no node fits": recorded(passed(), train_run(waiting=UNSCHEDULABLE, **PENDING)),
    "starting": recorded(passed(), train_run(**STARTING)),
    "training": recorded(passed(), train_run(progress=at(40))),
    "between two tries": recorded(passed(), train_run(signal=9), seconds=5),
    "suspended, and still stopping": recorded(passed(), train_run(progress=at(40)), suspend=True),
    "suspended": recorded(passed(), train_run(exit_code=75, stop_reason=reasons.SUSPENDED), suspend=True),
    "suspended from the start": recorded(suspend=True, seconds=0),
    "succeeded": SUCCEEDED,
    "failed": FAILED,
    "failed after all retries": recorded(passed(), train_run(signal=9), retries=0),
    "succeeded, and the spec was changed": changed(SUCCEEDED),
    "failed, and the spec was changed": changed(FAILED),
    "rejected, changed, and validated again": seen_again(validate_run(2, generation=2)),
    "rejected, changed, and suspended": seen_again(suspend=True),
}

PHASES = {what: Phase(resource["status"].get("phase", Phase.PENDING)) for what, resource in RESOURCES.items()}
