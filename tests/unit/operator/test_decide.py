"""Given this resource and these runs: this status, these actions."""

from __future__ import annotations

import math

import pytest

from detector_operator.api import ConditionType, Phase
from detector_operator.reconcile.actions import DeleteRun, StartTraining, StartValidation, StopRun
from detector_operator.reconcile.decide import decide
from detector_operator.reconcile.pace import PROGRESS_EVERY
from detector_operator.reconcile.refusal import Refusal
from detector_operator.reconcile.runs import RunKind, RunState, Why, run_name
from detector_trainer.contract import Verdict, reasons
from support.trainings import T0, after, at, passed, rejected, said, train_run, training, validate_run


def conditions(status):
    return {condition.type.value: (condition.status, condition.reason) for condition in status.conditions}


# Validation


def test_a_new_resource_is_validated_first():
    decision = decide(training(), [], T0)
    assert decision.actions == (StartValidation(1),)
    assert decision.status.phase is Phase.VALIDATING
    assert conditions(decision.status) == {
        "Validated": ("Unknown", "Validating"),
        "Training": ("False", "Waiting"),
        "Reconciling": ("True", "Waiting"),
    }


def test_nothing_starts_while_it_is_validated():
    decision = decide(training(), [validate_run()], after(5))
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, ())


def test_a_validation_that_waits_for_a_node_is_waited_for():
    decision = decide(training(), [validate_run(state=RunState.PENDING, start_time=None)], after(5))
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, ())
    assert conditions(decision.status)["Training"] == ("False", "Waiting")


def test_a_pass_starts_the_training():
    decision = decide(training(), [passed()], after(11))
    assert decision.actions == (StartTraining(1),)
    assert decision.status.phase is Phase.QUEUED
    assert conditions(decision.status)["Validated"] == ("True", "ValidationPassed")
    assert decision.status.validation.records == 1000


def test_a_verdict_that_was_lost_with_its_pod_does_not_end_the_training_it_let_start():
    decision = decide(training(), [validate_run(exit_code=0), train_run()], after(30))
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, ())
    assert conditions(decision.status)["Validated"] == ("True", "ValidationPassed")


def test_a_reject_rejects_and_starts_nothing():
    decision = decide(training(), [rejected(errors=3)], after(11))
    assert (decision.status.phase, decision.actions) == (Phase.REJECTED, ())
    assert decision.status.failure.reason == reasons.VALIDATION_REJECTED
    assert decision.status.failure.message == "labels.pbtxt:2: Item 'cat' has id 0. And 2 more errors."
    assert decision.status.failure.hint == "Number the items from 1."
    assert conditions(decision.status) == {
        "Validated": ("False", "ValidationRejected"),
        "Training": ("False", "ValidationRejected"),
        "Failed": ("True", "ValidationRejected"),
        "Reconciling": ("False", "ValidationRejected"),
        "Stalled": ("True", "ValidationRejected"),
    }


def test_with_policy_warn_a_reject_trains_all_the_same():
    decision = decide(training(validation={"policy": "Warn"}), [rejected()], after(11))
    assert decision.actions == (StartTraining(1),)
    assert conditions(decision.status)["Validated"] == ("False", "ValidationRejected")
    assert [event.type for event in decision.events if event.reason == "ValidationRejected"] == ["Warning"]


def test_with_policy_skip_nothing_is_validated():
    decision = decide(training(validation={"policy": "Skip"}), [], T0)
    assert decision.actions == (StartTraining(1),)
    assert conditions(decision.status)["Validated"] == ("Unknown", "ValidationSkipped")


def test_a_validation_with_a_bug_fails_at_once_with_its_last_lines():
    decision = decide(training(), [validate_run(exit_code=2, log_tail=("boom",))], after(11))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, ())
    assert (decision.status.failure.reason, decision.status.failure.log_tail) == (reasons.VALIDATION_FAILED, ["boom"])


def test_a_validation_with_a_bug_does_not_stop_a_training_that_only_wants_warnings():
    assert decide(training(validation={"policy": "Warn"}), [validate_run(exit_code=2)], after(11)).actions == (StartTraining(1),)


def test_a_validation_that_was_killed_is_tried_again_after_a_while():
    runs = [validate_run(signal=9)]
    waiting = decide(training(), runs, after(15))
    assert (waiting.actions, waiting.wake_at) == ((), after(20))
    assert decide(training(), runs, after(20)).actions == (StartValidation(2),)


def test_a_validation_that_is_killed_again_and_again_fails():
    runs = [validate_run(attempt, signal=9) for attempt in (1, 2)]
    decision = decide(training(retries=1), runs, after(1000))
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, reasons.VALIDATION_FAILED)


def test_a_validation_whose_node_went_away_is_not_counted():
    runs = [validate_run(attempt, end_time=after(10)) for attempt in (1, 2, 3)]
    waiting = decide(training(retries=0), runs, after(49))
    assert (waiting.status.phase, waiting.actions, waiting.wake_at) == (Phase.VALIDATING, (), after(50))
    assert decide(training(retries=0), runs, after(50)).actions == (StartValidation(4),)


def test_a_validation_that_takes_too_long_is_stopped_and_fails():
    run = validate_run()
    decision = decide(training(validation={"timeoutSeconds": 60}), [run], after(60))
    assert decision.actions == (StopRun(run, reasons.VALIDATION_TIMED_OUT),)
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, reasons.VALIDATION_TIMED_OUT)


