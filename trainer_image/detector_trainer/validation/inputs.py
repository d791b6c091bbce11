"""The inputs of one training, and the facts that checks derive from them: each is computed once, on first access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from detector_trainer.checkpoints.checkpoint import Checkpoint, LatestCheckpoint, latest_checkpoint, read_checkpoint
from detector_trainer.checkpoints.compatibility import FULL, ROOTS, Fit, fine_tune_type, fit
from detector_trainer.contract import Where
from detector_trainer.pipeline import gfile
from detector_trainer.pipeline.label_map import LabelMap, read_label_map
from detector_trainer.pipeline.load import PipelineConfig, read_pipeline_config
from detector_trainer.pipeline.overrides import apply_overrides
from detector_trainer.pipeline.readers import Reader, eval_readers, train_reader
from detector_trainer.pipeline.unreadable import Unreadable

if TYPE_CHECKING:
    from detector_trainer.protos.types import TrainEvalPipelineConfig

DEFAULT_CHECKPOINT_EVERY_N = 1000  # model_main_tf2's --checkpoint_every_n


class Unknown(Exception):
    """A fact is unavailable because of a problem that another check reports. Checks do not catch it; the chain continues."""


@dataclass
class Inputs:
    """The arguments of `validate`."""

    pipeline_config: str
    model_dir: str | None = None
    num_steps: int | None = None
    """--num_train_steps; None uses the value of the config."""
    checkpoint_every_n: int = DEFAULT_CHECKPOINT_EVERY_N
    gpus: int | None = None
    """Replicas that share a batch; None if unknown."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    decode_images: bool = True
    """Decode every image in full; otherwise only image headers are read."""
    processes: int | None = None
    """Processes that scan records; None for one per core."""

    @cached_property
    def _pipeline(self) -> PipelineConfig | Unreadable:
        try:
            return read_pipeline_config(self.pipeline_config)
        except Unreadable as error:
            return error

    @property
    def pipeline_unreadable(self) -> Unreadable | None:
        """Why the pipeline config cannot be used, if it cannot."""
        return self._pipeline if isinstance(self._pipeline, Unreadable) else None

    @property
    def pipeline(self) -> PipelineConfig:
        """The pipeline config as written: its text and lines."""
        if isinstance(self._pipeline, Unreadable):
            raise Unknown("pipeline config")
        return self._pipeline

    @cached_property
    def config(self) -> TrainEvalPipelineConfig:
        """The config the trainer would use: as written, overrides applied."""
        return apply_overrides(self.pipeline.message, self.overrides)

    def at(self, field: str) -> Where:
        """Return the location of a field in the pipeline config; without a line if the field is not in it."""
        return Where(file=self.pipeline_config, line=self.pipeline.line_of(field), field=field)

    @property
    def steps(self) -> int | None:
        """The last step of the training; None if it is not set."""
        return self.num_steps if self.num_steps is not None else (self.config.train_config.num_steps or None)

    @cached_property
    def train(self) -> Reader:
        """The training input: its settings and the files it resolves to."""
        return train_reader(self.config)

    @cached_property
    def evals(self) -> list[Reader]:
        """The evaluation inputs."""
        return eval_readers(self.config)

    @cached_property
    def _label_map(self) -> LabelMap | Unreadable | None:
        path = self.train.label_map_path
        if not path or gfile.is_remote(path):
            return None
        try:
            return read_label_map(path)
        except Unreadable as error:
            return error

    @property
    def label_map_unreadable(self) -> Unreadable | None:
        """Why the label map cannot be used, if it cannot."""
        return self._label_map if isinstance(self._label_map, Unreadable) else None

    @property
    def label_map(self) -> LabelMap | None:
        """The training input's label map; None if it names none."""
        if isinstance(self._label_map, Unreadable):
            raise Unknown("label map")
        return self._label_map

    @cached_property
    def _fine_tune_checkpoint(self) -> Checkpoint | Unreadable | None:
        prefix = self.config.train_config.fine_tune_checkpoint
        if not prefix or gfile.is_remote(prefix):
            return None
        try:
            return read_checkpoint(prefix)
        except Unreadable as error:
            return error

    @property
    def fine_tune_checkpoint_unreadable(self) -> Unreadable | None:
        """Why the fine-tune checkpoint cannot be used, if it cannot."""
        return self._fine_tune_checkpoint if isinstance(self._fine_tune_checkpoint, Unreadable) else None

    @property
    def fine_tune_checkpoint(self) -> Checkpoint | None:
        """The index of the fine-tune checkpoint; None if the config names none (or one in a bucket)."""
        if isinstance(self._fine_tune_checkpoint, Unreadable):
            raise Unknown("fine-tune checkpoint")
        return self._fine_tune_checkpoint

    @property
    def fine_tune_type(self) -> str:
        """fine_tune_checkpoint_type, or the default that the trainer uses if it is unset."""
        return fine_tune_type(self.config.train_config)

    @cached_property
    def fine_tune_fit(self) -> Fit | None:
        """The match of the fine-tune checkpoint with the model; None if there is nothing to compare, or the model is unknown."""
        checkpoint = self.fine_tune_checkpoint
        return self._fit(checkpoint, self.fine_tune_type) if checkpoint is not None else None

    @cached_property
    def resumed_fit(self) -> Fit | None:
        """The match of the checkpoint that the training resumes from; None as above."""
        return self._fit(self.resumed, FULL) if self.resumed is not None else None

    def _fit(self, checkpoint: Checkpoint, kind: str) -> Fit | None:
        try:
            return fit(self.config, checkpoint, kind) if checkpoint.is_object_based and kind in ROOTS else None
        except Unreadable:
            return None

    @cached_property
    def _latest(self) -> LatestCheckpoint | Unreadable | None:
        try:
            return latest_checkpoint(self.model_dir) if self.model_dir and not gfile.is_remote(self.model_dir) else None
        except Unreadable as error:
            return error

    @property
    def latest(self) -> LatestCheckpoint | None:
        """The checkpoint that model_dir's `checkpoint` file names, from which the training resumes; None if it cannot be read."""
        return None if isinstance(self._latest, Unreadable) else self._latest

    @property
    def latest_unreadable(self) -> Unreadable | None:
        """Why model_dir's `checkpoint` file cannot be read, if it cannot."""
        return self._latest if isinstance(self._latest, Unreadable) else None

    @cached_property
    def resumed(self) -> Checkpoint | None:
        """The checkpoint it resumes from; None if there is none, or none that can be read."""
        if self.latest is None:
            return None
        try:
            return read_checkpoint(self.latest.prefix)
        except Unreadable:
            return None
