"""The validation's pod reads the trainer's volumes and writes to few of them; it can be left without the trainer's Secrets."""

from __future__ import annotations

import json

import pytest

from detector_operator.builders import Settings
from detector_operator.builders.validation_access import READ_ONLY_MOUNTS
from detector_trainer.validation.checks.run import model_dir_unusable
from support.manifests import SETTINGS, containers, pod, training_job, validation_job, variables, volumes

DATA = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
MODELS = {"name": "models", "nfs": {"server": "nas.example", "path": "/models"}}
KEY = {"name": "key", "secret": {"secretName": "bucket-key"}}


def mounted(*pairs):
    """volumeMounts: NAME:PATH each."""
    return [{"name": name, "mountPath": path} for name, path in (pair.split(":") for pair in pairs)]


def read_only(job):
    """Paths that each container of a Job mounts read-only, our own aside."""
    found = [
        {mount["mountPath"] for mount in container["volumeMounts"] if mount.get("readOnly")} - {"/etc/detector-training"}
        for container in containers(job)
    ]
    assert all(each == found[0] for each in found)
    return found[0]


def reads(*mounts, volumes=(DATA, MODELS), **spec):
    trainer = {"volumes": list(volumes), "volumeMounts": mounted(*mounts), **spec.pop("trainer", {})}
    return read_only(validation_job(trainer=trainer, **spec))


# Volumes


def test_it_writes_to_the_volume_of_the_model_directory_alone():
    assert reads("data:/data", "models:/models") == {"/data"}


def test_the_trainer_writes_where_the_user_says():
    trainer = {"volumes": [DATA, MODELS], "volumeMounts": mounted("data:/data", "models:/models")}
    assert read_only(training_job(trainer=trainer)) == set()


@pytest.mark.parametrize(
    ("mounts", "model_dir", "expected"),
    [
        (["data:/data"], "/data/models/pets", set()),
        (["data:/", "models:/models"], "/models/pets", {"/"}),
        (["data:/model", "models:/models"], "/models/pets", {"/model"}),
        (["data:/models", "models:/models/pets"], "/models/pets", {"/models"}),
        (["data:/data", "models:/models/pets/validation"], "/data/../models/pets", set()),
        (["data:/data/", "models:/models/"], "/models/pets/", {"/data/"}),
        (["data:/data", "models:/models/pets/validation", "models:/models"], "/models/pets", {"/data"}),
        (["data:/data", "models:/models"], "gs://bucket/pets", {"/data", "/models"}),
        (["data:/data", "models:/models"], "file:///models/pets", {"/data"}),
    ],
    ids=[
        *("the volume of the data", "below another", "another that begins alike", "the inner of two"),
        *("no mount is above it", "slashes", "a mount in it", "a bucket", "a local URL"),
    ],
)
def test_which_volume_that_is(mounts, model_dir, expected):
    assert reads(*mounts, modelDir=model_dir) == expected


def test_a_model_directory_on_none_of_the_volumes_leaves_them_as_they_are():
    """A link of the image may lead to one of them: a validation that cannot write there would reject a training that can."""
    assert reads("data:/data", "models:/mnt", modelDir="/models/pets") == set()


@pytest.mark.parametrize("name", ["HOME", "TMPDIR", "XDG_CACHE_HOME"])
def test_a_volume_whose_path_a_variable_names_stays_writable(name):
    env = [{"name": name, "value": "/cache/me"}]
    assert reads("data:/data", "data:/cache", "models:/models", trainer={"env": env}) == {"/data"}


@pytest.mark.parametrize("path", ["/tmp", "/tmp/x", "/dev/shm"])
def test_where_temporary_files_go_stays_writable(path):
    assert reads(f"data:{path}", "models:/models") == set()


@pytest.mark.parametrize("source", [{}, {"emptyDir": {}}, {"ephemeral": {"volumeClaimTemplate": {}}}], ids=json.dumps)
def test_a_volume_that_the_pod_has_for_itself_stays_as_it_is(source):
    assert reads("own:/own", "models:/models", volumes=[{"name": "own", **source}, MODELS]) == set()


def test_which_volumes_are_read_only_here_alone_is_reported():
    """What is written through a link to one of them does not reject: the trainer may write there."""
    trainer = {
        "volumes": [DATA, MODELS],
        "volumeMounts": [
            *mounted("data:/data", "data:/$x", "models:/models"),
            {"name": "data", "mountPath": "/ro", "readOnly": True},
        ],
    }
    for container in containers(validation_job(trainer=trainer)):
        assert variables(container)[READ_ONLY_MOUNTS] == "/data:/$$x"
    assert READ_ONLY_MOUNTS not in variables(containers(training_job(trainer=trainer))[0])
    assert model_dir_unusable.READ_ONLY_MOUNTS == READ_ONLY_MOUNTS


def test_where_none_is_nothing_is_reported():
    assert READ_ONLY_MOUNTS not in variables(containers(validation_job())[0])


# Secrets