def test_with_policy_warn_a_validation_that_takes_too_long_ends_before_the_training_starts():
    resource = training(validation={"timeoutSeconds": 60, "policy": "Warn"})
    asked = validate_run(stop_reason=reasons.VALIDATION_TIMED_OUT)
    assert decide(resource, [asked], after(61)).actions == ()
    ended = validate_run(stop_reason=reasons.VALIDATION_TIMED_OUT, signal=15)
    assert decide(resource, [ended], after(70)).actions == (StartTraining(1),)


# Training


def test_a_training_without_a_node_is_queued():
    decision = decide(training(), [passed(), train_run(state=RunState.PENDING, start_time=None)], after(20))
    assert (decision.status.phase, decision.actions) == (Phase.QUEUED, ())


def test_progress_is_in_the_status():
    decision = decide(training(), [passed(), train_run(progress=at(40, checkpoint=20))], after(30))
    status = decision.status.training
    assert decision.status.phase is Phase.TRAINING
    assert (status.progress, status.step, status.total_steps, status.loss) == ("40/100", 40, 100, 1.235)
    assert (status.steps_per_second, status.seconds_remaining, status.last_checkpoint_step) == (2.0, 30, 20)
    assert status.start_time == T0


def test_a_loss_that_json_cannot_hold_is_left_out():
    decision = decide(training(), [passed(), train_run(progress=at(40, loss=math.nan))], after(30))
    assert decision.status.training.loss is None


def test_progress_moves_no_condition_and_makes_no_event():
    first = decide(training(), [passed(), train_run(progress=at(40))], after(30))
    second = decide(training(status=first.status), [passed(), train_run(progress=at(60))], after(40))
    assert second.events == ()
    assert second.status.conditions == first.status.conditions


def test_exit_code_0_succeeds():
    runs = [passed(), train_run(exit_code=0, progress=at(100, checkpoint=100), message=said("Completed", step=100))]
    decision = decide(training(), runs, after(60))
    assert (decision.status.phase, decision.actions, decision.status.failure) == (Phase.SUCCEEDED, (), None)
    assert conditions(decision.status)["Succeeded"] == ("True", "Completed")
    assert (decision.status.training.steps_per_second, decision.status.training.seconds_remaining) == (2.0, None)


def test_nothing_to_do_is_not_called_a_training():
    runs = [passed(), train_run(exit_code=0, message=said("AlreadyComplete", "Step 100 was reached before.", step=100))]
    decision = decide(training(), runs, after(60))
    assert conditions(decision.status)["Succeeded"] == ("True", "AlreadyComplete")
    assert decision.status.training.progress == "100/100"


# How it ends: (facts of the run, phase when it is over, reason of the failure, restarts, preemptions)
ENDINGS = {
    "wrong flags fail at once": ({"exit_code": 64}, Phase.FAILED, reasons.USAGE, 0, 0),
    "a data error fails at once": ({"exit_code": 65, "message": said("DataError")}, Phase.FAILED, "DataError", 0, 0),
    "no usable environment fails at once": ({"exit_code": 78}, Phase.FAILED, reasons.ENVIRONMENT_UNUSABLE, 0, 0),
    "a stall before the first step is the data's": (
        {"exit_code": 65, "message": said("TrainingStalled")},
        *(Phase.FAILED, "TrainingStalled", 0, 0),
    ),
    "a stall of the storage may pass": (
        {"exit_code": 74, "message": said("TrainingStalled")},
        *(Phase.QUEUED, "TrainingStalled", 1, 0),
    ),
    "a crash is tried again": ({"exit_code": 70}, Phase.QUEUED, reasons.UNCLASSIFIED, 1, 0),
    "a storage error is tried again": ({"exit_code": 74}, Phase.QUEUED, reasons.STORAGE_ERROR, 1, 0),
    "an unknown exit code is tried again": ({"exit_code": 3}, Phase.QUEUED, reasons.UNCLASSIFIED, 1, 0),
    "a kill is tried again": ({"signal": 9}, Phase.QUEUED, reasons.KILLED_BY_SIGNAL, 1, 0),
    "a stop from outside is not counted": ({"exit_code": 75, "message": said("Stopped")}, Phase.QUEUED, "Stopped", 0, 1),
    "SIGTERM before it can be answered is not counted": ({"signal": 15}, Phase.QUEUED, reasons.KILLED_BY_SIGNAL, 0, 1),
    "a lost node is not counted": ({"end_time": after(10)}, Phase.QUEUED, reasons.INTERRUPTED, 0, 1),
    "our own stop is no preemption": ({"exit_code": 75, "stop_reason": "Suspended"}, Phase.QUEUED, None, 0, 0),
}


@pytest.mark.parametrize(("facts", "phase", "reason", "restarts", "preemptions"), ENDINGS.values(), ids=ENDINGS)
def test_each_ending(facts, phase, reason, restarts, preemptions):
    status = decide(training(), [passed(), train_run(**facts)], after(11)).status
    assert status.phase is phase
    assert (status.failure.reason if status.failure else None) == reason
    assert (status.training.restarts, status.training.preemptions) == (restarts, preemptions)


