"""Detect that the kernel OOM killer killed a process of the container."""

from __future__ import annotations

from typing import Final

from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason, RunKind
from detector_trainer.contract import reasons

ALTERNATIVES: Final = {
    RunKind.VALIDATION: ", or lower its CPU limit: one process per CPU reads records, and each needs memory",
    RunKind.TRAINING: ", or lower train_config.batch_size",
}


def cause(observed: ObservedRun) -> ConditionReason | None:
    """Report whether the container exceeded its limit or the node ran out of memory."""
    container = observed.end
    if container is None or not observed.is_own_container(container) or (container.terminated or {}).get("reason") != "OOMKilled":
        return None
    limit = container.limit("memory")
    if limit is not None:
        return ConditionReason(
            reasons.OOM_KILLED,
            f"Container {container.name} was OOM-killed: it exceeded its memory limit of {limit}.",
            f"Raise {observed.settings}.resources.limits.memory{ALTERNATIVES[observed.kind]}.",
        )
    return ConditionReason(
        reasons.OOM_KILLED,
        f"Container {container.name} was OOM-killed: its node ran out of memory.",
        f"Set {observed.settings}.resources.requests.memory so that the pod is scheduled on a node with enough memory.",
    )
