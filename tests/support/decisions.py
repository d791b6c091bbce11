"""What tests read from decisions."""

from __future__ import annotations

from detector_operator.api import Condition, ConditionType, Status
from detector_operator.reconcile.actions import DeleteRun
from detector_operator.reconcile.decide import Decision


def conditions(status: Status) -> dict[str, tuple[str, str]]:
    """Return status and reason of every condition."""
    return {condition.type.value: (condition.status, condition.reason) for condition in status.conditions}


def headline(decision: Decision) -> Condition:
    """Return the condition Training, whose reason and message are the headline of every phase."""
    condition = decision.status.condition(ConditionType.TRAINING)
    assert condition is not None
    return condition


def events(decision: Decision) -> list[tuple[str, str]]:
    """Return type and reason of every event."""
    return [(event.type, event.reason) for event in decision.events]


def deleted(decision: Decision) -> list[str]:
    """Return the runs that are deleted: `train-1`."""
    return [action.run.key for action in decision.actions if isinstance(action, DeleteRun)]