def test_a_failure_tells_where_and_how_it_happened():
    run = train_run(
        exit_code=70, progress=at(12), log_tail=("Traceback", "boom"), pod="pets-train-1-x", container="trainer", node="n1"
    )
    failure = decide(training(retries=0), [passed(), run], after(11)).status.failure
    assert (failure.pod, failure.container, failure.node) == ("pets-train-1-x", "trainer", "n1")
    assert (failure.exit_code, failure.step, failure.log_tail) == (70, 12, ["Traceback", "boom"])
    assert failure.message == "pets-train-1 ended with exit code 70 at step 12."


def test_a_failure_with_words_of_its_own_needs_no_log():
    run = train_run(exit_code=74, message=said("DiskFull", "No space left."), log_tail=("x",))
    failure = decide(training(retries=0), [passed(), run], after(11)).status.failure
    assert (failure.reason, failure.message, failure.hint, failure.log_tail) == ("DiskFull", "No space left.", "Do this.", [])


def test_words_that_say_it_went_well_are_not_believed_after_a_crash():
    run = train_run(signal=11, message=said("Completed"))
    assert decide(training(retries=0), [passed(), run], after(11)).status.failure.reason == reasons.KILLED_BY_SIGNAL


@pytest.mark.parametrize(("restarts", "wait"), [(1, 10), (2, 20), (3, 40), (7, 300)], ids=lambda value: f"{value}")
def test_the_wait_grows_with_the_failures(restarts, wait):
    runs = [passed(), *(train_run(attempt, exit_code=70, end_time=after(10)) for attempt in range(1, restarts + 1))]
    resource = training(retries=10)
    waiting = decide(resource, runs, after(9 + wait))
    assert (waiting.actions, waiting.wake_at, waiting.status.phase) == ((), after(10 + wait), Phase.QUEUED)
    assert decide(resource, runs, after(10 + wait)).actions == (StartTraining(restarts + 1),)


def test_retries_are_exhausted_and_the_last_cause_is_kept():
    runs = [passed(), *(train_run(attempt, exit_code=74, message=said("StorageError")) for attempt in (1, 2, 3))]
    decision = decide(training(retries=2), runs, after(1000))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, ())
    assert conditions(decision.status)["Failed"] == ("True", "RetriesExhausted")
    assert (decision.status.failure.reason, decision.status.training.restarts) == ("StorageError", 2)


def test_preemptions_never_exhaust_the_retries():
    runs = [passed(), *(train_run(attempt, exit_code=75) for attempt in range(1, 31))]
    decision = decide(training(retries=0), runs, after(1000))
    assert decision.actions == (StartTraining(31),)
    assert decision.status.training.preemptions == 30


def preempted(attempt, step=None):
    return train_run(attempt, signal=9, cause=Why(reasons.PREEMPTED, "Preempted."), progress=at(step) if step else None)


@pytest.mark.parametrize(
    ("steps", "wait"),
    [
        ((40,), 10),
        ((40, 40), 20),
        ((40, 30, 40), 40),
        ((None, None, None), 40),
        ((40, None, None), 40),
        ((40, 40, 40, 41), 10),
        ((40, 40, 41, 20), 20),
        ((None, None, 1), 10),
        ((40,) * 10, 300),
    ],
    ids=str,
)
def test_the_wait_grows_with_preemptions_between_which_no_step_was_new(steps, wait):
    runs = [passed(), *(preempted(attempt, step) for attempt, step in enumerate(steps, 1))]
    waiting = decide(training(), runs, after(9 + wait))
    assert (waiting.actions, waiting.wake_at, waiting.status.phase) == ((), after(10 + wait), Phase.QUEUED)
    assert waiting.status.training.preemptions == len(steps)
    assert decide(training(), runs, after(10 + wait)).actions == (StartTraining(len(steps) + 1),)


def test_the_wait_after_preemptions_is_known_to_the_status_when_their_runs_are_gone():
    first = decide(training(), [passed(), preempted(1, 40), preempted(2, 30)], after(12)).status
    again = decide(training(status=first), [passed(), preempted(3, 35)], after(13))
    assert (again.status.training.preemptions_in_a_row, again.status.training.preempted_at_step) == (3, 40)
    assert again.wake_at == after(50)


def test_what_was_counted_stays_counted_after_the_run_is_gone():
    first = decide(training(), [passed(), train_run(1, exit_code=70), train_run(2)], after(30))
    second = decide(training(status=first.status), [train_run(2)], after(40))
    assert (second.status.training.restarts, second.status.failure.reason) == (1, reasons.UNCLASSIFIED)
    assert second.status.phase is Phase.TRAINING


def test_a_status_that_was_never_written_is_made_up_for():
    runs = [passed(), train_run(1, exit_code=70), train_run(2, exit_code=75), train_run(3)]
    status = decide(training(status=None), runs, after(30)).status
    assert (status.phase, status.training.restarts, status.training.preemptions) == (Phase.TRAINING, 1, 1)


# What a cluster tells

NO_GPU = Why(reasons.UNSCHEDULABLE, "No node takes it: 2 Insufficient nvidia.com/gpu.", "Add a node.")


def test_what_a_training_waits_for_is_the_headline():
    decision = decide(training(), [passed(), train_run(state=RunState.PENDING, start_time=None, waiting=NO_GPU)], after(20))
    headline = decision.status.condition(ConditionType.TRAINING)
    assert (decision.status.phase, decision.actions, decision.status.failure) == (Phase.QUEUED, (), None)
    assert (headline.reason, headline.message) == ("Unschedulable", f"{NO_GPU.message} {NO_GPU.hint}")
    assert [(event.type, event.reason) for event in decision.events if event.reason == "Unschedulable"] == [
        ("Warning", "Unschedulable")
    ]


