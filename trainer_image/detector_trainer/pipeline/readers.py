"""The input readers of a pipeline config, and the files they resolve to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detector_trainer.pipeline import gfile

if TYPE_CHECKING:
    from detector_trainer.protos.types import InputReader, TrainEvalPipelineConfig


@dataclass(frozen=True)
class Pattern:
    """One `input_path` as written, and the files it matches, in tf.io.gfile.glob's order."""

    text: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """An InputReader: train_input_reader or one of eval_input_reader."""

    name: str
    """The field path of its proto, for example `train_input_reader` or `eval_input_reader[0]`."""
    message: InputReader
    patterns: tuple[Pattern, ...] = field(default=())

    @property
    def files(self) -> tuple[str, ...]:
        """All files it reads, each once, in order."""
        return tuple(dict.fromkeys(file for pattern in self.patterns for file in pattern.files))

    @property
    def label_map_path(self) -> str:
        """Path of its label map; empty if it names none."""
        return str(self.message.label_map_path)


def train_reader(config: TrainEvalPipelineConfig) -> Reader:
    """Return the training input of a TrainEvalPipelineConfig."""
    return _reader("train_input_reader", config.train_input_reader)


def eval_readers(config: TrainEvalPipelineConfig) -> list[Reader]:
    """Return the evaluation inputs of a TrainEvalPipelineConfig."""
    return [_reader(f"eval_input_reader[{i}]", message) for i, message in enumerate(config.eval_input_reader)]


def _reader(name: str, message: InputReader) -> Reader:
    paths = message.tf_record_input_reader.input_path
    return Reader(name, message, tuple(Pattern(path, tuple(gfile.glob(path))) for path in paths))
