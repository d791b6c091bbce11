"""The conditions that follow from an outcome."""

from __future__ import annotations

from typing import Literal

from detector_operator.api import Condition, ConditionType, Phase
from detector_operator.policies import validation
from detector_operator.reconcile.situation import Outcome, Situation

Truth = Literal["True", "False", "Unknown"]

# These stand in every status; the others only once they have been true, because a list of what did not happen tells nothing.
ALWAYS = (ConditionType.VALIDATED, ConditionType.TRAINING, ConditionType.RECONCILING)


def conditions_of(situation: Situation, outcome: Outcome) -> list[Condition]:
    """All conditions, in the order of their types. lastTransitionTime moves only with the status of the condition."""
    phase = outcome.phase
    failed = phase in (Phase.FAILED, Phase.REJECTED)
    said = (outcome.reason, outcome.message)
    wanted: dict[ConditionType, tuple[Truth, str, str]] = {
        ConditionType.VALIDATED: validation.condition(situation),
        ConditionType.TRAINING: (_truth(phase is Phase.TRAINING), *said),
        ConditionType.SUCCEEDED: (_truth(phase is Phase.SUCCEEDED), *said),
        ConditionType.FAILED: (_truth(failed), *said),
        ConditionType.RECONCILING: (_truth(not phase.terminal and phase is not Phase.SUSPENDED), *said),
        ConditionType.STALLED: (_truth(failed), *said),
    }
    conditions = []
    for kind, (truth, reason, message) in wanted.items():
        before = situation.status.condition(kind)
        if before is None and truth == "False" and kind not in ALWAYS:
            continue
        unchanged = before is not None and before.status == truth
        conditions.append(
            Condition(
                type=kind,
                status=truth,
                observed_generation=situation.observed_generation,
                last_transition_time=before.last_transition_time if before is not None and unchanged else situation.timer.now,
                reason=reason,
                message=message,
            )
        )
    return conditions


def _truth(value: bool) -> Truth:
    return "True" if value else "False"