def test_what_a_validation_waits_for_is_the_headline():
    decision = decide(training(), [validate_run(state=RunState.PENDING, start_time=None, waiting=NO_GPU)], after(20))
    assert (decision.status.phase, conditions(decision.status)["Training"]) == (Phase.VALIDATING, ("False", "Unschedulable"))


NO_VOLUME = Why(reasons.PVC_NOT_BOUND, "PersistentVolumeClaim data has no volume yet.")


@pytest.mark.parametrize(("runs", "waits"), [([], validate_run), ([passed()], train_run)], ids=["a validation", "a training"])
def test_what_a_new_run_waits_for_is_told_once_it_has_lasted(runs, waits):
    def seen(status, now, **facts):
        run = waits(created=after(20), state=RunState.PENDING, start_time=None, **facts)
        return decide(training(status=status), [*runs, run], now)

    begun = seen(None, after(20)).status
    early = seen(begun, after(29), waiting=NO_VOLUME)
    assert (early.status, early.events, early.wake_at) == (begun, (), after(30))
    assert seen(early.status, after(29)).events == ()
    late = seen(early.status, after(30), waiting=NO_VOLUME)
    assert [(event.type, event.reason) for event in late.events] == [("Warning", "PersistentVolumeClaimNotBound")]
    assert (conditions(late.status)["Training"], late.wake_at) == (("False", "PersistentVolumeClaimNotBound"), None)


def test_what_happens_to_a_new_run_that_had_started_is_told_at_once():
    run = train_run(created=after(20), start_time=after(21), waiting=Why(reasons.PREEMPTED, "Preempted. It is stopping."))
    assert conditions(decide(training(), [passed(), run], after(22)).status)["Training"] == ("False", "Preempted")


def test_other_words_for_the_same_wait_are_written_but_not_told_again():
    def waits(why, status=None):
        return decide(training(status=status), [passed(), train_run(state=RunState.PENDING, waiting=why)], after(20))

    first = waits(NO_GPU).status
    second = waits(Why(reasons.UNSCHEDULABLE, "No node takes it: 1 Insufficient nvidia.com/gpu."), first)
    assert second.events == ()
    assert second.status.condition(ConditionType.TRAINING).message == "No node takes it: 1 Insufficient nvidia.com/gpu."
    assert [event.reason for event in waits(Why(reasons.IMAGE_NOT_PULLED, "x"), first).events] == ["ImageNotPulled"]


def test_what_is_being_taken_away_is_no_longer_training_and_does_not_stall():
    run = train_run(progress=at(40), waiting=Why(reasons.NODE_LOST, "gpu-1 no longer answers."))
    decision = decide(training(stallTimeoutSeconds=60), [passed(), run], after(5000))
    assert (decision.status.phase, decision.actions) == (Phase.QUEUED, ())
    assert conditions(decision.status)["Training"] == ("False", "NodeLost")


def test_a_training_that_still_stops_after_suspend_was_taken_back_is_waited_for():
    decision = decide(training(), [passed(), train_run(stop_reason=reasons.SUSPENDED)], after(20))
    headline = decision.status.condition(ConditionType.TRAINING)
    assert (decision.status.phase, headline.message) == (Phase.QUEUED, "Waiting for pets-train-1 to stop.")


QUOTA = Why(reasons.QUOTA_EXCEEDED, "pets-train-1 cannot be created: quota few is exceeded.", "Wait.")


def refusal(action, *, why=QUOTA, generation=1, times=1, at=20):
    return Refusal(action, generation, why, times, after(at))


@pytest.mark.parametrize(
    ("runs", "action", "phase"),
    [([], StartValidation(1), Phase.VALIDATING), ([passed()], StartTraining(1), Phase.QUEUED)],
    ids=["validation", "training"],
)
def test_what_was_refused_is_said_and_asked_for_again_after_a_while(runs, action, phase):
    refused = refusal(action, times=3)
    before = decide(training(), runs, after(20)).status
    decision = decide(training(status=before), runs, after(23), refused=refused)
    headline = decision.status.condition(ConditionType.TRAINING)
    assert (decision.status.phase, decision.status.failure) == (phase, None)
    assert (headline.status, headline.reason) == ("False", "QuotaExceeded")
    assert headline.message == f"{QUOTA.message} {QUOTA.hint}"
    assert [(event.type, event.reason) for event in decision.events] == [("Warning", "QuotaExceeded")]
    assert (decision.actions, decision.wake_at) == ((), after(24))
    due = decide(training(status=decision.status), runs, after(24), refused=refused)
    assert (due.status, due.actions, due.events) == (decision.status, (action,), ())


def test_the_wait_after_refusals_is_bounded():
    refused = refusal(StartTraining(1), times=1000)
    assert decide(training(), [passed()], after(21), refused=refused).wake_at == after(80)


def test_a_retry_that_is_refused_keeps_its_failure():
    runs = [passed(), train_run(signal=9)]
    decision = decide(training(), runs, after(20), refused=refusal(StartTraining(2)))
    assert (decision.status.failure.reason, decision.status.training.restarts) == (reasons.KILLED_BY_SIGNAL, 1)
    assert conditions(decision.status)["Training"] == ("False", "QuotaExceeded")


