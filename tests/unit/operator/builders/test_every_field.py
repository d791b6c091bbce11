"""Every field of the spec has an effect: it changes a Job, or a decision. One that is forgotten fails here by its name."""

from __future__ import annotations

import pytest

from detector_operator.api import Overrides, PipelineConfig, Spec, Trainer, Validation
from detector_operator.api.spec import Resources
from detector_operator.reconcile.runs import LogView, RunState
from support.manifests import training_job, validation_job
from support.trainings import T0, after, at, decided, passed, train_run, training, validate_run

# A value of each field that is not its default. A new field is added here, or to IN_DECISION below.
TRAINER = {
    "image": "other:2",
    "image_pull_policy": "Never",
    "image_pull_secrets": [{"name": "registry"}],
    "gpus": 4,
    "gpu_resource": "nvidia.com/mig-3g.20gb",
    "resources": {"requests": {"cpu": "2"}},
    "shm_size": "2Gi",
    "env": [{"name": "NCCL_DEBUG", "value": "INFO"}],
    "env_from": [{"configMapRef": {"name": "common"}}],
    "volumes": [{"name": "data", "emptyDir": {}}],
    "volume_mounts": [{"name": "data", "mountPath": "/data"}],
    "node_selector": {"gpu": "a100"},
    "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "priority_class_name": "high",
    "runtime_class_name": "nvidia",
    "scheduler_name": "volcano",
    "service_account_name": "reader",
    "pod_security_context": {"runAsUser": 4711},
    "security_context": {"readOnlyRootFilesystem": False},
    "labels": {"kueue.x-k8s.io/queue-name": "gpus"},
    "annotations": {"sidecar.istio.io/inject": "false"},
    "termination_grace_period_seconds": 600,
}
VALIDATION = {
    "policy": "Warn",
    "ignore": ["records/too-many-boxes"],
    "timeout_seconds": 60,
    "resources": {"limits": {"cpu": "8"}},
    "node_selector": {"pool": "cpu"},
    "tolerations": [{"key": "batch", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "labels": {"team": "vision"},
    "annotations": {"sidecar.istio.io/inject": "false"},
    "secrets": "Omit",
}
WITH_SECRET = {"envFrom": [{"secretRef": {"name": "s3"}}]}
SPEC = {
    "pipeline_config": {"path": "/other.config"},
    "model_dir": "/models/other",
    "num_steps": 200,
    "checkpoint_every_steps": 7,
    "stall_timeout_seconds": 60,
}
OVERRIDES = {
    "num_classes": 37,
    "batch_size": 8,
    "fine_tune_checkpoint": "/data/ckpt-0",
    "fine_tune_checkpoint_type": "detection",
    "label_map_path": "/data/map.pbtxt",
    "train_input_paths": ["/data/train.record"],
    "eval_input_paths": ["/data/eval.record"],
}
RESOURCES = {"requests": {"cpu": "3"}, "limits": {"memory": "7Gi"}}
SOURCES = {
    "path": {"path": "/other.config"},
    "config_map_key_ref": {"configMapKeyRef": {"name": "configs", "key": "pets"}},
    "inline": {"inline": "model {}"},
}


def alias(model, field):
    return model.model_fields[field].alias


def named(model, values):
    """Return one case a field: the field, and a spec in which it alone is not the default."""
    return [pytest.param(field, {alias(model, field): value}, id=field) for field, value in values.items()]


def status_of(spec, *observations):
    """Return what a decision tells about a field: phase, reason, actions, and when to decide again."""
    decision = decided(training(**spec), *observations)
    return decision.status.phase, decision.status.reason, decision.actions, decision.requeue_at


STARTING = [passed(), train_run(state=RunState.STARTING)]
STEPPED = [passed(), train_run(progress=at(40), log=LogView(read_at=after(1)))]
CRASHED = [passed(), train_run(exit_code=70)]
DONE = [passed(), train_run(exit_code=0, stored=True)]

# Fields that decide and are in no Job: (a spec in which it alone is not the default, the situation, why no Job has it)
IN_DECISION = {
    "trainer.start_timeout_seconds": (
        {"trainer": {"startTimeoutSeconds": 60}},
        [(STARTING, T0)],
        "a pod that does not come to its first step is stopped by the operator: the trainer may not have started",
    ),
    "retries": ({"retries": 0}, [(CRASHED, T0)], "each attempt is a Job, which `decide` counts"),
    "active_deadline_seconds": (
        {"activeDeadlineSeconds": 60},
        [(STEPPED, T0)],
        "it counts through all Jobs of the training",
    ),
    "ttl_seconds_after_finished": (
        {"ttlSecondsAfterFinished": 60},
        [(DONE, T0), (DONE, after(1))],
        "a Job is not deleted before its end is recorded, which only the operator knows",
    ),
    "suspend": ({"suspend": True}, [(STEPPED, T0)], "a suspended training has no Job"),
}


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
    assert fields(model, prefix) - tested == set(), "fields without a value here: nobody knows whether they do anything"
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
