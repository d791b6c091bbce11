"""Actions are values: two decisions with the same actions are equal, and an executor handles all of them."""

from __future__ import annotations

from typing import get_args

from detector_operator.reconcile.actions import (
    Action,
    CheckRun,
    CreateConfigMap,
    DeleteRun,
    StartTraining,
    StartValidation,
    StopRun,
)
from support.trainings import train_run


def test_actions_are_equal_if_they_do_the_same():
    assert StopRun(train_run(), "Suspended") == StopRun(train_run(), "Suspended") != StopRun(train_run(), "SpecChanged")
    assert StartTraining(1) != StartValidation(1)


def test_every_action_is_in_the_union_that_executors_match():
    assert set(get_args(Action)) == {StartValidation, StartTraining, StopRun, DeleteRun, CheckRun, CreateConfigMap}
