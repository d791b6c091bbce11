"""The order of the policies: the first one that returns a result decides."""

from __future__ import annotations

from pathlib import Path

import detector_operator.policies
from detector_operator.api import Phase
from detector_operator.policies import success
from detector_operator.policies.chain import POLICIES
from support.trainings import T0, decided, passed, rejected, train_run, training


def test_every_policy_is_in_the_chain():
    (directory,) = map(Path, detector_operator.policies.__path__)
    with_policy = {path.stem for path in directory.glob("*.py") if "\ndef policy(" in path.read_text(encoding="utf-8")}
    assert {policy.__module__.rpartition(".")[2] for policy in POLICIES.chain} == with_policy


def test_a_training_that_has_succeeded_is_not_suspended():
    assert POLICIES.chain[0] is success.policy
    status = decided(training(suspend=True), ([passed(), train_run(exit_code=0)], T0)).status
    assert status.phase is Phase.SUCCEEDED


def test_a_training_that_has_failed_is_not_suspended():
    assert decided(training(suspend=True), ([passed(), train_run(exit_code=65)], T0)).status.phase is Phase.FAILED


def test_a_suspension_comes_before_the_verdict():
    assert decided(training(suspend=True), ([rejected()], T0)).status.phase is Phase.SUSPENDED


def test_runs_of_an_earlier_spec_stop_before_the_deadline_is_checked():
    status = decided(training(), ([passed(), train_run()], T0)).status
    changed = training(2, status, numSteps=200, activeDeadlineSeconds=1)
    assert decided(changed, ([passed(), train_run()], T0)).status.phase is Phase.PENDING


def test_the_last_policy_always_returns_a_result():
    assert decided(training(validation={"policy": "Skip"}), ([], T0)).status.phase is Phase.QUEUED
