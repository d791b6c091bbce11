"""How the pipeline config becomes a file in the containers."""

from __future__ import annotations

import pytest

from detector_operator.builders import build_config_map
from support.manifests import BUILDERS, containers, mounts, on_cluster, validation_job, volumes

INLINE = {"inline": "model { }"}
KEY_REF = {"configMapKeyRef": {"name": "configs", "key": "ssd.config"}}
PATH = {"path": "/data/p.config"}


def source(config):
    return volumes(validation_job(pipelineConfig=config))["detector-training-config"]["configMap"]


def test_the_config_map_has_the_inline_text():
    built = build_config_map(on_cluster(pipelineConfig=INLINE))
    assert (built["apiVersion"], built["kind"]) == ("v1", "ConfigMap")
    assert built["data"] == {"pipeline.config": "model { }"}
    assert built["immutable"] is True


@pytest.mark.parametrize("config", [PATH, KEY_REF], ids=["path", "configMapKeyRef"])
def test_no_config_map_is_made_for_a_config_that_lies_elsewhere(config):
    assert build_config_map(on_cluster(pipelineConfig=config)) is None


def test_another_text_has_another_name_so_that_running_pods_keep_theirs():
    names = [build_config_map(on_cluster(pipelineConfig={"inline": text}))["metadata"]["name"] for text in ("a", "b", "a")]
    assert names[0] == names[2] != names[1]
    assert names[0].startswith("pets-config-")


def test_other_changes_of_the_spec_make_no_other_config_map():
    first, second = (build_config_map(on_cluster(generation=n, numSteps=n, pipelineConfig=INLINE)) for n in (1, 2))
    assert first == second


def test_an_inline_config_is_mounted_from_its_config_map():
    name = build_config_map(on_cluster(pipelineConfig=INLINE))["metadata"]["name"]
    assert source(INLINE) == {"name": name, "items": [{"key": "pipeline.config", "path": "pipeline.config"}]}


def test_a_config_in_a_config_map_is_mounted_under_the_same_path():
    assert source(KEY_REF) == {"name": "configs", "items": [{"key": "ssd.config", "path": "pipeline.config"}]}


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize(
    ("config", "path", "mounted"),
    [
        (INLINE, "/etc/detector-training/pipeline.config", True),
        (KEY_REF, "/etc/detector-training/pipeline.config", True),
        (PATH, "/data/p.config", False),
    ],
    ids=["inline", "configMapKeyRef", "path"],
)
def test_every_container_reads_the_config_where_it_is(build, config, path, mounted):
    for container in containers(build(pipelineConfig=config)):
        assert any(
            argument in (path, f"--pipeline-config={path}", f"--pipeline_config_path={path}") for argument in container["args"]
        )
        assert ("/etc/detector-training" in mounts(container)) is mounted


@pytest.mark.parametrize("build", BUILDERS)
def test_overrides_are_flags(build):
    overrides = {"numClasses": 37, "trainInputPaths": ["a-?????-of-00002", "b"]}
    for container in containers(build(pipelineConfig={**INLINE, "overrides": overrides})):
        given = list(zip(container["args"], container["args"][1:], strict=False))
        assert {("--set", "numClasses=37"), ("--set", 'trainInputPaths=["a-?????-of-00002", "b"]')} <= set(given)