def test_what_is_refused_for_ever_fails():
    why = Why(reasons.INVALID_SPEC, "The API server refuses pets-train-1: tolerations[0].", "Correct it.")
    decision = decide(training(), [passed()], after(20), refused=refusal(StartTraining(1), why=why))
    assert (decision.status.phase, decision.actions, decision.wake_at) == (Phase.FAILED, (), None)
    failure = decision.status.failure
    assert (failure.reason, failure.message, failure.hint) == (why.reason, why.message, why.hint)
    mended = training(generation=2, status=decision.status, numSteps=200)
    assert decide(mended, [passed()], after(30), refused=refusal(StartTraining(1), why=why)).actions == (StartValidation(2),)


@pytest.mark.parametrize(
    "refused",
    [refusal(StartTraining(1), generation=0), refusal(StartTraining(2)), refusal(StartValidation(1))],
    ids=["another spec", "another run", "another kind"],
)
def test_a_refusal_of_something_else_changes_nothing(refused):
    assert decide(training(), [passed()], after(20), refused=refused) == decide(training(), [passed()], after(20))


def test_what_is_suspended_does_not_say_what_was_refused():
    decision = decide(training(suspend=True), [passed()], after(20), refused=refusal(StartTraining(1)))
    assert (decision.status.phase, decision.wake_at) == (Phase.SUSPENDED, None)


# Causes that a cluster tells: (cause, restarts, preemptions)
CAUSES = {
    "preempted": (reasons.PREEMPTED, 0, 1),
    "evicted": (reasons.EVICTED, 0, 1),
    "its node lost": (reasons.NODE_LOST, 0, 1),
    "deleted by someone": (reasons.POD_DELETED, 0, 1),
    "out of memory": (reasons.OOM_KILLED, 1, 0),
    "cannot start": (reasons.CONTAINER_CANNOT_START, 1, 0),
    "too much storage": (reasons.STORAGE_LIMIT_EXCEEDED, 1, 0),
}


@pytest.mark.parametrize(("reason", "restarts", "preemptions"), CAUSES.values(), ids=CAUSES)
def test_each_cause(reason, restarts, preemptions):
    run = train_run(
        signal=9, cause=Why(reason, "Something happened.", "Do this."), progress=at(40, checkpoint=40), pod="p", node="n"
    )
    status = decide(training(), [passed(), run], after(11)).status
    assert (status.training.restarts, status.training.preemptions) == (restarts, preemptions)
    assert (status.failure.reason, status.failure.message, status.failure.hint) == (reason, "Something happened.", "Do this.")
    assert (status.failure.pod, status.failure.node, status.failure.signal, status.failure.step) == ("p", "n", 9, 40)
    assert "Goes on from the checkpoint of step 40" in status.condition(ConditionType.TRAINING).message


def test_the_trainers_own_words_come_before_the_clusters():
    run = train_run(exit_code=65, message=said("DataError"), cause=Why(reasons.PREEMPTED, "x"))
    status = decide(training(), [passed(), run], after(11)).status
    assert (status.phase, status.failure.reason) == (Phase.FAILED, "DataError")


def test_a_validation_that_was_preempted_is_tried_again_after_a_while_and_says_why():
    runs = [validate_run(signal=9, cause=Why(reasons.PREEMPTED, "It was preempted."))]
    waiting = decide(training(retries=0), runs, after(15))
    assert (waiting.actions, waiting.wake_at, waiting.status.failure.reason) == ((), after(20), "Preempted")
    assert decide(training(retries=0), runs, after(20)).actions == (StartValidation(2),)


def test_a_validation_without_memory_fails_by_that_name():
    run = validate_run(signal=9, cause=Why(reasons.OOM_KILLED, "It needed more than 4Gi."))
    decision = decide(training(retries=0), [run], after(20))
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, reasons.OOM_KILLED)


def test_a_validation_that_ran_into_its_time_limit_while_nobody_looked_ends_the_same():
    run = validate_run(signal=15, stop_reason=reasons.VALIDATION_TIMED_OUT)
    decision = decide(training(validation={"timeoutSeconds": 60}), [run], after(5000))
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, reasons.VALIDATION_TIMED_OUT)


# What was deleted


def test_a_run_that_is_gone_is_counted_once_and_its_number_not_used_again():
    before = decide(training(), [passed(), train_run(progress=at(40, checkpoint=40))], after(20)).status
    gone = decide(training(status=before), [passed()], after(30))
    assert gone.actions == (StartTraining(2),)
    assert (gone.status.training.preemptions, gone.status.failure.reason) == (1, reasons.JOB_DELETED)
    headline = gone.status.condition(ConditionType.TRAINING)
    assert headline.message == "pets-train-1 was deleted: nothing of it is left. Goes on from the checkpoint of step 40."
    again = decide(training(status=gone.status), [passed()], after(31))
    assert (again.status, again.actions, again.events) == (gone.status, (StartTraining(2),), ())
    followed = decide(training(status=gone.status), [passed(), train_run(2)], after(40)).status
    assert (followed.phase, followed.training.preemptions) == (Phase.TRAINING, 1)


