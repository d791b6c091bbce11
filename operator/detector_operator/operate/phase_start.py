"""When a resource entered its phase."""

from __future__ import annotations

from datetime import datetime

from detector_operator.api import ConditionType, Phase, Status

TRUE_IN: dict[str, ConditionType] = {
    Phase.TRAINING: ConditionType.TRAINING,
    Phase.SUCCEEDED: ConditionType.SUCCEEDED,
    Phase.FAILED: ConditionType.FAILED,
    Phase.REJECTED: ConditionType.FAILED,
}
"""The condition that becomes True when the phase begins."""
BETWEEN: frozenset[str] = frozenset({Phase.PENDING, Phase.VALIDATING, Phase.QUEUED, Phase.SUSPENDED})
"""Phases in which no condition changes, so that the newest transition is their beginning, or that of a phase before them."""


def phase_start(status: Status) -> datetime | None:
    """Return when the phase began, by the operator's clock; None if the status does not tell."""
    written: datetime | None = getattr(status, "phase_time", None)
    if written is not None:
        return written
    if status.phase in TRUE_IN:
        condition = status.condition(TRUE_IN[status.phase])
        return condition.last_transition_time if condition is not None and condition.status == "True" else None
    if status.phase in BETWEEN:
        return max((condition.last_transition_time for condition in status.conditions), default=None)
    return None
