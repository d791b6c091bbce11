"""Every field of the spec has an effect: it changes a Job, or a decision. One that is forgotten fails here by its name."""

from __future__ import annotations

import pytest

from detector_operator.api import Overrides, PipelineConfig, Spec, Trainer, Validation
from detector_operator.api.spec import Resources
from support.manifests import training_job, validation_job
from support.spec_fields import IN_DECISION, OVERRIDES, RESOURCES, SOURCES, SPEC, STEPPED, TRAINER, VALIDATION, WITH_SECRET
from support.trainings import T0, decided, training, validate_run


def alias(model, field):
    return model.model_fields[field].alias


def named(model, values):
    """Return one case a field: the field, and a spec in which it alone is not the default."""
    return [pytest.param(field, {alias(model, field): value}, id=field) for field, value in values.items()]


def status_of(spec, *observations):
    """Return what of a decision shows the effect of a field: phase, reason, actions, and when to decide again."""
    decision = decided(training(**spec), *observations)
    return decision.status.phase, decision.status.reason, decision.actions, decision.requeue_at


def fields(model, prefix=""):
    return {f"{prefix}{name}" for name in model.model_fields}


@pytest.mark.parametrize(
    ("model", "prefix", "values", "own"),
    [
        (Trainer, "trainer.", TRAINER, set()),
        (Validation, "validation.", VALIDATION, set()),
        (Spec, "", SPEC, {"trainer", "validation"}),
        (Overrides, "overrides.", OVERRIDES, set()),
        (Resources, "resources.", RESOURCES, set()),
        (PipelineConfig, "pipeline_config.", SOURCES, {"pipeline_config.overrides"}),
    ],
    ids=["trainer", "validation", "spec", "overrides", "resources", "pipelineConfig"],
)
def test_every_field_has_a_test_of_its_effect(model, prefix, values, own):
    tested = {f"{prefix}{name}" for name in values} | (IN_DECISION.keys() & fields(model, prefix)) | own
    assert fields(model, prefix) - tested == set(), (
        "fields without a value in tests/support/spec_fields.py: their effect is not tested"
    )
    assert tested - fields(model, prefix) == set(), "fields that no longer exist"


@pytest.mark.parametrize(("field", "given"), named(Trainer, TRAINER))
def test_every_field_of_the_trainer_is_in_its_job(field, given):
    assert training_job(trainer=given) != training_job(), f"spec.trainer.{field} has no effect"


@pytest.mark.parametrize(("field", "given"), named(Validation, VALIDATION))
def test_every_field_of_the_validation_is_in_its_job(field, given):
    without = validation_job(trainer=WITH_SECRET)
    assert validation_job(validation=given, trainer=WITH_SECRET) != without, f"spec.validation.{field} has no effect"


@pytest.mark.parametrize(("field", "given"), named(Validation, VALIDATION))
def test_no_field_of_the_validation_is_in_the_job_of_the_trainer(field, given):
    assert training_job(validation=given) == training_job(), f"spec.validation.{field} changes the trainer"


# These are of the pod on the GPU node alone. The others (image, env, volumes, access) hold for the validation too.
NOT_FOR_VALIDATION = sorted(
    {
        *("node_selector", "tolerations", "affinity", "runtime_class_name", "gpu_resource", "resources", "shm_size"),
        *("labels", "annotations", "termination_grace_period_seconds"),
    }
)


@pytest.mark.parametrize("field", NOT_FOR_VALIDATION)
def test_what_holds_for_the_gpu_pod_alone_is_kept_off_the_validation(field):
    assert validation_job(trainer={alias(Trainer, field): TRAINER[field]}) == validation_job()


@pytest.mark.parametrize("field", sorted(TRAINER.keys() - set(NOT_FOR_VALIDATION)))
def test_the_image_and_what_gives_access_hold_for_the_validation_too(field):
    assert validation_job(trainer={alias(Trainer, field): TRAINER[field]}) != validation_job()


@pytest.mark.parametrize(("field", "given"), named(Spec, SPEC))
def test_every_other_field_is_in_the_job_of_the_trainer(field, given):
    assert training_job(**given) != training_job(), f"spec.{field} has no effect"


@pytest.mark.parametrize("field", ["pipeline_config", "model_dir", "num_steps", "checkpoint_every_steps"])
def test_what_is_trained_is_what_is_validated(field):
    assert validation_job(**{alias(Spec, field): SPEC[field]}) != validation_job()


@pytest.mark.parametrize("job", [training_job, validation_job])
@pytest.mark.parametrize(("field", "given"), named(Overrides, OVERRIDES))
def test_every_override_is_in_both_jobs(field, given, job):
    overridden = job(pipelineConfig={"path": "/data/p.config", "overrides": given})
    assert overridden != job(), f"spec.pipelineConfig.overrides.{field} has no effect"


@pytest.mark.parametrize("job", [training_job, validation_job])
@pytest.mark.parametrize(("field", "source"), SOURCES.items(), ids=SOURCES)
def test_every_source_of_the_config_is_in_both_jobs(field, source, job):
    assert job(pipelineConfig=source) != job(), f"spec.pipelineConfig.{field} has no effect"


@pytest.mark.parametrize("field", RESOURCES)
def test_every_kind_of_resources_is_in_its_job(field):
    given = {field: RESOURCES[field]}
    assert training_job(trainer={"resources": given}) != training_job()
    assert validation_job(validation={"resources": given}) != validation_job()


@pytest.mark.parametrize(("spec", "observations", "why"), IN_DECISION.values(), ids=IN_DECISION)
def test_every_field_that_is_in_no_job_changes_a_decision(spec, observations, why):
    assert status_of(spec, *observations) != status_of({}, *observations), "it has no effect"
    assert (training_job(**spec), validation_job(**spec)) == (training_job(), validation_job()), f"it is in a Job, although {why}"


def test_fields_that_are_in_a_job_and_in_a_decision_change_both():
    stalling = {"stallTimeoutSeconds": 60}
    assert status_of(stalling, (STEPPED, T0)) != status_of({}, (STEPPED, T0))
    validating = [validate_run()]
    slow = {"validation": {"timeoutSeconds": 60}}
    assert status_of(slow, (validating, T0)) != status_of({}, (validating, T0))
    skipped = {"validation": {"policy": "Skip"}}
    assert status_of(skipped, ([], T0)) != status_of({}, ([], T0))