def test_a_run_that_is_gone_is_counted_also_if_the_next_one_was_started_by_an_operator_that_crashed():
    before = decide(training(), [passed(), train_run()], after(20)).status
    status = decide(training(status=before), [passed(), train_run(2)], after(40)).status
    assert (status.phase, status.training.attempt, status.training.preemptions) == (Phase.TRAINING, 2, 1)


def test_what_ended_well_before_it_was_deleted_has_succeeded():
    before = decide(training(), [passed(), train_run(exit_code=0)], after(20)).status
    assert decide(training(status=before), [], after(30)).status.phase is Phase.SUCCEEDED


def test_the_runs_of_an_earlier_resource_of_this_name_end_first_and_keep_their_numbers():
    left = train_run(3, generation=0)
    decision = decide(training(), [left], after(20))
    assert (decision.status.phase, decision.actions) == (Phase.PENDING, (StopRun(left, reasons.SPEC_CHANGED),))
    ended = train_run(3, generation=0, exit_code=75)
    assert decide(training(), [ended, passed()], after(30)).actions == (StartTraining(4),)


# What is left of earlier runs


def crashed(attempt, **facts):
    return train_run(attempt, signal=9, stored=True, **facts)


def deleted(decision):
    return [action.run.attempt for action in decision.actions if isinstance(action, DeleteRun)]


def test_of_the_runs_that_have_ended_the_newest_is_kept_and_the_others_go_once_their_count_is_written():
    runs = [passed(stored=True), *(crashed(attempt) for attempt in (1, 2, 3)), train_run(4, stored=True)]
    first = decide(training(), runs, after(30))
    assert (deleted(first), first.status.training.restarts) == ([], 3)
    second = decide(training(status=first.status), runs, after(31))
    assert (deleted(second), second.status) == ([1, 2], first.status)
    left = [runs[0], *runs[3:]]
    third = decide(training(status=second.status), left, after(32))
    assert (deleted(third), third.status) == ([], first.status)


def test_what_is_deleted_already_is_not_deleted_again():
    runs = [passed(), train_run(1, signal=9), crashed(2), train_run(3)]
    status = decide(training(), runs, after(30)).status
    assert deleted(decide(training(status=status), runs, after(31))) == []


def test_old_runs_go_also_while_mere_progress_is_not_written():
    runs = [passed(), crashed(1), crashed(2), train_run(3, progress=at(40))]
    status = decide(training(), runs, after(30)).status
    runs[-1] = train_run(3, progress=at(41))
    decision = decide(training(status=status), runs, after(31), progress_every=PROGRESS_EVERY)
    assert (deleted(decision), decision.status) == ([1], status)


def test_the_last_runs_stay_after_the_end():
    runs = [passed(), crashed(1), train_run(2, stored=True)]
    status = decide(training(), runs, after(30)).status
    runs[-1] = train_run(2, exit_code=0, stored=True)
    done = decide(training(status=status), runs, after(31))
    assert (done.status.phase, done.actions) == (Phase.SUCCEEDED, ())
    assert decide(training(status=done.status), runs, after(32)).actions == ()


def test_runs_of_an_earlier_spec_go_and_those_of_an_earlier_resource_are_left_to_others():
    earlier = [passed(1, stored=True), crashed(2), crashed(3), crashed(1, generation=0)]
    spec = {"generation": 2, "numSteps": 200}
    runs = [*earlier, passed(2, generation=2, stored=True), train_run(4, generation=2, stored=True)]
    before = decide(training(), earlier, after(20)).status
    status = decide(training(status=before, **spec), runs, after(30)).status
    actions = decide(training(status=status, **spec), runs, after(31)).actions
    assert {(action.run.kind, action.run.attempt) for action in actions} == {(RunKind.VALIDATION, 1), (RunKind.TRAINING, 2)}


# Progress at a bounded rate


def paced(status, run, now):
    return decide(training(status=status), [passed(), run], now, progress_every=PROGRESS_EVERY)


def test_mere_progress_is_written_every_ten_seconds():
    first = paced(None, train_run(progress=at(40)), after(30))
    assert first.status.training.progress_time == after(30)
    held = paced(first.status, train_run(progress=at(50)), after(39))
    assert (held.status, held.wake_at) == (first.status, after(40))
    due = paced(first.status, train_run(progress=at(50)), after(40))
    assert (due.status.training.step, due.status.training.progress_time) == (50, after(40))


def test_without_progress_nothing_is_written():
    first = paced(None, train_run(progress=at(40)), after(30))
    assert paced(first.status, train_run(progress=at(40)), after(3000 - 1200)).status == first.status


def test_an_operator_that_has_just_started_and_read_no_log_writes_nothing():
    first = paced(None, train_run(progress=at(40)), after(30))
    assert first.status.training.seconds_remaining == 30
    assert paced(first.status, train_run(heard=False), after(300)).status == first.status


def test_a_transition_is_written_at_once_with_the_newest_numbers():
    first = paced(None, train_run(progress=at(40)), after(30))
    crashed = paced(first.status, train_run(exit_code=70, progress=at(50)), after(31)).status
    assert (crashed.phase, crashed.training.step, crashed.training.restarts) == (Phase.QUEUED, 50, 1)


# Suspend, deadline, stall


