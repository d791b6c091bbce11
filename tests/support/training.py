"""Runs `detector-training train` as a process, on a detector small enough for a test."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from detector_trainer.contract import Progress
from detector_trainer.pipeline.load import read_pipeline_config

ROOT = Path(__file__).resolve().parents[2]


def tiny_config(folder: Path, *, record: Path | None = None, learning_rate: float = 0.001) -> Path:
    """The config of examples/pets, made so small that a step takes a fraction of a second; paths absolute."""
    config: Any = read_pipeline_config(str(ROOT / "examples/pets/pipeline.config")).message
    ssd = config.model.ssd
    ssd.image_resizer.fixed_shape_resizer.height = ssd.image_resizer.fixed_shape_resizer.width = 64
    ssd.feature_extractor.depth_multiplier = 0.25
    ssd.feature_extractor.fpn.additional_layer_depth = 16
    predictor = ssd.box_predictor.weight_shared_convolutional_box_predictor
    predictor.depth, predictor.num_layers_before_predictor = 16, 1
    rate = config.train_config.optimizer.momentum_optimizer.learning_rate
    rate.constant_learning_rate.learning_rate = learning_rate
    for reader in (config.train_input_reader, *config.eval_input_reader):
        reader.label_map_path = str(ROOT / "examples/pets/pet_label_map.pbtxt")
        reader.tf_record_input_reader.input_path[:] = [str(record or ROOT / "examples/pets/pets_examples.record")]
    path = folder / "pipeline.config"
    path.write_text(text_format.MessageToString(config))
    return path


class Training:
    """A `train` process whose output is read line by line."""

    def __init__(self, folder: Path, config: Path, *flags: str) -> None:
        self.model_dir = folder / "model"
        self._message = folder / "termination"
        self._message.unlink(missing_ok=True)
        command = [sys.executable, "-m", "detector_trainer.cli", "train", f"--pipeline_config_path={config}"]
        command += [f"--model_dir={self.model_dir}", "--termination-message-path", str(self._message), "--log-interval=0", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines: list[str] = []

    def until_step(self, step: int) -> Progress:
        """Reads its output until it has reported a step."""
        for progress in self._progress():
            if progress.step >= step:
                return progress
        raise AssertionError(f"ended before step {step}:\n{self.output}")

    def ended(self) -> int:
        """Reads the rest of its output; its exit code."""
        for _ in self._progress():
            pass
        return self.process.wait()

    @property
    def output(self) -> str:
        """What it has written so far."""
        return "".join(self.lines)

    @property
    def steps(self) -> list[int]:
        """The steps of its structured lines."""
        return [progress.step for line in self.lines if (progress := Progress.from_line(line))]

    @property
    def message(self) -> dict[str, Any]:
        """Its termination message."""
        message: dict[str, Any] = json.loads(self._message.read_bytes())
        return message

    def _progress(self) -> Iterator[Progress]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            progress = Progress.from_line(line)
            if progress is not None:
                yield progress