SECRETS = {
    "env": [
        {"name": "A", "value": "b"},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "wandb", "key": "token"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
    ],
    "envFrom": [{"configMapRef": {"name": "common"}}, {"prefix": "S3_", "secretRef": {"name": "s3"}}],
    "volumes": [
        DATA,
        KEY,
        {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
        {"name": "both", "projected": {"sources": [{"secret": {"name": "s3"}}, {"configMap": {"name": "c"}}]}},
        {"name": "vault", "csi": {"driver": "secrets-store.csi.k8s.io"}},
        {"name": "bucket", "csi": {"driver": "gcsfuse.csi.storage.gke.io", "nodePublishSecretRef": {"name": "mounter"}}},
    ],
    "volumeMounts": mounted("data:/data", "key:/key", "token:/token", "both:/both", "vault:/vault", "bucket:/bucket"),
    "imagePullSecrets": [{"name": "registry"}],
    "serviceAccountName": "reader",
}
OMITTING = Settings(trainer_image="trainer:1", validation_secrets="Omit")


def secrets_in(job):
    """Which of the Secrets that a process could read are anywhere in a pod."""
    text = json.dumps({name: part for name, part in pod(job).items() if name != "imagePullSecrets"})
    return {word for word in ("wandb", "s3", "bucket-key", "serviceAccountToken", "secrets-store") if word in text}


def test_by_default_it_has_those_of_the_trainer_because_data_in_buckets_is_read_with_them():
    assert secrets_in(validation_job(trainer=SECRETS)) == secrets_in(training_job(trainer=SECRETS)) != set()


@pytest.mark.parametrize(
    ("settings", "validation"),
    [(SETTINGS, {"secrets": "Omit"}), (OMITTING, {})],
    ids=["as set in the spec", "as set by the operator"],
)
def test_it_can_be_without(settings, validation):
    job = validation_job(settings=settings, trainer=SECRETS, validation=validation)
    assert secrets_in(job) == set()
    for container in containers(job):
        assert variables(container).items() >= {("A", "b"), ("NODE", None)}
        assert container["envFrom"] == [{"configMapRef": {"name": "common"}}]
        paths = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert paths == {"/data", "/both", "/bucket", "/tmp"}
    assert volumes(job)["both"]["projected"]["sources"] == [{"configMap": {"name": "c"}}]
    assert volumes(job).keys() == {"data", "both", "bucket", "detector-training-tmp"}


def test_what_the_kubelet_needs_for_the_pod_stays():
    found = pod(validation_job(trainer=SECRETS, validation={"secrets": "Omit"}))
    assert (found["imagePullSecrets"], found["serviceAccountName"]) == ([{"name": "registry"}], "reader")


def test_a_spec_that_needs_them_has_them_whatever_the_operator_is_set_to():
    job = validation_job(settings=OMITTING, trainer=SECRETS, validation={"secrets": "Inherit"})
    assert secrets_in(job) == secrets_in(training_job(trainer=SECRETS))


def test_the_trainer_keeps_its_own():
    given = {"trainer": SECRETS, "validation": {"secrets": "Omit"}}
    assert pod(training_job(**given)) == pod(training_job(trainer=SECRETS))


@pytest.mark.parametrize(
    "config",
    [
        {"path": "/key/pipeline.config"},
        {"path": "/p", "overrides": {"labelMapPath": "/key/map.pbtxt"}},
        {"path": "/p", "overrides": {"fineTuneCheckpoint": "/key/ckpt-0"}},
        {"path": "/p", "overrides": {"trainInputPaths": ["/data/a", "/key/train.record"]}},
        {"path": "/p", "overrides": {"evalInputPaths": ["/key/eval.record"]}},
    ],
    ids=lambda config: [*config.get("overrides", config)][-1],
)
def test_a_secret_that_holds_an_input_stays(config):
    assert secrets_in(validation_job(trainer=SECRETS, pipelineConfig=config, validation={"secrets": "Omit"})) == {"bucket-key"}


@pytest.mark.parametrize(
    ("source", "stays"),
    [
        ({"emptyDir": {}}, True),
        ({"ephemeral": {}}, True),
        ({"configMap": {"name": "x"}}, True),
        ({"secret": {"secretName": "x"}}, True),
        ({"downwardAPI": {}}, True),
        ({"projected": {"sources": []}}, True),
        ({"persistentVolumeClaim": {"claimName": "x"}}, False),
        ({"hostPath": {"path": "/x"}}, False),
        ({"nfs": {"server": "x", "path": "/x"}}, False),
        ({"csi": {"driver": "x"}}, False),
        ({"ephemeral": {}, "nfs": {"server": "x", "path": "/x"}}, False),
    ],
    ids=json.dumps,
)
def test_each_kind_of_volume(source, stays):
    assert reads("other:/other", "models:/models", volumes=({"name": "other", **source}, MODELS)) == (
        set() if stays else {"/other"}
    )


@pytest.mark.parametrize(
    "variable",
    [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "x", "key": "y"}}}, {"name": "A"}, {"name": "A", "value": "data"}],
    ids=["from elsewhere", "empty", "not a path"],
)
def test_a_variable_that_names_no_path_keeps_nothing_writable(variable):
    assert reads("data:/data", "models:/models", trainer={"env": [variable]}) == {"/data"}


def test_sources_of_a_projected_volume_that_are_damaged_stay():
    volume = {"name": "key", "projected": {"sources": [None, "secret", {"secret": {"name": "x"}}]}}
    trainer = {"volumes": [volume], "volumeMounts": mounted("key:/key")}
    job = validation_job(trainer=trainer, validation={"secrets": "Omit"})
    assert volumes(job)["key"]["projected"]["sources"] == [None, "secret"]