def test_suspend_stops_what_runs_and_says_so():
    run = train_run(progress=at(40, checkpoint=40))
    decision = decide(training(suspend=True), [passed(), run], after(30))
    assert decision.actions == (StopRun(run, reasons.SUSPENDED),)
    assert decision.status.phase is Phase.SUSPENDED


def test_a_run_is_asked_to_stop_once():
    assert decide(training(suspend=True), [passed(), train_run(stop_reason=reasons.SUSPENDED)], after(30)).actions == ()


def test_suspended_says_where_it_will_go_on():
    run = train_run(exit_code=75, stop_reason=reasons.SUSPENDED, progress=at(40, checkpoint=40))
    status = decide(training(suspend=True), [passed(), run], after(30)).status
    headline = status.condition(ConditionType.TRAINING)
    assert headline.message == "Suspended at step 40; goes on from the checkpoint of step 40."
    assert conditions(status)["Reconciling"] == ("False", "Suspended")


def test_a_resource_made_suspended_starts_nothing():
    decision = decide(training(suspend=True), [], T0)
    assert (decision.status.phase, decision.actions) == (Phase.SUSPENDED, ())


def test_resumed_goes_on_at_once_and_counts_nothing():
    run = train_run(exit_code=75, stop_reason=reasons.SUSPENDED, progress=at(40, checkpoint=40))
    suspended = decide(training(suspend=True), [passed(), run], after(30)).status
    resumed = decide(training(status=suspended), [passed(), run], after(31))
    assert resumed.actions == (StartTraining(2),)
    assert (resumed.status.training.restarts, resumed.status.training.preemptions) == (0, 0)


def test_the_deadline_does_not_wake_what_is_suspended():
    spec = {"validation": {"policy": "Skip"}, "activeDeadlineSeconds": 60}
    status = decide(training(**spec), [train_run()], after(20)).status
    assert decide(training(2, status, suspend=True, **spec), [], after(30)).wake_at is None


def test_a_training_that_ends_well_while_it_is_suspended_has_succeeded():
    runs = [passed(), train_run(exit_code=0, stop_reason=reasons.SUSPENDED)]
    assert decide(training(suspend=True), runs, after(30)).status.phase is Phase.SUCCEEDED


def test_the_deadline_stops_and_fails():
    run = train_run(progress=at(40))
    decision = decide(training(activeDeadlineSeconds=60), [passed(), run], after(60))
    assert decision.actions == (StopRun(run, reasons.DEADLINE_EXCEEDED),)
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, reasons.DEADLINE_EXCEEDED)


def test_it_wakes_for_the_deadline():
    assert decide(training(activeDeadlineSeconds=60), [passed(), train_run()], after(5)).wake_at == after(60)


def test_the_deadline_counts_from_the_first_start():
    first = decide(training(activeDeadlineSeconds=60), [passed(), train_run(exit_code=70)], after(20)).status
    runs = [passed(), train_run(exit_code=70), train_run(2, start_time=after(30))]
    assert decide(training(activeDeadlineSeconds=60, status=first), runs, after(61)).status.phase is Phase.FAILED


def test_no_step_for_too_long_stops_and_fails():
    run = train_run(progress=at(40, time=100), log_tail=("waiting",))
    resource = training(stallTimeoutSeconds=60)
    assert decide(resource, [passed(), run], after(459)).status.phase is Phase.TRAINING
    decision = decide(resource, [passed(), run], after(460))
    assert decision.actions == (StopRun(run, reasons.TRAINING_STALLED),)
    assert (decision.status.failure.reason, decision.status.failure.log_tail) == (reasons.TRAINING_STALLED, ["waiting"])


def test_a_stall_counts_from_when_the_log_was_first_read():
    run = train_run(progress=at(40, time=100), heard_since=after(10_000))
    resource = training(stallTimeoutSeconds=60)
    assert decide(resource, [passed(), run], after(10_359)).status.phase is Phase.TRAINING
    assert decide(resource, [passed(), run], after(10_360)).status.failure.reason == reasons.TRAINING_STALLED


def test_what_nobody_hears_has_not_stalled():
    assert decide(training(), [passed(), train_run(heard=False)], after(1_000_000)).status.phase is Phase.TRAINING


def test_a_stall_fails_also_if_the_operator_crashed_before_it_wrote_so():
    run = train_run(exit_code=75, message=said("Stopped"), stop_reason=reasons.TRAINING_STALLED, progress=at(40))
    decision = decide(training(), [passed(), run], after(5000))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, ())
    assert decision.status.failure.message == "No step for 1800 s (spec.stallTimeoutSeconds), after step 40."


# Generations and terminal states


@pytest.mark.parametrize(
    "runs",
    [[rejected()], [passed(), train_run(exit_code=65)], [passed(), train_run(exit_code=0)]],
    ids=["Rejected", "Failed", "Succeeded"],
)
def test_a_terminal_state_stays_whatever_is_seen_later(runs):
    ended = decide(training(), runs, after(20)).status
    assert ended.phase.terminal
    for later in ([], [passed()], [passed(), train_run(2)]):
        decision = decide(training(status=ended), later, after(5000))
        assert (decision.status, decision.events) == (ended, ())
        assert all(isinstance(action, StopRun) for action in decision.actions)


def test_what_ends_stops_all_that_runs_with_the_same_decision():
    outlived = validate_run(2)
    decision = decide(training(validation={"policy": "Skip"}), [outlived, train_run(exit_code=0)], after(20))
    assert (decision.status.phase, decision.actions) == (Phase.SUCCEEDED, (StopRun(outlived, reasons.COMPLETED),))


