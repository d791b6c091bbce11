"""List the policies in the order in which they are applied: the first one that returns a result decides."""

from __future__ import annotations

from typing import Final

from detector_operator.policies import (
    create_rejected,
    deadline,
    job_history,
    retries,
    spec_changed,
    stall,
    start_timeout,
    success,
    suspend,
    training,
    validation,
)
from detector_operator.reconcile.decide import PolicySet

POLICIES: Final = PolicySet(
    chain=(
        success.policy,  # the training completed
        retries.policy,  # the last run failed and no retry is left, or a retry cannot help
        suspend.policy,  # spec.suspend: stop after a checkpoint, start nothing
        spec_changed.policy,  # runs of an earlier spec stop before one of this spec starts
        deadline.policy,  # spec.activeDeadlineSeconds
        validation.policy,  # nothing trains before the verdict
        start_timeout.policy,  # spec.trainer.startTimeoutSeconds: its pod has a node, but no step completes
        stall.policy,  # spec.stallTimeoutSeconds: it runs, but no step completes
        training.policy,  # start, follow and restart the training
    ),
    apply_rejection=create_rejected.apply,  # the API server rejected the Job that the result creates
    prune_finished_jobs=job_history.prune_finished_jobs,  # spec.ttlSecondsAfterFinished
)
