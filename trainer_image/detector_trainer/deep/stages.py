"""Does what model_lib_v2.train_loop does before and in its first step, in its order, on a batch small enough for a CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import tensorflow as tf
from object_detection import inputs, model_lib, model_lib_v2
from object_detection.builders import model_builder, optimizer_builder
from object_detection.utils import config_util, variables_helper

from detector_trainer.checkpoints.checkpoint import read_checkpoint
from detector_trainer.checkpoints.restore import Match, match
from detector_trainer.deep.model_graph import Walker
from detector_trainer.pipeline.unreadable import Unreadable

if TYPE_CHECKING:
    from detector_trainer.protos.types import DetectionModel, InputReader, TrainConfig

BATCH = 2
"""Images in a batch: enough to find two that do not fit together."""
BATCHES = 4
SAMPLES = 200
"""Steps at which the learning rate is evaluated."""
Emit = Callable[[dict[str, object]], object]


class Configs(TypedDict, total=False):
    """The configs that config_util derives from a pipeline config, as far as they are used here."""

    model: DetectionModel
    train_config: TrainConfig
    train_input_config: InputReader


class Trainer:
    """The state that train_loop keeps in local variables."""

    def __init__(self, config: str, *, steps: int, gpus: int, model_dir: str) -> None:
        self.path, self.steps, self.gpus, self.model_dir = config, steps, gpus, model_dir
        self.configs: Configs = {}
        self.model: Any = None
        self.batch: Any = None
        self.optimizer: Any = None
        self.step = tf.Variable(0, trainable=False, dtype=tf.int64, name="global_step")

    @property
    def train_config(self) -> TrainConfig:
        """train_config, as config_util has changed it."""
        return self.configs["train_config"]


def build_model(trainer: Trainer, emit: Emit) -> None:  # noqa: ARG001
    """Read the config and build the model."""
    configs = config_util.get_configs_from_pipeline_file(trainer.path)
    arguments = {"train_steps": trainer.steps, "use_bfloat16": False}
    trainer.configs = config_util.merge_external_params_with_configs(configs, None, kwargs_dict=arguments)
    config_util.update_fine_tune_checkpoint_type(trainer.train_config)
    trainer.model = model_builder.build(trainer.configs["model"], is_training=True)


def read_batches(trainer: Trainer, emit: Emit) -> None:  # noqa: ARG001
    """Read some batches of the real train_input: every augmentation runs on the first images.

    AutoGraph converts all Python code of the input pipeline, which takes longer than everything else here. Code that runs
    without the conversion does the same with it; code that fails may only have needed it, so the second try decides.
    """
    settings = trainer.configs["train_input_config"]
    settings.shuffle = False  # the same images each time, and no buffer to fill
    settings.num_readers = 1
    trainer.train_config.batch_size = max(1, min(BATCH, trainer.train_config.batch_size // trainer.gpus))
    try:
        _take_batches(trainer, tf.autograph.experimental.do_not_convert(inputs.train_input))
    except Exception:  # noqa: BLE001 - the trainer's own way, next, decides whether it is an error
        _take_batches(trainer, inputs.train_input)


def _take_batches(trainer: Trainer, train_input: Callable[..., tf.data.Dataset]) -> None:
    tf.random.set_seed(0)
    dataset = train_input(
        train_config=trainer.train_config,
        train_input_config=trainer.configs["train_input_config"],
        model_config=trainer.configs["model"],
        model=trainer.model,
    )
    for batch in dataset.repeat().take(BATCHES):
        trainer.batch = batch


def compute_loss(trainer: Trainer, emit: Emit) -> None:
    """Compute the loss of one image, which creates the model's variables."""
    features, labels = ({name: value[:1] for name, value in part.items()} for part in trainer.batch)
    labels = model_lib.unstack_batch(labels, unpad_groundtruth_tensors=trainer.train_config.unpad_groundtruth_tensors)
    losses, _ = model_lib_v2._compute_losses_and_predictions_dicts(
        trainer.model, features, labels, training_step=0, add_regularization_loss=trainer.train_config.add_regularization_loss
    )
    values = {name: float(loss) for name, loss in losses.items()}
    emit({"losses": {name: value for name, value in values.items() if np.isfinite(value)}})
    broken = sorted(name for name, value in values.items() if not np.isfinite(value))
    if broken:
        raise FloatingPointError(f"{', '.join(broken)} is not finite for the first image")