def test_a_run_that_outlives_its_failure_is_stopped():
    failed = decide(training(activeDeadlineSeconds=60), [passed(), train_run()], after(60)).status
    run = train_run()
    assert decide(training(activeDeadlineSeconds=60, status=failed), [passed(), run], after(61)).actions == (
        StopRun(run, reasons.DEADLINE_EXCEEDED),
    )


def test_a_changed_spec_waits_for_the_runs_of_the_earlier_one():
    before = decide(training(), [passed(), train_run()], after(20)).status
    run = train_run()
    decision = decide(training(generation=2, status=before, numSteps=200), [passed(), run], after(30))
    assert decision.actions == (StopRun(run, reasons.SPEC_CHANGED),)
    assert decision.status.phase is Phase.PENDING


def test_a_changed_spec_is_a_new_attempt_with_new_names_and_counts():
    failed = decide(training(), [passed(), train_run(exit_code=65)], after(20)).status
    resource = training(generation=2, status=failed, retries=5)
    runs = [passed(), train_run(exit_code=65)]
    decision = decide(resource, runs, after(30))
    assert decision.actions == (StartValidation(2),)
    assert (decision.status.failure, decision.status.validation.verdict, decision.status.training.step) == (None, None, None)
    assert conditions(decision.status)["Failed"] == ("False", "Waiting")
    trained = decide(training(generation=2, status=decision.status, retries=5), [*runs, passed(2, generation=2)], after(40))
    assert trained.actions == (StartTraining(2),)


def test_a_training_that_was_suspended_goes_on_with_its_verdict_and_its_numbers():
    runs = [passed(), train_run(progress=at(40, checkpoint=40))]
    status = decide(training(), runs, after(20)).status
    stopping = decide(training(generation=2, status=status, suspend=True), runs, after(30))
    assert [type(action).__name__ for action in stopping.actions] == ["StopRun"]
    runs = [passed(), train_run(exit_code=75, stop_reason="Suspended", message=said("Stopped", step=42, last_checkpoint_step=42))]
    stopped = decide(training(generation=2, status=stopping.status, suspend=True), runs, after(40))
    assert (stopped.status.phase, stopped.actions) == (Phase.SUSPENDED, ())
    resumed = decide(training(generation=3, status=stopped.status), runs, after(50))
    assert resumed.actions == (StartTraining(2),)
    assert (resumed.status.observed_generation, resumed.status.spec_generation) == (3, 1)
    assert resumed.status.training is not None
    assert resumed.status.training.last_checkpoint_step == 42


def test_suspending_what_has_ended_changes_only_the_generation():
    ended = decide(training(), [passed(), train_run(exit_code=65)], after(20)).status
    status = decide(training(generation=2, status=ended, suspend=True), [], after(30)).status
    assert (status.phase, status.failure, status.observed_generation) == (ended.phase, ended.failure, 2)
    assert {condition.observed_generation for condition in status.conditions} == {2}


def test_every_condition_has_the_generation_it_was_decided_for():
    first = decide(training(), [passed(), train_run()], after(20)).status
    second = decide(training(generation=2, status=first), [], after(30)).status
    assert {condition.observed_generation for condition in second.conditions} == {2}


def test_a_transition_time_moves_only_with_the_status_of_its_condition():
    first = decide(training(), [], T0).status
    second = decide(training(status=first), [passed()], after(11)).status
    times = {condition.type.value: condition.last_transition_time for condition in second.conditions}
    assert times == {"Validated": after(11), "Training": T0, "Reconciling": T0}


# Events


def test_each_transition_is_one_event():
    story = [
        (T0, []),
        (after(1), [validate_run()]),
        (after(11), [passed()]),
        (after(12), [passed(), train_run()]),
        (after(20), [passed(), train_run(exit_code=70)]),
        (after(30), [passed(), train_run(exit_code=70)]),
        (after(31), [passed(), train_run(exit_code=70), train_run(2)]),
        (after(60), [passed(), train_run(exit_code=70), train_run(2, exit_code=0)]),
    ]
    status, told = None, []
    for now, runs in story:
        decision = decide(training(status=status), runs, now)
        status = decision.status
        told += [(event.type, event.reason) for event in decision.events]
    assert told == [
        ("Normal", "Waiting"),
        ("Normal", "Validating"),
        ("Normal", "ValidationPassed"),
        ("Normal", "Queued"),
        ("Normal", "Training"),
        ("Warning", "Retrying"),
        ("Normal", "Training"),
        ("Normal", "Completed"),
    ]


def test_a_rejection_is_told_once():
    first = decide(training(), [validate_run()], after(1)).status
    events = decide(training(status=first), [rejected()], after(11)).events
    assert [(event.type, event.reason) for event in events] == [("Warning", "ValidationRejected")]


def test_names_of_runs_follow_from_their_number():
    assert run_name("pets", RunKind.VALIDATION, 2) == "pets-validate-2"
    assert run_name("pets", RunKind.TRAINING, 3) == "pets-train-3"


def test_the_verdict_outlives_its_run():
    first = decide(training(), [passed()], after(11)).status
    assert first.validation.verdict is Verdict.PASS
    assert decide(training(status=first), [], after(12)).actions == (StartTraining(1),)
