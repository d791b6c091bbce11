"""Which generation of the spec runs are started for: raising a limit neither trains nor validates anything again."""

from __future__ import annotations

import pytest

from detector_operator.api import Overrides, Phase, Spec, Status, Trainer, Validation
from detector_operator.reconcile.actions import StartTraining, StartValidation
from detector_operator.reconcile.spec_generation import spec_generation, spec_hash
from detector_trainer.contract import reasons
from support.spec_fields import OVERRIDES, SPEC, TRAINER, VALIDATION
from support.trainings import T0, after, decided, passed, rejected, train_run, training

NOT_TRAINED = {
    "suspend": {"suspend": True},
    "retries": {"retries": 10},
    "activeDeadlineSeconds": {"activeDeadlineSeconds": 90_000},
    "stallTimeoutSeconds": {"stallTimeoutSeconds": 90_000},
    "ttlSecondsAfterFinished": {"ttlSecondsAfterFinished": 90_000},
    "trainer.startTimeoutSeconds": {"trainer": {"startTimeoutSeconds": 90_000}},
    "validation.timeoutSeconds": {"validation": {"timeoutSeconds": 90_000}},
}
COUNTED = {
    "numSteps": {"numSteps": 200},
    "modelDir": {"modelDir": "other"},
    "checkpointEverySteps": {"checkpointEverySteps": 7},
    "pipelineConfig": {"pipelineConfig": {"path": "other.config"}},
    "an override": {"pipelineConfig": {"path": "p.config", "overrides": {"batchSize": 8}}},
    "the trainer's image": {"trainer": {"image": "other:2"}},
    "gpus": {"trainer": {"gpus": 2}},
    "validation.policy": {"validation": {"policy": "Warn"}},
    "validation.ignore": {"validation": {"ignore": ["records/too-many-boxes"]}},
    "validation.labels": {"validation": {"labels": {"team": "vision"}}},
}


def followed():
    return decided(training(), ([passed(), train_run()], T0)).status


@pytest.mark.parametrize("changed", NOT_TRAINED.values(), ids=NOT_TRAINED)
def test_a_limit_that_changes_is_the_same_training(changed):
    assert spec_generation(training(7, followed(), **changed)) == 1
    assert spec_hash(training(**changed).spec) == spec_hash(training().spec)


@pytest.mark.parametrize("changed", COUNTED.values(), ids=COUNTED)
def test_what_is_trained_or_validated_is_another_training(changed):
    assert spec_generation(training(7, followed(), **changed)) == 7
    assert spec_hash(training(**changed).spec) != spec_hash(training().spec)


@pytest.mark.parametrize("changed", [{name: change} for name, change in NOT_TRAINED.items() if name != "suspend"], ids=str)
def test_raising_a_limit_neither_stops_nor_validates_nor_starts_anything(changed):
    (spec,) = changed.values()
    runs = [passed(), train_run()]
    decision = decided(training(2, followed(), **spec), (runs, after(10)))
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, ())
    assert (decision.status.observed_generation, decision.status.spec_generation) == (2, 1)
    assert decided(training(2, followed(), numSteps=200, **spec), (runs, after(10))).status.phase is Phase.PENDING


@pytest.mark.parametrize("changed", [{name: change} for name, change in NOT_TRAINED.items()], ids=str)
def test_changing_a_limit_of_what_has_ended_changes_only_the_generation(changed):
    (spec,) = changed.values()
    runs = [passed(), train_run(exit_code=65)]
    ended = decided(training(), (runs, T0)).status
    decision = decided(training(2, ended, **spec), (runs, after(30)))
    assert (decision.status.phase, decision.status.failure, decision.status.observed_generation) == (
        ended.phase,
        ended.failure,
        2,
    )
    assert decision.actions == ()
    assert {condition.observed_generation for condition in decision.status.conditions} == {2}


def test_retries_that_are_raised_while_it_trains_count_from_then():
    runs = [passed(), train_run(1, exit_code=70), train_run(2)]
    status = decided(training(retries=1), (runs, T0)).status
    runs[-1] = train_run(2, exit_code=70)
    assert decided(training(2, status, retries=1), (runs, after(10))).status.phase is Phase.FAILED
    assert decided(training(2, status, retries=2), (runs, after(10)), (runs, after(30))).actions == (StartTraining(3),)


def test_a_deadline_that_is_raised_while_it_trains_holds():
    spec = {"activeDeadlineSeconds": 60}
    status = decided(training(**spec), ([passed(), train_run()], T0)).status
    assert decided(training(2, status, activeDeadlineSeconds=100), ([passed(), train_run()], after(60))).requeue_at == after(100)


def test_more_steps_are_validated_and_trained_again():
    runs = [passed(), train_run(exit_code=0)]
    ended = decided(training(), (runs, T0)).status
    decision = decided(training(2, ended, numSteps=200), (runs, after(30)))
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, (StartValidation(2),))
    assert (decision.status.training.total_steps, decision.status.spec_generation) == (200, 2)


def test_a_limit_that_changes_together_with_the_spec_is_a_new_training():
    status = decided(training(), ([rejected()], T0)).status
    assert decided(training(2, status, numSteps=200, retries=9), ([rejected()], after(10))).actions == (StartValidation(2),)


def test_a_status_without_a_generation_is_about_none():
    assert spec_generation(training(4)) == 4
    assert spec_generation(training(4, Status())) == 4
    assert spec_generation(training(4, Status(observed_generation=4))) == 4
    assert spec_generation(training(4, Status(spec_hash=spec_hash(training().spec)))) == 4


def test_a_default_that_is_written_out_is_the_same_training():
    written = Spec.model_validate(training().spec.model_dump(by_alias=True, exclude_none=True))
    assert spec_hash(written) == spec_hash(training().spec)
    assert spec_hash(training(trainer={"gpus": 1}).spec) == spec_hash(training().spec)


def test_the_generation_that_was_observed_is_not_compared_by_its_hash():
    status = followed().model_copy(update={"spec_hash": "of another version of the operator"})
    assert spec_generation(training(1, status)) == 1
    assert decided(training(1, status), ([passed(), train_run()], after(10))).status.failure is None


def test_the_stop_of_a_suspended_training_that_resumes_is_not_that_of_a_changed_spec():
    status = decided(training(2, followed(), suspend=True), ([passed(), train_run()], after(10))).status
    assert [stop.reason for stop in status.stops] == [reasons.SUSPENDED]


def changed_fields():
    """One case a field of the spec: the spec in which it alone is not the default."""
    for model, prefix, values in ((Trainer, "trainer", TRAINER), (Validation, "validation", VALIDATION)):
        for name, value in values.items():
            field = model.model_fields[name].alias
            if f"{prefix}.{field}" not in NOT_TRAINED:
                yield f"{prefix}.{field}", {prefix: {field: value}}
    for name, value in SPEC.items():
        field = Spec.model_fields[name].alias
        if field not in NOT_TRAINED:
            yield field, {field: value}
    for name, value in OVERRIDES.items():
        yield name, {"pipelineConfig": {"path": "p.config", "overrides": {Overrides.model_fields[name].alias: value}}}


@pytest.mark.parametrize("spec", [pytest.param(spec, id=name) for name, spec in changed_fields()])
def test_every_other_field_of_the_spec_is_another_training(spec):
    assert spec_hash(training(**spec).spec) != spec_hash(training().spec)
