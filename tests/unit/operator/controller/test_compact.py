"""Thousands of resources are kept in memory, and none of them with what nobody here reads."""

from __future__ import annotations

import pytest

from detector_operator.api import DetectorTraining
from detector_operator.api.inline_text import digest, digest_of
from detector_operator.builders import build_config_map, build_training_job
from detector_operator.builders.settings import Settings
from detector_operator.controller.compact import compact
from detector_operator.controller.inline_config_cache import InlineConfigCache
from detector_operator.controller.store import Store
from detector_operator.reconcile.spec_generation import spec_hash
from support.fake_api_server import KEY
from support.kubernetes_objects import job, pod

TEXT = "model { ssd { } }\n" * 1000


def manifest(inline=TEXT, **metadata):
    return {
        "apiVersion": "detector-training.io/v1alpha1",
        "kind": "DetectorTraining",
        "metadata": {"name": "pets", "namespace": "team", "uid": "u", "resourceVersion": "7", **metadata},
        "spec": {"pipelineConfig": {"inline": inline}, "modelDir": "/models/pets", "numSteps": 10},
    }


def test_a_text_is_replaced_by_its_digest():
    kept = compact(manifest())
    assert kept["spec"]["pipelineConfig"]["inline"] == digest(TEXT)
    assert kept["spec"]["numSteps"] == 10


def test_what_was_given_is_not_changed():
    given = manifest(managedFields=[{}])
    compact(given)
    assert given == manifest(managedFields=[{}])


def test_twice_is_as_once():
    assert compact(compact(manifest())) == compact(manifest())


def test_what_is_not_read_is_not_kept():
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": TEXT, "detector-training.io/retry": "1"}
    kept = compact(manifest(managedFields=[{"manager": "kubectl"}], annotations=annotations))
    assert kept["metadata"]["annotations"] == {"detector-training.io/retry": "1"}
    assert "managedFields" not in kept["metadata"]


@pytest.mark.parametrize(
    "other", [job(), pod(), {"metadata": {}, "spec": None}, {"metadata": {}, "spec": {"pipelineConfig": "x"}}]
)
def test_other_objects_stay_as_they_are(other):
    assert compact(other) == other


def test_a_text_that_looks_like_a_digest_is_not_mistaken_for_another_text():
    """It is replaced by itself; no other text has it for a digest."""
    assert compact(manifest(digest(TEXT)))["spec"]["pipelineConfig"]["inline"] == digest(TEXT)
    assert digest(digest(TEXT)) != digest(TEXT)


def test_a_text_that_is_not_unicode_ends_nothing():
    store = Store()
    store.put_resource(manifest("\ud800"))
    inline = store.resource(KEY)["spec"]["pipelineConfig"]["inline"]
    assert store.inline_configs.get(inline) == "\ud800"


def test_hash_and_names_do_not_depend_on_whether_the_text_was_replaced():
    whole, compacted = (DetectorTraining.model_validate(each) for each in (manifest(), compact(manifest())))
    assert spec_hash(whole.spec) == spec_hash(compacted.spec)
    assert build_config_map(whole)["metadata"] == build_config_map(compacted)["metadata"]
    settings = Settings(trainer_image="t")
    assert build_training_job(whole, 1, settings) == build_training_job(compacted, 1, settings)


def test_another_text_is_another_spec():
    one, other = (DetectorTraining.model_validate(compact(manifest(text))) for text in ("model { }", "model {}"))
    assert spec_hash(one.spec) != spec_hash(other.spec)


def test_a_store_keeps_digests_and_the_newest_texts():
    store = Store()
    store.put_resource(manifest())
    inline = store.resource(KEY)["spec"]["pipelineConfig"]["inline"]
    assert inline == digest_of(TEXT)
    assert store.inline_configs.get(inline) == TEXT


def test_as_many_texts_are_kept_as_fit():
    texts = InlineConfigCache(max_bytes=10)
    for text in ("äää", "b", "c", "b", "dddd"):
        texts.add(text)
    assert {text: texts.get(digest(text)) for text in ("äää", "b", "c", "dddd")} == {
        "äää": None,
        "b": "b",
        "c": "c",
        "dddd": "dddd",
    }


def test_one_that_is_seen_again_is_the_newest():
    texts = InlineConfigCache(max_bytes=2)
    for text in ("a", "b", "a", "c"):
        texts.add(text)
    assert [texts.get(digest(text)) for text in "abc"] == ["a", None, "c"]


def test_one_that_does_not_fit_at_all_is_not_kept():
    texts = InlineConfigCache(max_bytes=2)
    texts.add("abc")
    assert texts.get(digest("abc")) is None
