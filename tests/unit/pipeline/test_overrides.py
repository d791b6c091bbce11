"""Overrides change a copy of the config; a wrong one is named."""

from __future__ import annotations

import re
from typing import Any

import pytest

from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.pipeline.overrides import SETTERS, apply_overrides, effective_text
from support.official_configs import ROOT


@pytest.fixture
def config() -> Any:
    return read_pipeline_config(str(ROOT / "examples/pets/pipeline.config")).message


def test_each_override_sets_its_field(config: Any):
    values = {
        "numClasses": "5",
        "batchSize": "3",
        "fineTuneCheckpoint": "/data/ckpt-0",
        "fineTuneCheckpointType": "detection",
        "labelMapPath": "/data/map.pbtxt",
        "trainInputPaths": "/data/a.record,/data/b-*.record",
        "evalInputPaths": "/data/eval.record",
    }
    assert set(values) == set(SETTERS)
    changed = apply_overrides(config, values)
    assert changed.model.ssd.num_classes == 5
    assert changed.train_config.batch_size == 3
    assert changed.train_config.fine_tune_checkpoint == "/data/ckpt-0"
    assert changed.train_config.fine_tune_checkpoint_type == "detection"
    readers = [changed.train_input_reader, *changed.eval_input_reader]
    assert {reader.label_map_path for reader in readers} == {"/data/map.pbtxt"}
    assert list(readers[0].tf_record_input_reader.input_path) == ["/data/a.record", "/data/b-*.record"]
    assert list(readers[1].tf_record_input_reader.input_path) == ["/data/eval.record"]


def test_the_config_itself_stays_as_it_is(config: Any):
    before = effective_text(config)
    apply_overrides(config, {"batchSize": "3"})
    assert effective_text(config) == before


def test_evaluation_inputs_make_a_reader_where_there_is_none(config: Any):
    config.ClearField("eval_input_reader")
    changed = apply_overrides(config, {"evalInputPaths": "/data/eval.record"})
    (reader,) = changed.eval_input_reader
    assert reader.label_map_path == config.train_input_reader.label_map_path


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("batchsize", "3", "unknown override 'batchsize'; did you mean batchSize?"),
        ("colour", "red", "unknown override 'colour'; known: numClasses, "),
        ("batchSize", "0", "batchSize must be a whole number above 0, not '0'"),
        ("batchSize", "2.5", "batchSize must be a whole number above 0, not '2.5'"),
        ("numClasses", "99999999999", "numClasses must be a whole number above 0"),
        ("trainInputPaths", ",", "trainInputPaths: no path in ','"),
        ("trainInputPaths", "[]", "trainInputPaths: no path in '[]'"),
        ("trainInputPaths", '["a", ""]', "trainInputPaths: an empty path in"),
        ("trainInputPaths", '["a", 1]', 'trainInputPaths: ["a", 1] is not a JSON list of paths'),
        ("evalInputPaths", '["a",', 'evalInputPaths: ["a", is not a JSON list of paths'),
    ],
)
def test_a_wrong_one_is_named(config: Any, key: str, value: str, words: str):
    with pytest.raises(ValueError, match=re.escape(words)):
        apply_overrides(config, {key: value})


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ("a,b", ["a", "b"]),
        ("a,", ["a"]),
        ('["a,b","c"]', ["a,b", "c"]),
        (' [ "a b" ] ', ["a b"]),
        ('["[ab]*.record"]', ["[ab]*.record"]),
        ("[ab]*.record,c", ["[ab]*.record", "c"]),
        ("[0-9].record", ["[0-9].record"]),
        ('["\\u00fc\\\\ü.record"]', ["ü\\ü.record"]),
    ],
    ids=[
        "a list with commas",
        "a comma at the end",
        "a JSON list",
        "spaces around it",
        "a pattern in a JSON list",
        "a pattern that begins with a bracket",
        "a pattern of digits",
        "escapes",
    ],
)
def test_paths_are_written_with_commas_or_as_a_json_list(config: Any, value: str, paths: list[str]):
    changed = apply_overrides(config, {"trainInputPaths": value, "evalInputPaths": value})
    for reader in (changed.train_input_reader, *changed.eval_input_reader):
        assert list(reader.tf_record_input_reader.input_path) == paths
