"""Runs: their names, their bounds, and what they reported."""

from __future__ import annotations

from detector_operator.api import bounds
from detector_operator.reconcile.runs import ConditionReason, LogView, RunKind, RunState, run_key, run_name
from support.trainings import T0, at, termination_message, train_run


def test_the_name_of_a_run_follows_from_its_attempt():
    assert run_name("pets", RunKind.VALIDATION, 2) == "pets-validate-2"
    assert run_name("pets", RunKind.TRAINING, 3) == "pets-train-3"
    assert run_key(RunKind.TRAINING, 3) == train_run(3).key == "train-3"


def test_a_run_is_live_until_it_has_ended():
    assert [train_run(state=state).live for state in RunState] == [True, True, True, False]


def test_the_last_step_is_the_highest_that_was_reported():
    assert train_run(progress=at(40), message=termination_message("Stopped", step=60)).step == 60
    assert train_run(progress=at(70), message=termination_message("Stopped", step=60)).step == 70
    assert train_run().step is None


def test_the_newest_checkpoint_is_the_highest_that_was_reported():
    run = train_run(progress=at(40, checkpoint=30), message=termination_message("Stopped", last_checkpoint_step=20))
    assert run.last_checkpoint_step == 30
    assert train_run(progress=at(40)).last_checkpoint_step is None


def test_the_texts_of_a_reason_are_bounded():
    reason = ConditionReason("X", "m" * 5000, "h" * 5000)
    assert (len(reason.message), len(reason.hint)) == (bounds.TEXT, bounds.TEXT)


def test_a_local_log_is_read_whenever_it_is_looked_at():
    assert LogView.of_file(T0) == LogView(read_at=T0, attempted_at=T0)
