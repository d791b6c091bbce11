"""A training run that ended with exit code 0."""

from __future__ import annotations

from detector_operator.api import ConditionType, Phase
from support.decisions import conditions, headline
from support.trainings import after, at, decided, passed, termination_message, train_run, training


def test_exit_code_0_succeeds():
    runs = [
        passed(),
        train_run(exit_code=0, progress=at(100, checkpoint=100), message=termination_message("Completed", step=100)),
    ]
    decision = decided(training(), (runs, after(60)))
    assert (decision.status.phase, decision.actions, decision.status.failure) == (Phase.SUCCEEDED, (), None)
    assert (decision.status.reason, headline(decision).message) == (None, "Trained to step 100, loss 1.235.")
    assert conditions(decision.status)["Succeeded"] == ("True", "Completed")
    assert (decision.status.training.steps_per_second, decision.status.training.seconds_remaining) == (2.0, None)


def test_the_last_step_is_the_one_that_was_reported_not_the_one_that_was_wanted():
    run = train_run(exit_code=0, message=termination_message("Completed", step=103))
    assert headline(decided(training(), ([passed(), run], after(60)))).message == "Trained to step 103."


def test_without_a_reported_step_it_is_the_one_that_was_wanted():
    assert headline(decided(training(), ([passed(), train_run(exit_code=0)], after(60)))).message == "Trained to step 100."


def test_nothing_to_do_is_not_called_a_training():
    runs = [
        passed(),
        train_run(exit_code=0, message=termination_message("AlreadyComplete", "Step 100 was reached before.", step=100)),
    ]
    decision = decided(training(), (runs, after(60)))
    assert conditions(decision.status)["Succeeded"] == ("True", "AlreadyComplete")
    assert decision.status.condition(ConditionType.SUCCEEDED).message == "Step 100 was reached before."
    assert decision.status.training.progress == "100/100"


def test_a_success_forgets_the_failure_that_came_before():
    crashed = [passed(), train_run(exit_code=70)]
    runs = [*crashed, train_run(2, exit_code=0)]
    status = decided(training(), (crashed, after(10)), (runs, after(60))).status
    assert (status.phase, status.failure, status.training.restarts) == (Phase.SUCCEEDED, None, 1)