def follow_learning_rate(trainer: Trainer, emit: Emit) -> None:
    """Build the optimizer; evaluate its learning rate from the first step to the last."""
    trainer.optimizer, (rate,) = optimizer_builder.build(trainer.train_config.optimizer, global_step=trainer.step)
    steps = sorted({int(step) for step in np.linspace(0, max(0, trainer.steps - 1), SAMPLES)})
    rates = []
    for step in steps:
        trainer.step.assign(step)
        rates.append(float(rate() if callable(rate) else rate))
    trainer.step.assign(0)
    emit({"learningRate": {"first": rates[0], "highest": max(rates), "last": rates[-1]}})
    for step, value in zip(steps, rates, strict=True):
        if not np.isfinite(value):
            raise FloatingPointError(f"the learning rate of step {step} is {value}")


def fine_tune(trainer: Trainer, emit: Emit) -> None:
    """Restore fine_tune_checkpoint as model_lib_v2.load_fine_tune_checkpoint does."""
    prefix, kind = trainer.train_config.fine_tune_checkpoint, trainer.train_config.fine_tune_checkpoint_type
    if not prefix:
        return
    variables_helper.ensure_checkpoint_supported(prefix, kind, trainer.model_dir)
    if not model_lib_v2.is_object_based_checkpoint(prefix):
        raise OSError("Checkpoint is expected to be an object-based checkpoint.")
    restored = trainer.model.restore_from_objects(fine_tune_checkpoint_type=kind)
    model_lib_v2.validate_tf_v2_checkpoint_restore_map(restored)
    checkpoint = tf.train.Checkpoint(**restored)
    try:
        checkpoint.restore(prefix).expect_partial().assert_existing_objects_matched()
    except (AssertionError, ValueError) as error:
        found = _match(checkpoint, prefix)
        required = trainer.train_config.run_fine_tune_checkpoint_dummy_computation or isinstance(error, ValueError)
        if found is None or required:
            emit({"differences": found and found.to_json(), "of": prefix})
            raise
        # Without that computation train_loop restores before variables exist, and reports none as missing.
        emit({"restoresInPart": prefix, "left": found.to_json()})


def resume(trainer: Trainer, emit: Emit) -> None:
    """Restore the newest checkpoint of model_dir, as train_loop does: silently, even if variables are missing in it."""
    latest = tf.train.latest_checkpoint(trainer.model_dir) if trainer.model_dir else None
    if latest is None:
        return
    checkpoint = tf.train.Checkpoint(step=trainer.step, model=trainer.model, optimizer=trainer.optimizer)
    found = _match(tf.train.Checkpoint(model=trainer.model), latest)
    if found is not None:
        emit({"differences": found.to_json(), "of": latest})
    checkpoint.restore(latest)
    if found is not None and found.missing:
        emit({"resumesInPart": latest, "left": found.to_json()})


def _match(checkpoint: tf.train.Checkpoint, prefix: str) -> Match | None:
    """Match a checkpoint with the objects of a tf.train.Checkpoint; None if only TensorFlow can read it."""
    try:
        stored = read_checkpoint(prefix)
        return match(Walker().graph(checkpoint), stored.object_graph, stored.shapes) if stored.is_object_based else None
    except Unreadable:
        return None


STAGES: dict[str, Callable[[Trainer, Emit], None]] = {
    "build the model": build_model,
    "read batches": read_batches,
    "compute the loss": compute_loss,
    "follow the learning rate": follow_learning_rate,
    "restore fine_tune_checkpoint": fine_tune,
    "resume from model_dir": resume,
}
