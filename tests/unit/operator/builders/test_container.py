"""What every container has: image, environment, last words."""

from __future__ import annotations

import pytest

from detector_operator.builders import Settings
from support.manifests import BUILDERS, containers, training_job, variables

pytestmark = pytest.mark.parametrize("build", BUILDERS)

WITH_POLICY = Settings(trainer_image="trainer:1", image_pull_policy="Never")


@pytest.mark.parametrize(
    ("trainer", "image", "policy"),
    [
        ({}, "trainer:1", "Never"),
        ({"image": "mine:2"}, "mine:2", None),
        ({"imagePullPolicy": "Always"}, "trainer:1", "Always"),
        ({"image": "mine:2", "imagePullPolicy": "IfNotPresent"}, "mine:2", "IfNotPresent"),
    ],
    ids=[
        "the operator's",
        "the user's",
        "the operator's, with the user's pull policy",
        "the user's, with the user's pull policy",
    ],
)
def test_image_and_when_it_is_pulled(build, trainer, image, policy):
    for container in containers(build(settings=WITH_POLICY, trainer=trainer)):
        assert (container["image"], container.get("imagePullPolicy")) == (image, policy)


def test_it_runs_the_command_of_the_image_whatever_its_entrypoint(build):
    assert [container["command"] for container in containers(build())] == [["detector-training"]] * 2


def test_its_log_is_written_line_by_line(build):
    """Python keeps what it writes to a pipe until kilobytes have come together: progress would be reported minutes late."""
    for container in containers(build()):
        assert variables(container)["PYTHONUNBUFFERED"] == "1"


def test_it_leaves_its_last_words_or_the_end_of_its_log(build):
    for container in containers(build()):
        assert container["terminationMessagePath"] == "/dev/termination-log"
        assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"
        assert "--termination-message-path=/dev/termination-log" in container["args"]


def test_caches_and_temporary_files_go_where_it_may_write(build):
    for container in containers(build()):
        assert variables(container).items() >= {("HOME", "/tmp"), ("TMPDIR", "/tmp")}


def test_variables_of_the_user_come_after_ours_and_replace_them(build):
    env = [{"name": "BUCKET", "value": "$(HOME)/b"}, {"name": "HOME", "value": "/home/me"}]
    for container in containers(build(trainer={"env": env})):
        names = [variable["name"] for variable in container["env"]]
        assert len(names) == len(set(names))
        assert variables(container).items() >= {("BUCKET", "$(HOME)/b"), ("HOME", "/home/me"), ("TMPDIR", "/tmp")}
        assert names.index("TMPDIR") < names.index("BUCKET")


def test_sources_of_variables_are_copied_verbatim(build):
    sources = [{"secretRef": {"name": "s3"}}]
    assert [container["envFrom"] for container in containers(build(trainer={"envFrom": sources}))] == [sources] * 2


@pytest.mark.parametrize(("gpus", "visible"), [(0, "void"), (1, None)])
def test_a_container_without_gpus_sees_none_of_its_node(build, gpus, visible):
    expected = visible if build is training_job else "void"
    for container in containers(build(trainer={"gpus": gpus})):
        assert variables(container).get("NVIDIA_VISIBLE_DEVICES") == expected


def test_a_path_means_what_it_means_on_one_machine(build):
    for container in containers(build(modelDir="/models/$(HOME)/$$")):
        assert any("/models/$$(HOME)/$$$$" in argument for argument in container["args"])
