"""Applies overrides to a pipeline config: spec.pipelineConfig.overrides of a training, `--set KEY=VALUE` on the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from google.protobuf import text_format

from detector_trainer.did_you_mean import closest

if TYPE_CHECKING:
    from detector_trainer.protos.types import InputReader, TrainEvalPipelineConfig

JSON_LIST = re.compile(r"""\s*\[\s*["\]]""")
"""How a JSON list of paths begins. A pattern may begin with a bracket, too: `[0-9].record`."""

SET_HELP = (
    "override the config: numClasses, batchSize, fineTuneCheckpoint, fineTuneCheckpointType, labelMapPath, trainInputPaths, "
    'evalInputPaths; paths with commas between them, or as a JSON list: \'["a,b.record", "c.record"]\''
)
"""Help of the flag `--set`; argparse formats it and expands %."""


def apply_overrides(config: TrainEvalPipelineConfig, overrides: Mapping[str, str]) -> TrainEvalPipelineConfig:
    """Return a copy of a TrainEvalPipelineConfig with the overrides applied; the config itself if there are none.

    Raises:
        ValueError: a key is unknown, or a value is invalid; the message names the key.
    """
    if not overrides:
        return config
    changed = type(config)()
    changed.CopyFrom(config)
    for key, value in overrides.items():
        setter = SETTERS.get(key)
        if setter is None:
            near = closest(key, SETTERS)
            raise ValueError(
                f"unknown override {key!r}" + (f"; did you mean {near[0]}?" if near else f"; known: {', '.join(SETTERS)}")
            )
        setter(changed, key, value)
    return changed


def effective_text(config: TrainEvalPipelineConfig) -> str:
    """Format a config as text that the trainer can read."""
    return str(text_format.MessageToString(config))


def _num_classes(config: TrainEvalPipelineConfig, key: str, value: str) -> None:
    number = _positive(key, value)
    which = config.model.WhichOneof("model")
    if which is None:
        raise ValueError(f"{key}: the config has no model")
    model = getattr(config.model, which)
    if "num_classes" in model.DESCRIPTOR.fields_by_name:
        model.num_classes = number
        return
    raise ValueError(f"{key}: a {which} model has no num_classes")


def _batch_size(config: TrainEvalPipelineConfig, key: str, value: str) -> None:
    config.train_config.batch_size = _positive(key, value)


def _fine_tune_checkpoint(config: TrainEvalPipelineConfig, key: str, value: str) -> None:  # noqa: ARG001
    config.train_config.fine_tune_checkpoint = value


def _fine_tune_checkpoint_type(config: TrainEvalPipelineConfig, key: str, value: str) -> None:  # noqa: ARG001
    config.train_config.fine_tune_checkpoint_type = value


def _label_map_path(config: TrainEvalPipelineConfig, key: str, value: str) -> None:  # noqa: ARG001
    for reader in (config.train_input_reader, *config.eval_input_reader):
        reader.label_map_path = value


def _train_input_paths(config: TrainEvalPipelineConfig, key: str, value: str) -> None:
    _set_paths(config.train_input_reader, key, value)


def _eval_input_paths(config: TrainEvalPipelineConfig, key: str, value: str) -> None:
    if not config.eval_input_reader:
        config.eval_input_reader.add().CopyFrom(config.train_input_reader)
    for reader in config.eval_input_reader:
        _set_paths(reader, key, value)


def _set_paths(reader: InputReader, key: str, value: str) -> None:
    reader.tf_record_input_reader.input_path[:] = _paths(key, value)


def _paths(key: str, value: str) -> list[str]:
    """Return the paths of a value: a JSON list, in which a path may contain commas, or a list separated by commas."""
    paths = _json_list(key, value) if JSON_LIST.match(value) else [path for path in value.split(",") if path]
    if not paths:
        raise ValueError(f"{key}: no path in {value!r}")
    if "" in paths:
        raise ValueError(f"{key}: an empty path in {value!r}")
    return paths


def _json_list(key: str, value: str) -> list[str]:
    try:
        paths = json.loads(value)
    except ValueError:
        paths = None
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise ValueError(f"{key}: {value} is not a JSON list of paths")
    return paths


def _positive(key: str, value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 2**31:
        raise ValueError(f"{key} must be a whole number above 0, not {value!r}")
    return int(value)


SETTERS: dict[str, Callable[[TrainEvalPipelineConfig, str, str], None]] = {
    "numClasses": _num_classes,
    "batchSize": _batch_size,
    "fineTuneCheckpoint": _fine_tune_checkpoint,
    "fineTuneCheckpointType": _fine_tune_checkpoint_type,
    "labelMapPath": _label_map_path,
    "trainInputPaths": _train_input_paths,
    "evalInputPaths": _eval_input_paths,
}
