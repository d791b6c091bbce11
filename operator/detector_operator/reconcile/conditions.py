"""Build the status conditions from the result of the policies."""

from __future__ import annotations

from typing import Literal

from detector_operator.api import Condition, ConditionType, Phase
from detector_operator.reconcile.context import PolicyResult, ReconcileContext
from detector_operator.reconcile.validated_condition import ConditionStatus, validated_condition

# These are in every status. The others appear once they have been True: a list of what did not happen is noise.
ALWAYS_PRESENT = (ConditionType.VALIDATED, ConditionType.TRAINING, ConditionType.RECONCILING)


def build_conditions(context: ReconcileContext, result: PolicyResult) -> list[Condition]:
    """Return all conditions in the order of their types. lastTransitionTime changes only with the status of a condition."""
    phase = result.phase
    failed = phase in (Phase.FAILED, Phase.REJECTED)
    headline = (result.reason, result.message)
    wanted: dict[ConditionType, tuple[ConditionStatus, str, str]] = {
        ConditionType.VALIDATED: validated_condition(context),
        ConditionType.TRAINING: (_status(phase is Phase.TRAINING), *headline),
        ConditionType.SUCCEEDED: (_status(phase is Phase.SUCCEEDED), *headline),
        ConditionType.FAILED: (_status(failed), *headline),
        ConditionType.RECONCILING: (_status(not phase.terminal and phase is not Phase.SUSPENDED), *headline),
        ConditionType.STALLED: (_status(failed), *headline),
    }
    conditions = []
    for kind, (status, reason, message) in wanted.items():
        before = context.status.condition(kind)
        if before is None and status == "False" and kind not in ALWAYS_PRESENT:
            continue
        unchanged = before is not None and before.status == status
        conditions.append(
            Condition(
                type=kind,
                status=status,
                observed_generation=context.observed_generation,
                last_transition_time=before.last_transition_time if before is not None and unchanged else context.timer.now,
                reason=reason,
                message=message,
            )
        )
    return conditions


def _status(value: bool) -> Literal["True", "False"]:
    return "True" if value else "False"
